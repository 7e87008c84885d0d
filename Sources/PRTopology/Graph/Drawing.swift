// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// A topology as boxes and links, and as a picture.
package struct Drawing: Sendable {
  let title: String
  let description: String?
  let boxes: [Box]
  let links: [Link]
  /// From the top to the bottom; each has the indices of its boxes.
  let rows: [Row]
  /// What several machines share.
  let stores: [Store]

  /// How a picture is written.
  package enum Format: String, CaseIterable, Sendable {
    case mermaid, dot, svg
  }

  struct Box: Sendable {
    let name: String
    let description: String?
    let addresses: [String]
    let badges: [String]
    let kind: Kind

    enum Kind: String, CaseIterable, Sendable {
      case node, mirror, frozen
      /// A server that the file does not describe.
      case outside
    }
  }

  struct Link: Sendable {
    /// Who asks, and who is asked.
    let below: Int
    let above: Int
    let way: Way
    /// Asked when the preferred one does not answer.
    let isSpare: Bool

    enum Way: String, CaseIterable, Sendable {
      case tls, plain, socket
    }
  }

  struct Row: Sendable {
    let label: String
    let note: String
    var boxes: [Int]
  }

  /// A database on PostgreSQL, as a frame around the nodes that it makes one authority. They stand side by side.
  struct Store: Sendable {
    let label: String
    let boxes: [Int]
  }

  package init(_ topology: Topology) {
    var boxes = topology.nodes.map(Box.init)
    var strangers: [Endpoint: Int] = [:]
    var links: [Link] = []
    let index = Dictionary(topology.nodes.enumerated().map { ($1.name.value, $0) }) { first, _ in first }
    for (below, node) in topology.nodes.enumerated() {
      for (rank, link) in node.upstreams.enumerated() {
        guard let endpoint = link.endpoint else { continue }
        var above = link.node.flatMap { index[$0] } ?? strangers[endpoint]
        if above == nil {
          above = boxes.count
          strangers[endpoint] = boxes.count
          boxes.append(Box(outside: endpoint))
        }
        if let above { links.append(Link(below: below, above: above, way: Link.Way(endpoint), isSpare: rank > 0)) }
      }
    }
    title = topology.title ?? "Topology"
    description = topology.description
    self.boxes = boxes
    self.links = links
    stores = topology.authorities.map { Store(label: $0.database, boxes: $0.nodes) }
    rows = Self.rows(topology, outside: Array(topology.nodes.count..<boxes.count))
  }

  /// Boxes of one store side by side, at the place of the first.
  private static func grouped(_ boxes: [Int], _ topology: Topology) -> [Int] {
    let stores = topology.authorities
    return boxes.flatMap { box -> [Int] in
      guard let store = stores.first(where: { $0.nodes.contains(box) }) else { return [box] }
      return store.nodes.first == box ? store.nodes : []
    }
  }

  private static func rows(_ topology: Topology, outside: [Int]) -> [Row] {
    var rows: [Row] = outside.isEmpty ? [] : [Row(label: "outside", note: "not in the file", boxes: outside)]
    let frozen = topology.nodes.indices.filter { topology.nodes[$0].role == .frozen }
    let levels = Dictionary(grouping: topology.nodes.indices.filter { !frozen.contains($0) }) {
      topology.nodes[$0].level
    }
    for (level, members) in levels.sorted(by: { $0.key < $1.key }) {
      let sample = ([7, 2, 0, 4].prefix(level + 1)).map { "\($0)" }.joined(separator: ".") + (level > 3 ? "…" : "")
      rows.append(Row(label: "level \(level)", note: "such as \(sample)", boxes: grouped(members, topology)))
    }
    if !frozen.isEmpty { rows.append(Row(label: "frozen", note: "never changes", boxes: frozen)) }
    return rows
  }

  /// The picture as text.
  package func text(_ format: Format) -> String {
    switch format {
    case .mermaid: mermaid
    case .dot: dot
    case .svg: svg
    }
  }
}

extension Drawing.Box {
  init(_ node: TopologyNode) {
    var addresses = node.endpoints.map { endpoint in
      endpoint.isWildcard ? "\(endpoint.with(host: node.host?.value ?? "*"))" : "\(endpoint)"
    }
    if let host = node.host?.value, !addresses.contains(where: { $0.contains("/\(bracketed(host)):") }) {
      addresses.insert(host, at: 0)
    }
    var badges: [String] = []
    if node.role != .node { badges.append(node.role.rawValue) }
    if node.role == .node, node.isReadOnly { badges.append("read-only") }
    if node.hasLane, node.lane != .only { badges.append("lane \(node.lane)") }
    if node.isBitBake { badges.append("bitbake") }
    let sync = node.options.syncEvery ?? (node.role == .mirror ? .standard : nil)
    if let time = sync?.time { badges.append("copies every \(time)") }
    self.init(
      name: node.name.value, description: node.description?.value, addresses: addresses, badges: badges,
      kind: Kind(rawValue: node.role.rawValue) ?? .node)
  }

  init(outside endpoint: Endpoint) {
    self.init(
      name: endpoint.host ?? "\(endpoint)", description: "outside of this file", addresses: ["\(endpoint)"], badges: [],
      kind: .outside)
  }
}

extension Drawing.Link.Way {
  init(_ endpoint: Endpoint) {
    switch endpoint {
    case .tls: self = .tls
    case .tcp: self = .plain
    case .unix: self = .socket
    }
  }

  /// For a legend.
  var label: String {
    switch self {
    case .tls: "asks over TLS"
    case .plain: "asks over plain TCP"
    case .socket: "asks over a socket file"
    }
  }
}
