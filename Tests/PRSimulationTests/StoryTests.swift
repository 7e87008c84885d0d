// SPDX-License-Identifier: Apache-2.0
import PRSimulation
import TestSeed
import Testing

@Suite("Random stories of federations")
struct StoryTests {
  @Test("break no law")
  func laws() { expectLaws(in: Seed.several(100).lazy.map { .random(seed: $0.number) }) }

  @Test("are the same read from their texts")
  func text() throws {
    for seed in Seed.several(100) {
      let story = Story.random(seed: seed.number)
      let again = try Story(story.description)
      try #require(again.actions == story.actions, "\(seed)")
      try #require(again.nodes == story.nodes, "\(seed)")
      try #require(again == story, "\(seed)")
    }
  }

  @Test("are the same each time")
  func replay() {
    for seed in Seed.several(10) {
      let story = Story.random(seed: seed.number)
      #expect(StoryRun.play(story) == StoryRun.play(story), "\(seed)")
    }
  }
}
