// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Addresses that two nodes would both want.
extension Checks {
  func checkListeners() {
    var taken: [String: [(node: TopologyNode, endpoint: Endpoint)]] = [:]
    for node in nodes {
      for (endpoint, place) in Self.addresses(of: node) where endpoint.port != 0 {
        let key = Self.spot(endpoint, of: node)
        if let other = taken[key]?.first(where: { Self.collide($0.endpoint, endpoint) }) {
          complain(node, endpoint, place, other)
        }
        taken[key, default: []].append((node, endpoint))
      }
    }
  }

  private func complain(
    _ node: TopologyNode, _ endpoint: Endpoint, _ place: SourceLocation,
    _ other: (node: TopologyNode, endpoint: Endpoint)
  ) {
    let name = quoted(node.name.value)
    guard node.name.value != other.node.name.value else {
      complaints.error(.sameAddress, at: place, "\(name) listens on \(endpoint) twice", help: "keep one of them")
      return
    }
    let machine = node.host.map { "on \(quoted($0.value))" } ?? "on one machine, as neither has a 'host'"
    let standard = node.listeners.isEmpty ? ", where a node listens that does not say otherwise" : ""
    complaints.error(
      .sameAddress, at: place,
      "\(name) and \(quoted(other.node.name.value)) both listen on \(endpoint)\(standard), \(machine)",
      help: "give one of them another port")
  }

  /// Its listeners and its status page.
  private static func addresses(of node: TopologyNode) -> [(Endpoint, SourceLocation)] {
    var addresses = node.listeners.map { ($0.endpoint.value, $0.endpoint.place) }
    if node.unsound.contains("listen") {
      addresses = []
    } else if addresses.isEmpty {
      addresses = node.endpoints.map { ($0, node.name.place) }
    }
    if let page = node.page { addresses.append((page.value, page.place)) }
    return addresses
  }

  /// The machine and the port or path.
  private static func spot(_ endpoint: Endpoint, of node: TopologyNode) -> String {
    guard let host = endpoint.host, let port = endpoint.port else {
      return "\(endpoint) of \(node.machine ?? "")"
    }
    let isOwn = endpoint.isLoopback || endpoint.isWildcard || host.lowercased() == node.machine
    return "\(port) of \(isOwn ? node.machine ?? "" : node.host == nil ? "" : host.lowercased())"
  }

  private static func collide(_ one: Endpoint, _ other: Endpoint) -> Bool {
    one.isUnix || one.isWildcard || other.isWildcard || one.host?.lowercased() == other.host?.lowercased()
  }
}
