// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRSync

@Suite("When to pull next")
struct SyncScheduleTests {
  @Test(
    "after a pull: once an interval, a tenth sooner or later", arguments: [(0.0, 54.0), (0.5, 60.0), (0.75, 63.0)])
  func interval(jitter: Double, seconds: Double) {
    var schedule = SyncSchedule(every: .seconds(60))
    #expect(schedule.succeeded(jitter: jitter) / .seconds(1) == seconds)
  }

  @Test(
    "after failures: soon, then twice as late each time, and a minute at the most",
    arguments: zip(1...10, [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]))
  func backOff(failures: Int, seconds: Double) {
    var (schedule, pause) = (SyncSchedule(every: .seconds(60)), Duration.zero)
    for _ in 0..<failures { pause = schedule.failed(jitter: 0.5) }
    #expect(pause / .seconds(1) == seconds)
    for (jitter, share) in [(0.0, 0.5), (0.75, 1.25)] {
      var (schedule, pause) = (SyncSchedule(every: .seconds(60)), Duration.zero)
      for _ in 0..<failures { pause = schedule.failed(jitter: jitter) }
      #expect(abs(pause / .seconds(1) - seconds * share) < 0.001, "\(jitter)")
    }
  }

  @Test("a thousand failures are no more than the longest pause, which is the interval where that is longer")
  func maximumPause() {
    for (every, maximumPause) in [(1, 60), (60, 60), (3600, 3600)] {
      var (schedule, pause) = (SyncSchedule(every: .seconds(every)), Duration.zero)
      for _ in 0..<1000 { pause = schedule.failed(jitter: 0.5) }
      #expect(pause == .seconds(maximumPause))
    }
  }

  @Test("what worked makes the next failure the first")
  func afterWork() {
    var schedule = SyncSchedule(every: .seconds(60))
    for _ in 0..<9 { _ = schedule.failed(jitter: 0.5) }
    _ = schedule.succeeded(jitter: 0.5)
    #expect(schedule.failed(jitter: 0.5) == .milliseconds(500))
    for _ in 0..<9 { _ = schedule.failed(jitter: 0.5) }
    schedule.worked()
    #expect(schedule.failed(jitter: 0.5) == .milliseconds(500))
  }
}
