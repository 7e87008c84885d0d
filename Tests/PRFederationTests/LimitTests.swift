// SPDX-License-Identifier: Apache-2.0
import PRFederation
import TestSeed
import Testing

@Suite("Limits of attempts")
struct AttemptLimiterTests {
  private static let start = ContinuousClock.now

  @Test("ten in a minute from one address, and again when the first is a minute old")
  func address() {
    var limiter = AttemptLimiter()
    for second in 0..<10 { #expect(limiter.admit("a", now: Self.start + .seconds(second)) == true) }
    #expect(limiter.admit("a", now: Self.start + .milliseconds(59_999)) == false)
    #expect(limiter.admit("b", now: Self.start + .milliseconds(59_999)) == true)
    #expect(limiter.admit("a", now: Self.start + .seconds(60)) == true)
    #expect(limiter.admit("a", now: Self.start + .seconds(60)) == false)
    #expect(limiter.admit("a", now: Self.start + .seconds(61)) == true)
  }

  @Test("a thousand in a minute from all addresses, and no more are kept")
  func all() {
    var limiter = AttemptLimiter()
    let long = String(repeating: "x", count: 100_000)
    let admitted = (0..<5000).filter { limiter.admit("\($0)\(long)", now: Self.start) }
    #expect(admitted.count == 1000)
    #expect(limiter.size == (1000, 1000))
    #expect(limiter.admit("late", now: Self.start + .seconds(60)) == true)
    #expect(limiter.size == (1, 1))
  }

  @Test("no minute has more than the limits, whatever the times and addresses")
  func sequences() {
    for seed in Seed.several(20) {
      var (numbers, limiter, now) = (seed.numbers, AttemptLimiter(), Self.start)
      var admitted: [(address: String, at: ContinuousClock.Instant)] = []
      for _ in 0..<500 {
        now += .milliseconds(Int64.random(in: 0...50, using: &numbers) * 20)
        let address = String(Int.random(in: 0...5, using: &numbers))
        let recent = admitted.filter { now - $0.at < .seconds(60) }
        let isFree = recent.filter { $0.address == address }.count < 10 && recent.count < 1000
        #expect(limiter.admit(address, now: now) == isFree, "\(seed)")
        if isFree { admitted.append((address, now)) }
      }
    }
  }
}
