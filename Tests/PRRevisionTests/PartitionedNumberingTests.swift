// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

/// docs/numbering.md, "partitioned", rule by rule.
@Suite("The partitioned numbering")
struct PartitionedNumberingTests {
  static let root: [DecisionCase] = [
    .init("1: current", .none, .current("5", least: "1"), .none, .answer("5", .current)),
    .init("1: current, as spelt", .none, .current("05", least: "1"), .none, .answer("05", .current)),
    .init("history 1: the least", .kept, .superseded("5", least: "1"), .none, .answer("1", .kept)),
    .init("history 1: the least of the current", .kept, .current("5", least: "1"), .none, .answer("1", .kept)),
    .init("2b: unknown package", .none, .empty, .none, .record("0", .first)),
    .init("2b: unknown package, history", .kept, .empty, .none, .record("0", .first)),
    .init("2b: unknown checksum", .none, .unknown("9"), .none, .record("10", .next)),
    .init("2b: unknown checksum, history", .kept, .unknown("9"), .none, .record("10", .next)),
    .init("2b: superseded", .none, .superseded("5", least: "1"), .none, .record("6", .renewed)),
    .init("2b: an imported dotted value is passed by an integer", .none, .unknown("1.5"), .none, .record("2", .next)),
    .init("2b: overflow", .none, .unknown(greatestNumber), .none, .overflow(greatestNumber)),
    .init("2b: overflow, history", .kept, .unknown(greatestNumber), .none, .overflow(greatestNumber)),
    .init(
      "2b: overflow when superseded", .none, .superseded(greatestNumber, least: "1"), .none,
      .overflow(greatestNumber)),
  ]

  static let withoutHistory: [DecisionCase] = [
    .init(
      "1: current, upstream not needed", .none, .current("3.4", least: "3.0"), .unasked,
      .answer("3.4", .current)),
    .init(
      "1: current, upstream ahead", .none, .current("3.4", least: "3.0"), .knows("9", value: "9"),
      .answer("3.4", .current)),
    .init("2: unknown package", .none, .empty, .unasked, .askUpstream),
    .init("2: unknown checksum", .none, .unknown("3.4"), .unasked, .askUpstream),
    .init("2: superseded", .none, .superseded("3.4", least: "3.0"), .unasked, .askUpstream),
    .init("2a: no own rows", .none, .empty, .knows("3", value: "3"), .record("3", .adopted)),
    .init("2a: no own rows, as spelt", .none, .empty, .knows("3", value: "03"), .record("03", .adopted)),
    .init("2a: no own rows, superseded upstream", .none, .empty, .knows("9", value: "3"), .record("3", .adopted)),
    .init("2a: above the local greatest", .none, .unknown("2.8"), .knows("9", value: "3"), .record("3", .adopted)),
    .init(
      "2a: superseded here, above the local greatest", .none, .superseded("2.8", least: "1"),
      .knows("3", value: "3"), .record("3", .adopted)),
    .init("2a: above as a number", .none, .unknown("9.0"), .knows("10", value: "10"), .record("10", .adopted)),
    .init(
      "2a: the same as the local greatest", .none, .unknown("3"), .knows("3", value: "3"),
      .record("3.0", .derived)),
    .init("2a: below the local greatest", .none, .unknown("3.0"), .knows("3", value: "3"), .record("3.1", .derived)),
    .init("2a: taken here", .none, .unknown("2", taken: true), .knows("3", value: "3"), .record("3.0", .derived)),
    .init(
      "2a: taken here, superseded upstream", .none, .unknown("2", taken: true), .knows("5", value: "3"),
      .record("5.0", .derived)),
    .init("2b: no own rows", .none, .empty, .knows("3"), .record("3.0", .derived)),
    .init("2b: upstream's is the greatest", .none, .unknown("3.4"), .knows("5"), .record("5.0", .derived)),
    .init("2b: the own is the greatest", .none, .unknown("6.2"), .knows("5"), .record("6.3", .derived)),
    .init(
      "2b: the own is upstream's with a number more", .none, .unknown("5.9"), .knows("5"),
      .record("5.10", .derived)),
    .init(
      "2b: superseded here, known upstream below", .none, .superseded("6.2", least: "5"),
      .knows("5", value: "5"), .record("6.3", .derived)),
    .init("2b: upstream knows nothing", .none, .empty, .knowsNothing, .record("0.0", .first)),
    .init("2b: upstream knows nothing, own rows", .none, .unknown("0.0"), .knowsNothing, .record("0.1", .next)),
    .init(
      "2b: upstream knows nothing, superseded", .none, .superseded("0.1", least: "0.0"), .knowsNothing,
      .record("0.2", .renewed)),
    .init("2b: no upstream any more", .none, .unknown("3.1"), .none, .record("3.2", .next)),
    .init("2b: overflow", .none, .unknown("3." + greatestNumber), .knows("3"), .overflow("3." + greatestNumber)),
    .init(
      "2b: the upstream's greatest number", .none, .empty, .knows(greatestNumber),
      .record(greatestNumber + ".0", .derived)),
  ]

