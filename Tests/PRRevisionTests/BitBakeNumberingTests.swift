// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

/// docs/numbering.md, "bitbake", rule by rule.
@Suite("BitBake's numbering")
struct BitBakeNumberingTests {
  static let alone: [DecisionCase] = [
    .init("1: unknown package", .none, .empty, .none, .record("0", .first)),
    .init("1: unknown package, history", .kept, .empty, .none, .record("0", .first)),
    .init("2: unknown checksum", .none, .unknown("3"), .none, .record("4", .next)),
    .init("2: unknown checksum, history", .kept, .unknown("3"), .none, .record("4", .next)),
    .init("2: numbers, not text", .none, .unknown("9"), .none, .record("10", .next)),
    .init("2: the last component counts", .none, .unknown("1.9"), .none, .record("1.10", .next)),
    .init("2: the next of a padded number is plain", .none, .unknown("009"), .none, .record("10", .next)),
    .init("2: no next", .none, .unknown(greatestNumber), .none, .overflow(greatestNumber)),
    .init("2: no next, history", .kept, .unknown("1." + greatestNumber), .none, .overflow("1." + greatestNumber)),
    .init("3: history, superseded", .kept, .superseded("5", least: "1"), .none, .answer("1", .kept)),
    .init("3: history, current", .kept, .current("5", least: "1"), .none, .answer("1", .kept)),
    .init("3: history, one value", .kept, .current("5", least: "5"), .none, .answer("5", .kept)),
    .init("3: as spelt", .kept, .superseded("5", least: "01"), .none, .answer("01", .kept)),
    .init(
      "3: the greatest number is an answer too", .kept, .superseded(greatestNumber, least: "2"), .none,
      .answer("2", .kept)),
    .init("4: current", .none, .current("5", least: "1"), .none, .answer("5", .current)),
    .init("4: current, as spelt", .none, .current("005", least: "1"), .none, .answer("005", .current)),
    .init(
      "4: current at the greatest number", .none, .current(greatestNumber, least: "1"), .none,
      .answer(greatestNumber, .current)),
    .init("4: superseded", .none, .superseded("5", least: "1"), .none, .record("6", .renewed)),
    .init("4: superseded, dotted", .none, .superseded("5.9", least: "1"), .none, .record("5.10", .renewed)),
    .init("4: superseded, no next", .none, .superseded(greatestNumber, least: "1"), .none, .overflow(greatestNumber)),
  ]

