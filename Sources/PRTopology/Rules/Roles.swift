// SPDX-License-Identifier: Apache-2.0

/// What a node is, and what does not go with it.
extension Checks {
  /// The role follows from the other keys where the file does not say it.
  mutating func settleRole(_ number: Int) {
    var node = nodes[number]
    // What `defaults:` says of copies is for nodes with an upstream.
    if node.upstreams.isEmpty, !node.own.contains("sync-every") { node.remove(\.syncEvery) }
    let copies = node.options.syncEvery?.time != nil
    if let said = node.saidRole {
      node.role = said.value
    } else if node.options.frozen != nil {
      node.role = .frozen
    } else if copies, node.options.readOnly, !node.upstreams.isEmpty {
      node.role = .mirror
    }
    nodes[number] = node
  }

  func checkRole(_ node: TopologyNode) {
    let name = node.name.value
    let sync = node.located(\.syncEvery)
    switch node.role {
    case .node: break
    case .mirror: checkMirror(node)
    case .frozen: checkFrozen(node)
    }
    if node.role != .frozen, let frozen = node.place(of: \.frozen) {
      complaints.error(
        .role, at: frozen, "\(quoted(name)) has the role \(node.role.rawValue), and serves a frozen file",
        help: "write 'role: frozen', or leave 'frozen' out")
    }
    if node.role != .node, let place = node.place(of: \.readOnly), !node.options.readOnly,
      node.own.contains("read-only")
    {
      complaints.error(
        .role, at: place, "\(quoted(name)) has the role \(node.role.rawValue), which stores nothing",
        help: "leave 'read-only' out")
    }
    if node.role == .node, let sync, sync.value.time != nil, node.upstreams.isEmpty, !node.unsound.contains("upstream")
    {
      complaints.error(
        .sync, at: sync.place, "\(quoted(name)) has no upstream to copy",
        help: "add 'upstream', or leave 'sync-every' out")
    }
  }

  private func checkMirror(_ node: TopologyNode) {
    let (name, place) = (node.name.value, node.saidRole?.place ?? node.name.place)
    if node.upstreams.isEmpty, !node.unsound.contains("upstream") {
      complaints.error(.mirror, at: place, "the mirror \(quoted(name)) has no upstream to copy", help: "add 'upstream'")
    }
    if let sync = node.located(\.syncEvery), sync.value.time == nil {
      complaints.error(
        .mirror, at: sync.place, "the mirror \(quoted(name)) never copies anything", help: "write a time such as 60s")
    }
    if node.isBitBake, let place = node.place(of: \.numbering) {
      complaints.error(
        .mirror, at: place,
        "the mirror \(quoted(name)) answers from its copy, which the numbering bitbake does not look at",
        help: "write 'numbering: partitioned' for it")
    }
  }

  private func checkFrozen(_ node: TopologyNode) {
    let name = node.name.value
    if node.options.frozen == nil, !node.unsound.contains("frozen") {
      complaints.error(
        .frozen, at: node.saidRole?.place ?? node.name.place, "\(quoted(name)) is frozen, and no file is named for it",
        help: "add 'frozen: FILE', as 'headwater freeze' made it")
    }
    if let link = node.upstreams.first {
      complaints.error(
        .frozen, at: link.place, "\(quoted(name)) is frozen and cannot have an upstream",
        help: "leave 'upstream' out; to follow the upstream, write 'role: mirror'")
    }
  }
}
