// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import Testing

/// Minting, seen through the decision of a tuple that nobody knows.
@Suite("Minting in a lane of a level")
struct MintTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let level: Int
    let lane: String
    let floor: String?
    /// Nil when there is no number left.
    let minted: String?

    init(_ level: Int, _ lane: String, _ floor: String?, _ minted: String?) {
      (self.level, self.lane, self.floor, self.minted) = (level, lane, floor, minted)
    }

    var testDescription: String { "level \(level), lane \(lane), above \(floor ?? "nothing")" }
  }

  static let examples: [Example] = [
    Example(0, "0/1", nil, "0"), Example(0, "0/1", "0", "1"), Example(0, "0/1", "9", "10"),
    Example(0, "0/1", "1.5", "2"), Example(0, "0/1", "1.9.9", "2"), Example(0, "0/1", "007", "8"),
    Example(0, "1/2", nil, "1"), Example(0, "1/2", "1", "3"), Example(0, "1/2", "2", "3"),
    Example(0, "1/2", "2.7", "3"), Example(0, "0/2", nil, "0"), Example(0, "0/2", "0", "2"),
    Example(1, "0/1", nil, "0.0"), Example(1, "0/1", "3", "3.0"), Example(1, "0/1", "3.0", "3.1"),
    Example(1, "0/1", "3.9", "3.10"), Example(1, "0/1", "3.1.5", "3.2"), Example(1, "0/1", "03", "3.0"),
    Example(1, "2/3", nil, "0.2"), Example(1, "2/3", "3", "3.2"), Example(1, "2/3", "3.2", "3.5"),
    Example(1, "2/3", "3.3", "3.5"), Example(1, "2/3", "3.4", "3.5"), Example(1, "2/3", "3.5.0", "3.8"),
    Example(2, "0/1", nil, "0.0.0"), Example(2, "0/1", "3", "3.0.0"), Example(2, "0/1", "3.4", "3.4.0"),
    Example(2, "0/1", "3.4.7", "3.4.8"), Example(2, "0/1", "3.4.7.1", "3.4.8"),
    Example(2, "1/2", "3", "3.0.1"), Example(2, "1/2", "3.4.1", "3.4.3"), Example(2, "5/8", "3.4.6", "3.4.13"),
    Example(0, "0/1", "18446744073709551614", greatestNumber), Example(0, "0/1", greatestNumber, nil),
    Example(0, "0/1", greatestNumber + ".0", nil), Example(0, "0/2", "18446744073709551614", nil),
    Example(0, "1/2", "18446744073709551614", greatestNumber),
    Example(1, "0/1", greatestNumber, greatestNumber + ".0"), Example(1, "0/1", "3." + greatestNumber, nil),
    Example(1, "0/1", "3.\(greatestNumber).5", nil), Example(1, "1/2", "3.18446744073709551615", nil),
    Example(2, "0/1", "3." + greatestNumber, "3.\(greatestNumber).0"),
  ]

  @Test("the base comes from the greatest known value, the last number from the lane", arguments: examples)
  func mints(example: Example) throws {
    let lane = try #require(Lane(example.lane))
    let numbering = Numbering.partitioned(Partition(level: example.level, lane: lane))
    let local = LocalFacts(greatest: example.floor.map(revision))
    let here = numbering.decide(.none, local: local, upstream: .none)
    let above = UpstreamFacts(greatest: example.floor.map(revision))
    let there = numbering.decide(.none, local: .empty, upstream: .facts(above))
    guard let minted = example.minted else {
      for decision in [here, there] {
        guard case .refuse(.overflow) = decision else {
          Issue.record("\(decision) where no number is left")
          continue
        }
      }
      return
    }
    #expect(here.value?.text == minted, "above an own value")
    #expect(there.value?.text == minted, "above an upstream's value")
  }

  @Test("what is minted is the least value of its kind above everything known", arguments: Seed.several(6))
  func leastAboveEverything(seed: Seed) throws {
    var numbers = seed.numbers
    var minted = 0
    for _ in 0..<400 {
      let level = Int.random(in: 0...4, using: &numbers)
      let count = UInt64.random(in: 1...6, using: &numbers)
      let index = UInt64.random(in: 0..<count, using: &numbers)
      let (own, theirs) = (MintOracle.random(&numbers), MintOracle.random(&numbers))
      let lane = try #require(Lane(index: index, count: count))
      let standing: LocalFacts.Standing = own != nil && Bool.random(using: &numbers) ? .superseded : .unknown
      let decision = Numbering.partitioned(Partition(level: level, lane: lane)).decide(
        .none, local: LocalFacts(greatest: own.map(Revision.init(components:)), standing: standing),
        upstream: .facts(UpstreamFacts(greatest: theirs.map(Revision.init(components:)))))
      let facts = "level \(level), lane \(lane), own \(own ?? []), upstream's \(theirs ?? []), \(seed)"
      let expected = MintOracle.mint(above: [own, theirs].compactMap(\.self), level: level, index: index, of: count)
      guard let expected else {
        guard case .refuse(.overflow) = decision else {
          Issue.record("\(decision) where no number is left: \(facts)")
          continue
        }
        continue
      }
      minted += 1
      #expect(decision.value?.components == expected, "\(facts)")
      #expect(expected.count == level + 1 && expected[level] % count == index, "\(facts)")
      for known in [own, theirs].compactMap(\.self) {
        #expect(MintOracle.isGreater(expected, than: known), "\(facts)")
      }
    }
    #expect(minted > 0, "the generator left nothing to mint; \(seed)")
  }

  @Test("two lanes of one level never mint the same value", arguments: Seed.several(3))
  func lanesAreApart(seed: Seed) throws {
    var numbers = seed.numbers
    for _ in 0..<200 {
      let count = UInt64.random(in: 2...5, using: &numbers)
      let level = Int.random(in: 0...2, using: &numbers)
      var values: Set<Revision> = []
      for index in 0..<count {
        let partition = Partition(level: level, lane: try #require(Lane(index: index, count: count)))
        let floor = Revision(components: [UInt64.random(in: 0...2, using: &numbers)])
        let decision = Numbering.partitioned(partition).decide(
          .none, local: LocalFacts(greatest: floor), upstream: .none)
        values.insert(try #require(decision.value))
      }
      #expect(values.count == Int(count), "\(values), \(seed)")
    }
  }
}

/// The rule by trial: values of the right shape, one after the other, until one is greater than everything known.
enum MintOracle {
  static func mint(above known: [[UInt64]], level: Int, index: UInt64, of count: UInt64) -> [UInt64]? {
    var greatest: [UInt64] = []
    for value in known where greatest.isEmpty || isGreater(value, than: greatest) { greatest = value }
    var base = greatest
    while base.count < level { base.append(0) }
    let start = base.count > level ? base[level] : 0
    base.removeSubrange(level...)
    for step in 0...2 * count where start <= .max - step && (start + step) % count == index {
      let candidate = base + [start + step]
      if greatest.isEmpty || isGreater(candidate, than: greatest) { return candidate }
    }
    return nil
  }

  static func isGreater(_ left: [UInt64], than right: [UInt64]) -> Bool {
    for position in 0..<min(left.count, right.count) where left[position] != right[position] {
      return left[position] > right[position]
    }
    return left.count > right.count
  }

  /// Short, with few different numbers, some of them near the end of 64 bits; nil now and then.
  static func random(_ numbers: inout SeededNumbers) -> [UInt64]? {
    guard Int.random(in: 0..<8, using: &numbers) > 0 else { return nil }
    return (0..<Int.random(in: 1...6, using: &numbers)).map { _ in
      Int.random(in: 0..<8, using: &numbers) == 0
        ? .max - UInt64.random(in: 0...3, using: &numbers) : UInt64.random(in: 0...12, using: &numbers)
    }
  }
}