  static let below: [DecisionCase] = [
    .init("1: history needs no upstream", .kept, .superseded("5", least: "1"), .unasked, .answer("1", .kept)),
    .init(
      "1: history, upstream is ahead", .kept, .current("5", least: "1"), .knows("9", value: "8"),
      .answer("1", .kept)),
    .init("2: current, not asked yet", .none, .current("5", least: "5"), .unasked, .askUpstream),
    .init("2: superseded, not asked yet", .none, .superseded("5", least: "1"), .unasked, .askUpstream),
    .init(
      "2: current, package unknown upstream", .none, .current("5", least: "5"), .knowsNothing,
      .answer("5", .current)),
    .init("2: current, upstream behind", .none, .current("5", least: "5"), .knows("3"), .answer("5", .current)),
    .init(
      "2: current, upstream level", .none, .current("5", least: "5"), .knows("5", value: "1"),
      .answer("5", .current)),
    .init(
      "2: current, upstream ahead, checksum known there", .none, .current("5", least: "5"),
      .knows("7", value: "5"), .record("7", .adopted)),
    .init(
      "2: current, upstream ahead, checksum unknown there", .none, .current("5", least: "5"), .knows("7"),
      .record("7.0", .derived)),
    .init(
      "2: current, upstream ahead as a number only", .none, .current("9", least: "9"), .knows("10"),
      .record("10.0", .derived)),
    .init(
      "2: current, upstream ahead by a component", .none, .current("5", least: "5"), .knows("5.0", value: "5.0"),
      .record("5.0", .adopted)),
    .init(
      "2: superseded, package unknown upstream", .none, .superseded("5", least: "1"), .knowsNothing,
      .record("6", .renewed)),
    .init(
      "2: superseded, upstream level", .none, .superseded("5", least: "1"), .knows("5", value: "5"),
      .record("6", .renewed)),
    .init(
      "2: superseded, next is upstream's greatest", .none, .superseded("5", least: "1"), .knows("6", value: "2"),
      .record("6", .renewed)),
    .init(
      "2: superseded, upstream ahead, checksum known there", .none, .superseded("5", least: "1"),
      .knows("9", value: "2"), .record("9", .adopted)),
    .init(
      "2: superseded, upstream ahead, checksum unknown there", .none, .superseded("5", least: "1"), .knows("9"),
      .record("9.0", .derived)),
    .init(
      "2: superseded, upstream just above the next", .none, .superseded("5", least: "1"), .knows("6.0"),
      .record("6.0.0", .derived)),
    .init(
      "2: superseded, no next", .none, .superseded(greatestNumber, least: "1"), .knows("3"),
      .overflow(greatestNumber)),
    .init("3: unknown to both", .none, .empty, .knowsNothing, .record("0", .first)),
    .init("3: unknown to both, history", .kept, .empty, .knowsNothing, .record("0", .first)),
    .init("3: package known here only", .none, .unknown("4"), .knowsNothing, .record("5", .next)),
    .init(
      "3: package known here only, no next", .none, .unknown(greatestNumber), .knowsNothing,
      .overflow(greatestNumber)),
    .init("3: not asked yet", .none, .empty, .unasked, .askUpstream),
    .init("3: not asked yet, history", .kept, .unknown("4"), .unasked, .askUpstream),
    .init("4: upstream's value", .none, .empty, .knows("8", value: "3"), .record("3", .adopted)),
    .init("4: upstream's value, as spelt", .none, .empty, .knows("8", value: "03"), .record("03", .adopted)),
    .init("4: upstream's value, history", .kept, .empty, .knows("8", value: "3"), .record("3", .adopted)),
    .init(
      "4: upstream's value below the local greatest", .none, .unknown("10"), .knows("8", value: "3"),
      .record("3", .adopted)),
    .init(
      "4: upstream's value though another checksum has it", .none, .unknown("8", taken: true),
      .knows("8", value: "8"), .record("8", .adopted)),
    .init("5: nothing under upstream's greatest", .none, .empty, .knows("3"), .record("3.0", .derived)),
    .init(
      "5: nothing under upstream's greatest, history", .kept, .unknown("9"), .knows("3"),
      .record("3.0", .derived)),
    .init(
      "5: the next under upstream's greatest", .none, .unknown("3.9", under: "3.9"), .knows("3"),
      .record("3.10", .derived)),
    .init(
      "5: the next of something deeper", .none, .unknown("7", under: "3.0.7"), .knows("3"),
      .record("3.0.8", .derived)),
    .init("5: under a dotted greatest", .none, .unknown("3.2", under: nil), .knows("3.1"), .record("3.1.0", .derived)),
    .init(
      "5: no next", .none, .unknown("4", under: "3." + greatestNumber), .knows("3"),
      .overflow("3." + greatestNumber)),
    .init(
      "5: under the greatest number", .none, .empty, .knows(greatestNumber),
      .record(greatestNumber + ".0", .derived)),
  ]

  @Test("alone, the numbered rules hold", arguments: alone)
  func decidesAlone(line: DecisionCase) {
    line.check(Numbering.bitbake.decide(line.history, local: line.local, upstream: line.upstream))
  }

  @Test("with an upstream, the numbered rules hold", arguments: below)
  func decidesBelow(line: DecisionCase) {
    line.check(Numbering.bitbake.decide(line.history, local: line.local, upstream: line.upstream))
  }
}
