// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRUpstream

@Suite("The difference of two clocks")
struct ClockDifferenceTests {
  @Test(
    "the least is what is surely there, whatever either clock shows",
    arguments: [
      (1000, 1000, 1000, 0), (1500, 1000, 2000, 0), (1000, 1000, 2000, 0), (2000, 1000, 2000, 0), (2001, 1000, 2000, 1),
      (999, 1000, 2000, -1), (61_000, 1000, 1000, 60_000), (1000, 61_000, 61_000, -60_000),
      (.max, 1000, 2000, .max - 2000), (.min, 1000, 2000, .min), (.max, .min, .min, .max), (0, .max, .max, -.max),
    ] as [(Int64, Int64, Int64, Int64)])
  func least(told: Int64, asked: Int64, answered: Int64, least: Int64) {
    #expect(ClockDifference(told: told, asked: asked, answered: answered)?.least == least)
  }

  @Test(
    "an alarm begins by what is surely there, and ends by what is surely not",
    arguments: [
      (31_001, 0, 1000, true, false), (31_000, 0, 1000, false, false), (-30_001, 0, 0, true, false),
      (-30_000, 0, 0, false, false), (25_000, 0, 0, false, true), (25_000, 0, 1, false, true),
      (25_001, 0, 0, false, false),
      (-24_000, 0, 1000, false, true), (-24_001, 0, 1000, false, false),
      // A process that was stopped between question and answer.
      (0, 0, 3_600_000, false, false),
    ] as [(Int64, Int64, Int64, Bool, Bool)])
  func alarm(told: Int64, asked: Int64, answered: Int64, differs: Bool, agrees: Bool) throws {
    let difference = try #require(ClockDifference(told: told, asked: asked, answered: answered))
    #expect(difference.differs == differs && difference.agrees == agrees)
  }

  @Test("a clock that was set back meanwhile shows nothing")
  func setBack() { #expect(ClockDifference(told: 500, asked: 1000, answered: 900) == nil) }
}
