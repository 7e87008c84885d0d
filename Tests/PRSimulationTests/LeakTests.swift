// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRSimulation

@Suite("The end of a simulation")
struct LeakTests {
  @Test("gives back its world, with all nodes and connections")
  func world() {
    for seed in 0..<10 as Range<UInt64> {
      let left = StoryRun.worldLeft(by: .random(seed: seed))
      #expect(left == nil, "seed \(seed)")
    }
  }
}
