// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// What keeps nodes of one level from giving one number: their lanes.
extension Checks {
  func checkLanes() {
    let families = families()
    var levels: [[Int]: [Int]] = [:]
    for (number, node) in nodes.enumerated() where node.hasLane && !node.unsound.contains("lane") {
      guard let level = self.levels[number] else { continue }
      levels[[families[number], level], default: []].append(number)
    }
    for (key, members) in levels {
      if key[1] == 0 { checkTop(members) } else { checkLevel(key[1], members.sorted()) }
    }
  }

  private func place(_ node: TopologyNode) -> SourceLocation { node.place(of: \.lane) ?? node.name.place }

  private func checkTop(_ members: [Int]) {
    let members = members.sorted()
    for node in members.map({ nodes[$0] }) where node.lane != .only {
      complaints.error(
        .lane, at: place(node), "\(quoted(node.name.value)) is at the top, where there is one lane: 0/1",
        help: node.serverURL == nil ? "leave 'lane' out, or add 'upstream'" : "leave 'lane' out")
    }
    guard let first = members.first else { return }
    let companions = authorities.first { $0.nodes.contains(first) }?.nodes ?? []
    for node in members.dropFirst() where !companions.contains(node) {
      complaints.error(
        .laneRepeated, at: nodes[node].name.place,
        "\(quoted(nodes[first].name.value)) and \(quoted(nodes[node].name.value)) are both at the top of one hierarchy, and would give the same numbers",
        help: helpAtTop(nodes[first], nodes[node]))
    }
  }

  private func helpAtTop(_ one: TopologyNode, _ other: TopologyNode) -> String {
    guard let url = one.serverURL, other.serverURL != nil else {
      return "give one of them the other as its upstream, or make it a mirror"
    }
    let isOwn = (try? DatabasePlace(url.value))?.servers.contains(where: \.isOnOwnMachine) ?? false
    return isOwn
      ? "each machine has a server of its own under that URL: write the names of the same hosts in 'database' for both"
      : "write the same 'database' for both"
  }

  private func checkLevel(_ level: Int, _ members: [Int]) {
    let members = members.map { nodes[$0] }
    guard let first = members.first else { return }
    // The count that most of them write is likely the one that is meant.
    let counts = Dictionary(grouping: members.map(\.lane.count)) { $0 }.mapValues(\.count)
    let usual = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? first.lane.count
    let pattern = members.first { $0.lane.count == usual } ?? first
    var holders: [Lane: TopologyNode] = [:]
    for node in members {
      let name = quoted(node.name.value)
      if node.lane.count != usual {
        complaints.error(
          .laneCount, at: place(node),
          "\(name) counts \(lanes(node.lane.count)) at level \(level), where \(quoted(pattern.name.value)) counts \(usual)",
          help: "all nodes of a level count the same: write k/\(max(usual, UInt64(clamping: members.count)))")
      } else if let holder = holders[node.lane] {
        complaints.error(
          .laneRepeated, at: place(node),
          "\(name) numbers in lane \(node.lane) of level \(level), as \(quoted(holder.name.value)) does: both would give the same numbers",
          help: help(members, usual))
      } else {
        holders[node.lane] = node
      }
    }
  }

  private func lanes(_ count: UInt64) -> String { count == 1 ? "1 lane" : "\(count) lanes" }

  private func help(_ members: [TopologyNode], _ count: UInt64) -> String {
    guard count >= UInt64(clamping: members.count) else {
      return "the level has \(members.count) nodes: write 0/\(members.count) to \(members.count - 1)/\(members.count)"
    }
    let taken = Set(members.map(\.lane.index))
    let free = (0..<count).lazy.filter { !taken.contains($0) }.prefix(5).map { "\($0)/\(count)" }
    return "free: \(free.joined(separator: ", "))"
  }

  /// Nodes that are tied by who asks whom, or by one store, have one number; an upstream outside of the file ties, too.
  private func families() -> [Int] {
    var parents = Array(nodes.indices)
    func find(_ number: Int) -> Int {
      var number = number
      while parents[number] != number {
        parents[number] = parents[parents[number]]
        number = parents[number]
      }
      return number
    }
    var strangers: [String: Int] = [:]
    for (number, node) in nodes.enumerated() {
      for link in node.upstreams {
        if let upstream = link.node.flatMap({ index[$0] }) {
          parents[find(number)] = find(upstream)
        } else if let address = link.endpoint {
          let other = strangers["\(address)", default: number]
          strangers["\(address)"] = other
          parents[find(number)] = find(other)
        }
      }
    }
    for authority in authorities {
      for node in authority.nodes { parents[find(node)] = find(authority.nodes[0]) }
    }
    return nodes.indices.map(find)
  }
}
