// SPDX-License-Identifier: Apache-2.0
import Foundation
import StoreCheck
import TestDisk
import TestSeed
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("A store on a disk that fails and loses power", .ownThreads)
struct DiskStoryTests {
  private static let isLong = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1"
  private static let plan = StoryPlan(requests: isLong ? 520 : 60)
  /// Stories are told in groups, which run at the same time.
  private static let groups = Seed.several(isLong ? 40 : 4)

  private func fail(_ faults: [String], _ seed: Seed, _ story: DiskStory) {
    Issue.record("\(faults.joined(separator: "\n"))\n\(story.record.log.suffix(40).joined(separator: "\n"))\n\(seed)")
  }

  @Test("loses nothing that it has answered, and gives nothing twice", .untilHung, arguments: groups)
  func stories(group: Seed) {
    var (figures, numbers) = (StoryFigures(), group.numbers)
    // A seed that is to be replayed is that of one story.
    let isReplay = ProcessInfo.processInfo.environment["HEADWATER_SEED"] != nil
    for _ in 0..<(isReplay ? 1 : Self.isLong ? 50 : 25) {
      let seed = isReplay ? group : Seed(numbers.next())
      let story = DiskStory(seed, Self.plan)
      let faults = story.run()
      figures = figures + story.record.figures
      if !faults.isEmpty { return fail(faults, seed, story) }
    }
    if Self.isLong { print("\(figures)") }  // what docs/reliability.md reports
    #expect(figures.powerLosses > 0 && figures.checks > 0)
  }

  @Test("does the same from the same seed", arguments: Seed.several(4))
  func replay(seed: Seed) {
    let logs = (0..<2).map { _ in
      let story = DiskStory(seed)
      story.run()
      return story.record.log.map { $0.replacing(story.disk.databases, with: "") }
    }
    #expect(logs[0] == logs[1], "\(seed)")
    #expect(logs[0].count > 20)
  }
}
