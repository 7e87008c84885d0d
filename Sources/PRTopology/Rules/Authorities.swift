// SPDX-License-Identifier: Apache-2.0
import PRWire

/// What goes with a database on PostgreSQL.
extension Checks {
  func checkAuthorities() {
    for node in nodes { checkDatabase(node) }
    for authority in authorities { checkMembers(authority.nodes.map { nodes[$0] }) }
    checkPositions()
  }

  private func checkDatabase(_ node: TopologyNode) {
    guard let url = node.serverURL else { return }
    do throws(OptionMistake) {
      _ = try DatabasePlace(url.value)
    } catch {
      complaints.error(.value, at: url.place, "the database's URL cannot be read", help: error.description)
    }
    guard let (problem, help) = contradiction(of: node) else { return }
    complaints.error(
      .authority, at: url.place,
      "\(quoted(node.name.value)) \(problem), and its database is on PostgreSQL, which is for an authority", help: help)
  }

  /// What keeps a node from having its database on PostgreSQL.
  private func contradiction(of node: TopologyNode) -> (problem: String, help: String)? {
    let file = "name a file in 'database'"
    if node.role == .frozen { return ("is frozen", "leave 'database' out") }
    if node.role == .mirror { return ("is a mirror", file) }
    if !node.upstreams.isEmpty { return ("has an upstream", "\(file), or leave 'upstream' out") }
    if node.isReadOnly { return ("is read-only", "\(file), or leave 'read-only' out") }
    if let level = node.options.level, level > 0 { return ("is at level \(level)", "\(file), or leave 'level' out") }
    if node.isBitBake { return ("numbers as bitbake", "\(file), or write 'numbering: partitioned'") }
    return nil
  }

  /// Whether the nodes of one authority can share it.
  private func checkMembers(_ members: [TopologyNode]) {
    guard let first = members.first, let servers = servers(of: first) else { return }
    for node in members.dropFirst() {
      let names = "\(quoted(node.name.value)) and \(quoted(first.name.value))"
      if node.options.durability != first.options.durability {
        complaints.error(
          .authority, at: node.place(of: \.durability) ?? node.name.place,
          "\(names) have one database, with the durability \(node.options.durability) and \(first.options.durability)",
          help: "an answer of one would not be safe from the other: write the same 'durability' for both")
      }
      if let url = node.serverURL, self.servers(of: node) != servers {
        complaints.warning(
          .authority, at: url.place, "\(names) have one database, and name different servers of it",
          help: "name all servers for both, so that each finds the one that leads")
      }
    }
  }

  private func servers(of node: TopologyNode) -> Set<String>? {
    node.serverURL.flatMap { try? DatabasePlace($0.value) }.map(node.servers)
  }

  /// A position is that of one node.
  private func checkPositions() {
    var owners: [[String]: TopologyNode] = [:]
    for node in nodes where node.serverURL != nil && node.role == .node && !node.unsound.contains("position-file") {
      let file = node.options.positionFile
      let place = node.place(of: \.positionFile)
      guard let other = owners.updateValue(node, forKey: [node.machine ?? "", file]) else { continue }
      let standard = place == nil ? ", where a node keeps it that does not say otherwise" : ""
      let machine = node.host.map { "on \(quoted($0.value))" } ?? "on one machine, as neither has a 'host'"
      complaints.error(
        .authority, at: place ?? node.name.place,
        "\(quoted(node.name.value)) and \(quoted(other.name.value)) both keep their position in \(quoted(file))\(standard), \(machine)",
        help: "write 'position-file: FILE' for one of them")
    }
  }
}
