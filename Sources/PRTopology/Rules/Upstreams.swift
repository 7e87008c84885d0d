// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Who asks whom, and whether that can work.
extension Checks {
  /// Finds for each upstream the node and the address.
  mutating func settleUpstreams(_ number: Int) {
    let node = nodes[number]
    nodes[number].upstreams = node.upstreams.compactMap { link in
      guard let name = link.node else { return settle(link, of: node) }
      guard let found = index[name] else {
        complaints.error(
          .unknownUpstream, at: link.place, "there is no node \(quoted(name))",
          help: Spelling.help(name, among: index.keys.sorted())
            ?? "for a server outside of this file, write its address: tls://HOST:PORT")
        return nil
      }
      guard found != number else { return selfLink(node, link) }
      var link = link
      link.endpoint = nodes[found].reachable(from: node)
      if link.endpoint == nil, !nodes[found].unsound.contains("listen") {
        complaints.error(
          .unreachable, at: link.place,
          "\(quoted(node.name.value)) cannot reach \(quoted(name)): \(whyUnreachable(nodes[found], from: node))")
      }
      return link
    }
  }

  private func settle(_ link: TopologyNode.UpstreamLink, of node: TopologyNode) -> TopologyNode.UpstreamLink? {
    guard let address = link.endpoint else { return link }
    for other in nodes {
      guard let listener = other.answers(address, from: node) else { continue }
      if other.name.value == node.name.value { return selfLink(node, link) }
      var link = link
      link.node = other.name.value
      if listener.isTLS != address.isTLS {
        let right = listener.isTLS ? "tls" : "tcp"
        complaints.error(
          .unreachable, at: link.place, "\(quoted(other.name.value)) speaks \(right):// at that address",
          help: "write \(quoted(other.name.value)), or begin the address with \(right)://")
        link.endpoint = nil
      }
      return link
    }
    return link
  }

  private func selfLink(_ node: TopologyNode, _ link: TopologyNode.UpstreamLink) -> TopologyNode.UpstreamLink? {
    complaints.error(
      .cycle, at: link.place, "\(quoted(node.name.value)) is its own upstream",
      help: "write 'upstream: []' for a node at the top")
    return nil
  }

  private func whyUnreachable(_ upstream: TopologyNode, from node: TopologyNode) -> String {
    let isNear = upstream.isOnSameMachine(as: node)
    if upstream.endpoints.allSatisfy({ $0.port == 0 }) {
      return "it listens on a port that is free by chance; give it a number"
    }
    if !isNear, upstream.endpoints.allSatisfy({ $0.isLoopback || $0.port == 0 }) {
      return "that one listens on its own machine only; add a listener such as tls://0.0.0.0:8586"
    }
    return "that one listens on all addresses of an unknown machine; give it a 'host'"
  }

  /// Who asks its upstream and then waits for its database answers in time all the same.
  private func checkWaits(_ node: TopologyNode) {
    let wait = node.options.upstreamDeadline.duration + node.options.lockTimeout.duration
    guard !node.upstreams.isEmpty, wait > AnswerTime.maximumLength,
      let place = node.place(of: \.upstreamDeadline) ?? node.place(of: \.lockTimeout)
    else { return }
    let table = ServeOptions.table
    complaints.error(
      .value, at: place,
      "the 'upstream-deadline' and the 'limits.lock-timeout' of \(quoted(node.name.value)) are \(AnswerTime.together)",
      help:
        "they are \(table.upstreamDeadline.standard) and \(table.lockTimeout.standard) where the file does not say it")
  }

  func checkUpstreams(_ node: TopologyNode) {
    checkWaits(node)
    for link in node.upstreams {
      let above = link.node.flatMap { index[$0] }.map { nodes[$0] }
      if let endpoint = link.endpoint, case .tcp = endpoint, !endpoint.isLoopback,
        above.map({ !$0.isOnSameMachine(as: node) }) ?? true
      {
        complaints.warning(
          .plainUpstream, at: link.place,
          "\(quoted(node.name.value)) asks \(endpoint) across machines without TLS: the answers can be read and changed on the way",
          help: "give \(above.map { quoted($0.name.value) } ?? "it") a tls:// listener")
      }
      guard let above else { continue }
      if above.role == .mirror, node.role == .node, node.allocates {
        let source = above.upstreams.first?.node
        complaints.error(
          .mirror, at: link.place,
          "\(quoted(node.name.value)) allocates, and \(quoted(above.name.value)) is a mirror, which has only what it copied",
          help: source.map { "ask \(quoted($0)), which it copies; or make this node read-only" }
            ?? "make this node read-only")
      }
      if node.isBitBake, !above.isBitBake, node.allocates, above.role == .node {
        complaints.warning(
          .mixedNumbering, at: node.place(of: \.numbering) ?? node.name.place,
          "\(quoted(node.name.value)) numbers as bitbake below \(quoted(above.name.value)), which numbers as partitioned: one value may name two contents",
          help: "write 'numbering: partitioned' for both")
      }
    }
  }
}
