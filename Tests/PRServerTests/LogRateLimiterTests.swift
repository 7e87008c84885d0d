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

  @Test(
    "of kinds that a peer makes up so many are kept and written, a known one is still counted, and all are forgotten")
  func madeUpKinds() {
    var complaints = LogRateLimiter(period: .seconds(60))
    let start = ContinuousClock.now
    #expect(complaints.admit("known", now: start) == 0)
    let written = (0..<100_000).count { complaints.admit("kind \($0)", now: start + .milliseconds($0 / 10)) != nil }
    #expect(written == LogRateLimiter.maximum && complaints.size == LogRateLimiter.maximum)
    #expect(complaints.admit("known", now: start + .seconds(59)) == nil)
    #expect(complaints.admit("known", now: start + .seconds(60)) == 1)
    #expect(complaints.admit("new", now: start + .seconds(70)) == 0 && complaints.size == 2)
    let long = String(repeating: "a", count: 100_000)
    #expect(complaints.admit(long + "1", now: start + .seconds(70)) == 0)
    #expect(complaints.admit(long + "2", now: start + .seconds(70)) == nil, "no more of a kind is kept")
  }

  @Test("a kind may be written so many times in a period")
  func burst() {
    var complaints = LogRateLimiter(period: .seconds(60), burst: 3)
    let start = ContinuousClock.now
    #expect((0..<10).map { _ in complaints.admit("disk", now: start) } == [0, 0, 0] + Array(repeating: nil, count: 7))
    #expect(complaints.admit("disk", now: start + .seconds(60)) == 7)
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
