// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

/// Nodes that mint in a lane which was set by hand, as far as greetings and reports say: none of it is proven. There is one of a
/// store, and a hundred in all: beyond them the one that was seen first makes room.
struct HandMadeNodes: Sendable {
  private struct Node: Sendable {
    let store: String
    let lane: Lane
    let level: Int
    /// In seconds since 1970.
    var seenAt: Int64
  }

  private var nodes: [Node] = []

  static let maximum = 100
  /// In seconds: 7 days. One that was not seen for so long is forgotten.
  private static let memory: Int64 = 7 * 86_400

  mutating func take(_ store: String, _ lane: Lane, level: Int, at now: Int64) {
    guard (1...Partition.deepest).contains(level), QuestionPath([store]) != nil else { return }
    nodes.removeAll { $0.store == store || now - $0.seenAt > Self.memory }
    if nodes.count >= Self.maximum { nodes.removeFirst() }
    nodes.append(Node(store: store, lane: lane, level: level, seenAt: now))
  }

  /// All but the stores that are members.
  func all(besides register: Register) -> [Register.HandMade] {
    let members = Set(register.members.filter(\.isActive).map(\.store))
    return nodes.filter { !members.contains($0.store) }.map { node in
      Register.HandMade(level: node.level, lane: LaneChooser.HandMade(store: node.store, lane: node.lane))
    }
  }

  /// As they go into a report, a few of them.
  var fields: [HandMadeFields] {
    nodes.suffix(HandMadeFields.maximum).map {
      HandMadeFields(store: $0.store, lane: $0.lane.description, level: $0.level)
    }
  }

  mutating func take(_ fields: [HandMadeFields], at now: Int64) {
    for node in fields.prefix(HandMadeFields.maximum) {
      if let lane = Lane(node.lane) { take(node.store, lane, level: node.level, at: now) }
    }
  }
}
