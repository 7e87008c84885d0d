// SPDX-License-Identifier: Apache-2.0
import PRWire

/// What a file with `federation: managed` leaves to the authority, and what it needs.
extension Checks {
  func checkManaged() {
    let tops = nodes.filter(\.upstreams.isEmpty)
    for node in tops.dropFirst() {
      complaints.error(
        .authority, at: node.name.place,
        "\(quoted(node.name.value)) has no upstream, and a federation has one authority: \(quoted(tops[0].name.value))",
        help: "add 'upstream'")
    }
    for (number, node) in nodes.enumerated() {
      checkGiven(node)
      checkPlace(node, isUpstream: nodes.contains { other in other.upstreams.contains { $0.node == node.name.value } })
      for link in node.upstreams where link.node == nil {
        complaints.error(
          .unknownUpstream, at: link.place,
          "the upstream of \(quoted(node.name.value)) is not a node of this file, and a member has one",
          help: "name a node of the file")
      }
      if nodes[number].upstreams.count > 1 {
        complaints.error(
          .value, at: nodes[number].upstreams[1].place,
          "\(quoted(node.name.value)) has several upstreams, and a member has one",
          help: "leave the others out")
      }
    }
  }

  /// What the lease and the invitation say.
  private func checkGiven(_ node: TopologyNode) {
    let given = [
      ("lane", node.place(of: \.lane)), ("level", node.place(of: \.level)), ("numbering", node.place(of: \.numbering)),
      ("tls.certificate", node.place(of: \.tlsCertificate)), ("tls.key", node.place(of: \.tlsKey)),
      ("tls.trust", node.place(of: \.tlsTrust)),
    ]
    for case (let key, let place?) in given {
      complaints.error(
        .value, at: place, "the authority of a managed federation gives what '\(key)' says", help: "leave '\(key)' out")
    }
  }

  private func checkPlace(_ node: TopologyNode, isUpstream: Bool) {
    guard isUpstream, !node.endpoints.contains(where: \.isTLS) else { return }
    complaints.error(
      .address, at: node.name.place, "\(quoted(node.name.value)) has members below it, and no address of TLS",
      help: "add 'listen: tls://0.0.0.0:8586'")
  }
}
