// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import Testing

/// What docs/numbering.md says must always hold on one node, while its upstream says whatever it likes.
@Suite("A partitioned node over time")
struct PartitionedNodeTests {
  @Test("no value belongs to two checksums and no answer goes back, whatever upstream does", arguments: Seed.several(8))
  func invariants(seed: Seed) throws {
    var numbers = seed.numbers
    let level = Int.random(in: 0...2, using: &numbers)
    let count = UInt64.random(in: 1...3, using: &numbers)
    let lane = try #require(Lane(index: .random(in: 0..<count, using: &numbers), count: count))
    var node = Node(numbering: .partitioned(Partition(level: level, lane: lane)))
    var upstream: [Node.Row] = []
    var last: Revision?
    var kept: [String: Revision] = [:]
    for step in 0..<300 {
      Self.disturb(&upstream, &numbers)
      let checksum = Self.checksums.randomElement(using: &numbers)!
      let history = History(kept: Int.random(in: 0..<4, using: &numbers) == 0)
      let value = node.ask(checksum, history, upstream: level == 0 ? nil : upstream)
      let answer = try #require(value, "\(seed)")
      #expect(Set(node.rows.map(\.value)).count == node.rows.count, "step \(step): \(node.rows), \(seed)")
      switch history {
      case .none:
        if let last { #expect(answer >= last, "step \(step), \(seed)") }
        last = answer
      case .kept:
        #expect(answer == kept[checksum] ?? answer, "step \(step), \(seed)")
        kept[checksum] = answer
      }
    }
  }

  static let checksums = ["a", "b", "c", "d", "e"]

  /// Rows come, go (a restore of an old backup) and change hands.
  private static func disturb(_ upstream: inout [Node.Row], _ numbers: inout SeededNumbers) {
    switch Int.random(in: 0..<12, using: &numbers) {
    case 0: upstream.removeAll()
    case 1: _ = upstream.popLast()
    case 2...6:
      let top = upstream.map { $0.value.components[0] }.max() ?? 0
      let components = [UInt64.random(in: 0...top + 2, using: &numbers), UInt64.random(in: 0...3, using: &numbers)]
      let value = Revision(components: Array(components.prefix(.random(in: 1...2, using: &numbers))))
      upstream.removeAll { $0.value == value }
      upstream.append((checksums.randomElement(using: &numbers)!, value))
    default: break
    }
  }
}

/// One package's rows, and the facts that a store would read off them.
private struct Node {
  typealias Row = (checksum: String, value: Revision)

  let numbering: Numbering
  var rows: [Row] = []

  mutating func ask(_ checksum: String, _ history: History, upstream: [Row]?) -> Revision? {
    let above = upstream.map { rows in
      UpstreamFacts(
        greatest: rows.map(\.value).max(), value: rows.filter { $0.checksum == checksum }.map(\.value).max())
    }
    let own = rows.filter { $0.checksum == checksum }.map(\.value)
    let greatest = rows.map(\.value).max()
    var facts = LocalFacts(greatest: greatest, least: own.min())
    if let best = own.max() { facts.standing = best == greatest ? .current(best) : .superseded }
    facts.upstreamValueIsTaken = rows.contains { $0.value == above?.value && $0.checksum != checksum }
    let decision = numbering.decide(history, local: facts, upstream: above.map(UpstreamView.facts) ?? UpstreamView.none)
    if case .record(let value, _) = decision { rows.append((checksum, value)) }
    return decision.value
  }
}
