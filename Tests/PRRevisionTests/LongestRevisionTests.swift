// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

/// What is put on record must parse when it is read again.
@Suite("A revision as long as may be")
struct LongestRevisionTests {
  /// 255 bytes that end in 9, and in 8.
  static let nine = String(repeating: "1.", count: 127) + "9"
  static let eight = String(repeating: "1.", count: 127) + "8"
  /// 253 bytes: room for `.0`.
  static let shorter = String(repeating: "1.", count: 126) + "1"

  static let lines: [DecisionCase] = [
    .init("next of the same length", .none, .unknown(eight), .none, .record(nine, .next)),
    .init("next is longer", .none, .unknown(nine), .none, .refuse(.overflow(longer("10")))),
    .init("renewed is longer", .none, .superseded(nine, least: "1"), .none, .refuse(.overflow(longer("10")))),
    .init("a long one is answered", .none, .current(nine, least: "1"), .none, .answer(nine, .current)),
    .init("a long one is adopted", .none, .empty, .knows(nine, value: nine), .record(nine, .adopted)),
    .init(".0 fits", .none, .empty, .knows(shorter), .record(shorter + ".0", .derived)),
    .init(".0 does not fit", .none, .empty, .knows(nine), .refuse(.overflow(longer("9.0")))),
  ]

  @Test("BitBake's numbering refuses what would be longer", arguments: lines)
  func bitbake(line: DecisionCase) {
    line.check(Numbering.bitbake.decide(line.history, local: line.local, upstream: line.upstream))
  }

  @Test("the partitioned numbering refuses what would be longer")
  func partitioned() {
    let numbering = Numbering.partitioned(Partition(level: Partition.deepest, lane: .only))
    let fits = Array(repeating: greatestNumber, count: 10).joined(separator: ".")
    let padded = numbering.decide(.none, local: .empty, upstream: .knows(fits))
    #expect(padded.value?.text == fits + ".0.0.0.0.0.0")
    let tooLong = Array(repeating: greatestNumber, count: 12).joined(separator: ".")
    let refused = numbering.decide(.none, local: .empty, upstream: .knows(tooLong))
    #expect(refused == .refuse(.overflow(Revision(components: Array(repeating: .max, count: 12) + [0, 0, 0, 0]))))
  }

  @Test("a read-only node predicts no revision that would not parse")
  func readOnly() {
    let decision = Numbering.bitbake.decideReadOnly(
      .none, recorded: nil, local: .unknown(Self.nine), upstream: .none, onMiss: .predict)
    #expect(decision == .refuse(.overflow(Self.longer("10"))))
  }

  private static func longer(_ ending: String) -> Revision {
    let last = ending.split(separator: ".").compactMap { UInt64($0) }
    return Revision(components: Array(repeating: 1, count: 127) + last)
  }
}
