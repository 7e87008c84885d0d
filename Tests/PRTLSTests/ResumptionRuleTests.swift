// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import TestThreads
import Testing

@testable import PRTLS

@Suite("The rule of resumption", .ownThreads)
struct ResumptionRuleTests {
  private static let dates = ValidityPeriod(notBefore: 1_000, notAfter: 9_000)

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rule: ResumptionRule
    let now: Int64
    let verdict: ResumptionRule.Verdict

    init(
      _ name: String, provenAt: Int64?, dates: ValidityPeriod? = ResumptionRuleTests.dates, isTrusted: Bool = true,
      now: Int64, _ verdict: ResumptionRule.Verdict
    ) {
      testDescription = name
      rule = ResumptionRule(provenAt: provenAt, dates: dates, isTrusted: isTrusted)
      self.now = now
      self.verdict = verdict
    }
  }

  static let cases = [
    Case("the second of the full handshake", provenAt: 2_000, now: 2_000, .resume),
    Case("the last second of the hour", provenAt: 2_000, now: 5_599, .resume),
    Case("an hour later", provenAt: 2_000, now: 5_600, .fullHandshake(.chainTooOld)),
    Case("a session without its time", provenAt: nil, now: 2_000, .fullHandshake(.unknownAge)),
    Case("the clock was set back", provenAt: 2_000, now: 1_999, .fullHandshake(.clockWentBack)),
    Case("the first valid second", provenAt: 1_000, now: 1_000, .resume),
    Case("before the first", provenAt: 900, now: 999, .fullHandshake(.notYetValid)),
    Case("the last valid second", provenAt: 8_000, now: 9_000, .resume),
    Case("after the last", provenAt: 8_000, now: 9_001, .fullHandshake(.expired)),
    Case("revoked meanwhile", provenAt: 2_000, isTrusted: false, now: 2_001, .fullHandshake(.untrusted)),
    Case("a peer without a certificate", provenAt: 2_000, dates: nil, now: 5_599, .resume),
    Case("the same, an hour later", provenAt: 2_000, dates: nil, now: 5_600, .fullHandshake(.chainTooOld)),
    Case("a note that lies far back", provenAt: .min, dates: nil, now: .max, .fullHandshake(.chainTooOld)),
    Case("a note that lies far ahead", provenAt: .max, dates: nil, now: .min, .fullHandshake(.clockWentBack)),
  ]

  @Test("a session stands in for a full handshake while its peer would still pass one", arguments: cases)
  func verdict(example: Case) { #expect(example.rule.verdict(at: example.now) == example.verdict) }

  @Test("a ticket's note is read as it was written", arguments: [0, 1, 1_700_000_000, .max, .min, -1] as [Int64])
  func note(provenAt: Int64) {
    withUnsafeBytes(of: provenAt.bigEndian) {
      #expect(TicketNote(bytes: $0) == TicketNote(provenAt: provenAt))
    }
  }

  @Test(
    "other bytes are no note", arguments: [[], [1], [UInt8](repeating: 0, count: 7), [UInt8](repeating: 0, count: 9)])
  func noNote(bytes: [UInt8]) { bytes.withUnsafeBytes { #expect(TicketNote(bytes: $0) == nil) } }
}
