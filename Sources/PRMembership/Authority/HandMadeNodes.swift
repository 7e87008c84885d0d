// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

/// Nodes that mint in a lane which was set by hand, as far as greetings and reports say: none of it is proven. There is one of a
/// store, sixteen of an address, and a hundred in all. Beyond them the one makes room that was seen first: of its address, or of the
/// address that has most, so that a client that makes up stores drives out its own alone.
///
/// A member passes them on in its reports; the authority puts them on record.
package struct HandMadeNodes: Sendable {
  /// In the order in which they were seen.
  package private(set) var nodes: [Register.HandMade] = []
  /// How many were reported: the next report goes on behind them.
  private var reported = 0

  package init() {}

  mutating func take(_ node: Register.HandMade, at now: Int64) {
    guard (1...Partition.deepest).contains(node.level), QuestionPath([node.lane.store]) != nil else { return }
    if let known = nodes.first(where: { $0.lane.store == node.lane.store }), known.seenAt > node.seenAt { return }
    nodes.removeAll { $0.lane.store == node.lane.store || now - $0.seenAt > Register.handMadeMemory }
    if nodes.count(where: { $0.address == node.address }) >= Register.maximumHandMadeOfAddress {
      dropFirst(of: node.address)
    } else if nodes.count >= Register.maximumHandMade {
      dropFirst(of: mostFrequentAddress)
    }
    nodes.append(node)
  }

  private mutating func dropFirst(of address: String?) {
    if let index = nodes.firstIndex(where: { $0.address == address }) { nodes.remove(at: index) }
  }

  private var mostFrequentAddress: String? {
    let counts = Dictionary(nodes.map { ($0.address, 1) }, uniquingKeysWith: +)
    return nodes.map(\.address).max { (counts[$0] ?? 0) < (counts[$1] ?? 0) }
  }

  /// A node has introduced itself.
  mutating func take(_ store: String, _ lane: Lane, level: Int, from address: String, at now: Int64) {
    let lane = LaneChooser.HandMade(store: store, lane: lane)
    take(Register.HandMade(level: level, lane: lane, address: Self.shown(address), seenAt: now), at: now)
  }

  /// Those of a report.
  package mutating func take(_ fields: [HandMadeFields], at now: Int64) {
    for node in fields.prefix(HandMadeFields.maximum) {
      guard let lane = Lane(node.lane) else { continue }
      take(
        Register.HandMade(
          level: node.level, lane: LaneChooser.HandMade(store: node.store, lane: lane),
          address: Self.shown(node.address ?? ""), seenAt: min(max(node.seenAt ?? now, 0), now)), at: now)
    }
  }

  /// As they go into the next report: a few of them, one after the other, so that a few reports have all.
  mutating func nextFields() -> [HandMadeFields] {
    let fields = nodes.map {
      HandMadeFields(
        store: $0.lane.store, lane: $0.lane.lane.description, level: $0.level, address: $0.address, seenAt: $0.seenAt)
    }
    guard fields.count > HandMadeFields.maximum else { return fields }
    let begin = reported % fields.count
    reported = begin + HandMadeFields.maximum
    return Array((fields[begin...] + fields[..<begin]).prefix(HandMadeFields.maximum))
  }

  /// They are on record.
  mutating func remove(_ recorded: [Register.HandMade]) { nodes.removeAll(where: recorded.contains) }

  /// What a peer has sent, if it looks like an address: it is shown to the operator.
  private static func shown(_ address: String) -> String {
    let isPlain = address.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    return isPlain ? Relayed.kept(address) : ""
  }
}
