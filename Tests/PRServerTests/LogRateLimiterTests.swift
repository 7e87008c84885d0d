// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRServer

@Suite("Rate limits and predictions")
struct LogRateLimiterTests {
  @Test("of a thousand complaints of a kind the log hears once, and later how many it missed")
  func onceAPeriod() {
    var complaints = LogRateLimiter(period: .seconds(10))
    let start = ContinuousClock.now
    func admitted(_ kind: String, after seconds: Int) -> Int? {
      complaints.admit(kind, now: start + .seconds(seconds))
    }
    #expect(admitted("disk", after: 0) == 0)
    for _ in 0..<999 { #expect(admitted("disk", after: 1) == nil) }
    #expect(admitted("lock", after: 1) == 0, "another kind is heard")
    #expect(admitted("disk", after: 10) == 999)
    #expect(admitted("disk", after: 21) == 0)
  }

  @Test("after eight misses one tuple of sixteen is looked up, until one is found")
  func forecast() {
    var forecast = MissPredictor()
    for _ in 0..<8 {
      let looks = forecast.shouldLook()
      #expect(looks)
      forecast.missed()
    }
    let looks = (0..<160).filter { _ in
      guard forecast.shouldLook() else { return false }
      forecast.missed()
      return true
    }
    #expect(looks.count == 10)
    forecast.found()
    let looksAgain = forecast.shouldLook()
    #expect(looksAgain)
  }
}
