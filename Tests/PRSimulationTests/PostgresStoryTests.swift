// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import TestSeed
  import Testing

  @testable import PRSimulation

  @Suite("Random stories of an authority on PostgreSQL")
  struct PostgresStoryTests {
    @Test("break no law")
    func laws() { expectLaws(in: Seed.several(60).lazy.map { .randomOnPostgres(seed: $0.number) }) }

    @Test("are the same read from their texts")
    func text() throws {
      for seed in Seed.several(50) {
        let story = Story.randomOnPostgres(seed: seed.number)
        #expect(try Story(story.description) == story, "\(seed)")
      }
    }

    @Test("are the same each time, whatever their threads do")
    func replay() {
      for seed in Seed.several(10) {
        let story = Story.randomOnPostgres(seed: seed.number)
        #expect(StoryRun.play(story) == StoryRun.play(story), "\(seed)")
      }
    }

    @Test("have each kind of fault, and answers in spite of them")
    func faults() {
      var kinds: Set<Story.DatabaseFault> = []
      var answered = 0
      for seed in 1...20 as ClosedRange<UInt64> {
        let story = Story.randomOnPostgres(seed: seed)
        for timed in story.actions {
          if case .database(_, let fault) = timed.action { kinds.insert(fault) }
        }
        answered += StoryRun.play(story).answered
      }
      #expect(kinds == Set(Story.DatabaseFault.allCases))
      #expect(answered > 1000)
    }

    @Test("give back their world, with all threads and servers")
    func world() {
      for seed in 0..<10 as Range<UInt64> {
        #expect(StoryRun.worldLeft(by: .randomOnPostgres(seed: seed)) == nil, "seed \(seed)")
      }
    }
  }
#endif