  static let withHistory: [DecisionCase] = [
    .init(
      "1: the least, upstream not needed", .kept, .superseded("3.4", least: "3.0"), .unasked,
      .answer("3.0", .kept)),
    .init(
      "1: the least, upstream ahead", .kept, .current("3.4", least: "3.0"), .knows("9", value: "1"),
      .answer("3.0", .kept)),
    .init("2: not asked", .kept, .unknown("3.4"), .unasked, .askUpstream),
    .init("2: no own rows", .kept, .empty, .knows("9", value: "3"), .record("3", .adopted)),
    .init("2: below the local greatest", .kept, .unknown("6.2"), .knows("9", value: "3"), .record("3", .adopted)),
    .init("2: taken here", .kept, .unknown("6.2", taken: true), .knows("5", value: "3"), .record("6.3", .derived)),
    .init(
      "2: taken here, upstream ahead", .kept, .unknown("6.2", taken: true), .knows("9", value: "3"),
      .record("9.0", .derived)),
    .init("2: unknown upstream", .kept, .unknown("3.4"), .knows("3"), .record("3.5", .derived)),
    .init("2: unknown to both", .kept, .empty, .knowsNothing, .record("0.0", .first)),
  ]

  @Test("a root counts integers", arguments: root)
  func decidesAtRoot(line: DecisionCase) {
    line.check(Numbering.partitioned(.root).decide(line.history, local: line.local, upstream: line.upstream))
  }

  @Test("without history, the numbered rules hold one level down", arguments: withoutHistory)
  func decides(line: DecisionCase) {
    let numbering = Numbering.partitioned(Partition(level: 1, lane: .only))
    line.check(numbering.decide(line.history, local: line.local, upstream: line.upstream))
  }

  @Test("with history, the numbered rules hold one level down", arguments: withHistory)
  func decidesWithHistory(line: DecisionCase) {
    let numbering = Numbering.partitioned(Partition(level: 1, lane: .only))
    line.check(numbering.decide(line.history, local: line.local, upstream: line.upstream))
  }

  static let unknownLevel: [DecisionCase] = [
    .init("1: current", .none, .current("3.4", least: "3.0"), .unasked, .answer("3.4", .current)),
    .init("history 1: the least", .kept, .superseded("3.4", least: "3.0"), .unasked, .answer("3.0", .kept)),
    .init("not asked", .none, .unknown("3.4"), .unasked, .askUpstream),
    .init("2a: adopted", .none, .empty, .knows("3", value: "3"), .record("3", .adopted)),
    .init("2b: nothing is known", .none, .empty, .none, .refuse(.levelUnknown)),
    .init("2b: no answer", .none, .unknown("3.4"), .none, .refuse(.levelUnknown)),
    .init("2b: history", .kept, .unknown("3.4"), .knows("3"), .refuse(.levelUnknown)),
    .init("2b: superseded", .none, .superseded("3.4", least: "3.0"), .none, .refuse(.levelUnknown)),
  ]

  @Test("where the level is a guess, a number that would be minted is refused", arguments: unknownLevel)
  func refuses(line: DecisionCase) {
    let numbering = Numbering.partitioned(Partition(level: 1, lane: .only, isLevelKnown: false))
    line.check(numbering.decide(line.history, local: line.local, upstream: line.upstream))
  }

  @Test("alone, a root answers as BitBake does as long as values are integers", arguments: BitBakeNumberingTests.alone)
  func sameAsBitBake(line: DecisionCase) {
    guard line.local.greatest?.components.count ?? 1 == 1 else { return }
    line.check(Numbering.partitioned(.root).decide(line.history, local: line.local, upstream: line.upstream))
  }
}
