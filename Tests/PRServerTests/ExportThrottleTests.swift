// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRServer

@Suite("The pace of an export")
struct ExportThrottleTests {
  private static func rest(after time: Duration, answers: Int) -> Duration {
    let begin = SessionInstant(after: .seconds(100))
    return ExportThrottle(at: begin, answers: 7).rest(at: begin + time, answers: 7 + answers)
  }

  @Test("no other client asks: no rest")
  func alone() { #expect(Self.rest(after: .milliseconds(2), answers: 0) == .zero) }

  @Test("other clients ask: seven times as long as the page took, and not for ever")
  func shared() {
    #expect(Self.rest(after: .milliseconds(2), answers: 1) == .milliseconds(14))
    #expect(Self.rest(after: .seconds(2), answers: 40) == .milliseconds(50))
    #expect(Self.rest(after: .seconds(Int64.max / 4), answers: 1) == .milliseconds(50))
  }

  @Test("a clock that stands still, and a counter that begins again, do no harm")
  func odd() {
    #expect(Self.rest(after: .zero, answers: 3) == .zero)
    #expect(Self.rest(after: .nanoseconds(-5), answers: -7) == .zero)
  }
}
