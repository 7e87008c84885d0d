// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRServer

@Suite("The pace of an export")
struct ExportThrottleTests {
  private static func rest(after nanoseconds: Int64, answers: Int) -> Int64 {
    var pace = ExportThrottle()
    pace.pageWanted(at: .init(nanoseconds: 1000, answers: 7))
    return pace.rest(at: .init(nanoseconds: 1000 + nanoseconds, answers: 7 + answers))
  }

  @Test("nobody else asks: no rest")
  func alone() { #expect(Self.rest(after: 2_000_000, answers: 0) == 0) }

  @Test("others ask: seven times as long as the page took, and not for ever")
  func shared() {
    #expect(Self.rest(after: 2_000_000, answers: 1) == 14_000_000)
    #expect(Self.rest(after: 2_000_000_000, answers: 40) == 50_000_000)
  }

  @Test("a clock that stands still, and a counter that begins again, do no harm")
  func odd() {
    #expect(Self.rest(after: 0, answers: 3) == 0)
    #expect(Self.rest(after: -5, answers: -7) == 0)
  }
}
