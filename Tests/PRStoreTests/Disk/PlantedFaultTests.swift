// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestDisk
import TestSeed
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// What the stories find is worth no more than the faults that they are known to find.
@Suite("A fault that is planted in a disk or a store", .ownThreads)
struct PlantedFaultTests {
  struct Planted: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let plan: StoryPlan

    init(_ name: String, _ change: (inout StoryPlan) -> Void) {
      testDescription = name
      var plan = StoryPlan()
      change(&plan)
      self.plan = plan
    }

    init(_ name: String, _ lie: DiskLie) { self.init(name) { $0.lies = [lie] } }
  }

  /// With a seed whose story finds it. The first that does is searched in a long run.
  private static let all: [(planted: Planted, seed: UInt64)] = [
    (Planted("the log is not synced", .sync(.log)), 1),
    (Planted("the database is not synced", .sync(.database)), 1),
    (Planted("the journal of a new database is not synced", .sync(.journal)), 428),
    (Planted("marks and manifests are not synced", .sync(.other)), 1),
    (Planted("folders are not synced", .syncFolder), 1),
    (Planted("a sync that fails reports success", .failedSync), 1000),
    (Planted("a write that fails reports success", .failedWrite), 2),
    (Planted("of a write to the log a part is written", .shortWrite(.log)), 1),
    (Planted("of a write to the database a part is written", .shortWrite(.database)), 1),
    (Planted("commits do not wait for the log", { $0.durability = .normal }), 1),
    (Planted("nothing is synced at all", { $0.durability = .off }), 1),
    (Planted("answers leave before their commit", { $0.answersEarly = true }), 1),
  ]

  @Test("is found by a story that is known to find it", arguments: all)
  func known(planted: Planted, seed: UInt64) {
    #expect(DiskStory(Seed(seed), planted.plan).run() != [])
    #expect(DiskStory(Seed(seed)).run() == [], "the fault is found, and nothing else")
  }

  private static let isLong = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1"

  @Test("is found within 1,000 stories", .enabled(if: isLong), .untilHung, arguments: all)
  func search(planted: Planted, seed: UInt64) {
    for seed in 1...1000 as ClosedRange<UInt64> {
      let faults = DiskStory(Seed(seed), planted.plan).run()
      guard let fault = faults.first else { continue }
      // What docs/reliability.md reports.
      print("planted: \(planted.testDescription) | \(seed) | \(fault)")
      return
    }
    Issue.record("no story of 1,000 has found it")
  }
}
