// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRUpstream

@Suite("The difference of two clocks")
struct ClockDifferenceTests {
  @Test(
    "what lies between the question and the answer is none, and beyond it the least that it can be",
    arguments: [
      (1000, 1000, 1000, 0), (1500, 1000, 2000, 0), (1000, 1000, 2000, 0), (2000, 1000, 2000, 0), (2001, 1000, 2000, 1),
      (999, 1000, 2000, -1), (61_000, 1000, 1000, 60_000), (1000, 61_000, 61_000, -60_000),
      // Either clock may show anything.
      (.max, 1000, 2000, .max - 2000), (.min, 1000, 2000, .min), (.max, .min, .min, .max), (0, .max, .max, -.max),
      // The own clock was set back meanwhile.
      (500, 1000, 900, 0),
    ] as [(Int64, Int64, Int64, Int64)])
  func least(told: Int64, asked: Int64, answered: Int64, difference: Int64) {
    #expect(ClockDifference.least(told: told, asked: asked, answered: answered) == difference)
  }
}
