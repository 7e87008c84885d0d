// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("When pages of the log go to the database", .ownThreads)
struct CheckpointPlanTests {
  private var plan = CheckpointPlan(length: 1000, maximum: 4000)

  private func reach(_ log: Int, _ database: Int? = nil) -> CheckpointPlan.Reach {
    CheckpointPlan.Reach(log: log, database: database ?? log)
  }

  @Test("a short log stays as it is")
  mutating func short() {
    #expect(plan.committed(inLog: 1) == .nothing)
    #expect(plan.committed(inLog: 999) == .nothing)
  }

  @Test("most of it goes beside the writer, one at a time, and the few that came meanwhile in its place")
  mutating func mostBesideFewInPlace() {
    #expect(plan.committed(inLog: 1000) == .beside)
    #expect(plan.committed(inLog: 1200) == .nothing)
    plan.ended(.beside, reach(1000))
    #expect(plan.committed(inLog: 1210) == .inPlace)
    plan.ended(.inPlace, reach(1210))
    #expect(plan.committed(inLog: 3) == .nothing, "it has begun anew")
    #expect(plan.committed(inLog: 1001) == .beside)
  }

  @Test("where many came meanwhile, they go beside the writer too")
  mutating func again() {
    #expect(plan.committed(inLog: 1000) == .beside)
    plan.ended(.beside, reach(1000))
    #expect(plan.committed(inLog: 1257) == .beside)
    plan.ended(.beside, reach(1257))
    #expect(plan.committed(inLog: 1300) == .inPlace)
  }

  @Test("a writer as fast as the disk waits before the log gets too long")
  mutating func tooLong() {
    #expect(plan.committed(inLog: 1500) == .beside)
    #expect(plan.committed(inLog: 3999) == .nothing)
    #expect(plan.committed(inLog: 4000) == .inPlace)
    plan.ended(.beside, reach(1500))
    plan.ended(.inPlace, reach(4000))
    #expect(plan.committed(inLog: 900) == .nothing)
    #expect(plan.committed(inLog: 1300) == .beside)
  }

  @Test("a log of the same length as before has begun anew, since a commit makes it longer")
  mutating func sameLength() {
    #expect(plan.committed(inLog: 1000) == .beside)
    plan.ended(.beside, reach(1000))
    #expect(!plan.isBehind)
    #expect(plan.committed(inLog: 1000) == .beside)
    #expect(plan.isBehind)
  }

  @Test("what was brought over of a log that has begun anew since does not count for the new one")
  mutating func anewMeanwhile() {
    #expect(plan.committed(inLog: 1000) == .beside)
    #expect(plan.committed(inLog: 7) == .nothing)
    plan.ended(.beside, reach(1000))
    #expect(plan.isBehind)
    #expect(plan.committed(inLog: 1100) == .beside, "all 1,100 wait, not the last 100")
  }

  @Test("a checkpoint that could not tell is tried again")
  mutating func untold() {
    #expect(plan.committed(inLog: 2000) == .beside)
    plan.ended(.beside, nil)
    #expect(plan.committed(inLog: 2001) == .beside)
    plan.ended(.beside, reach(2001, 1990))
    #expect(plan.committed(inLog: 2002) == .inPlace)
    plan.ended(.inPlace, nil)
    #expect(plan.committed(inLog: 2003) == .inPlace)
  }

  @Test("after the disk has refused, nothing goes beside the writer any more")
  mutating func givenUp() {
    #expect(plan.committed(inLog: 2000) == .beside)
    plan.giveUp()
    #expect(plan.committed(inLog: 2500) == .inPlace)
    plan.ended(.inPlace, reach(2500))
    #expect(plan.committed(inLog: 999) == .nothing)
    #expect(plan.startsClock() == false, "nor by the clock")
    #expect(plan.committed(inLog: 1500) == .inPlace)
  }
}

@Suite("When pages of the log of a quiet store go to the database", .ownThreads)
struct QuietCheckpointPlanTests {
  private var plan = CheckpointPlan(length: 1000, maximum: 4000)

  /// A plan that has looked after what an earlier process left.
  init() {
    _ = plan.startsClock()
    _ = plan.ticked()
    plan.ended(.beside, CheckpointPlan.Reach(log: 0, database: 0))
  }

  @Test("what an earlier process left goes at the first tick")
  func leftOver() {
    var plan = CheckpointPlan(length: 1000, maximum: 4000)
    #expect(plan.isBehind)
    let starts = plan.startsClock()
    #expect(starts)
    #expect(plan.ticked() == .beside)
    plan.ended(.beside, CheckpointPlan.Reach(log: 50, database: 50))
    #expect(!plan.isBehind)
    #expect(plan.startsRenewal() == true)
    plan.renewed(inLog: 1)
    #expect(plan.startsClock() == false)
  }

  @Test("a tick without a commit before it brings the pages over, and then the clock stands still")
  mutating func quiet() {
    #expect(plan.startsClock() == false, "nothing was committed")
    #expect(plan.committed(inLog: 3) == .nothing)
    #expect(plan.startsClock() == true)
    #expect(plan.startsClock() == false, "one tick is on its way")
    #expect(plan.ticked() == .nothing, "there was a commit since the last one")
    #expect(plan.startsClock() == true)
    #expect(plan.ticked() == .beside)
    plan.ended(.beside, CheckpointPlan.Reach(log: 3, database: 3))
    #expect(plan.startsRenewal() == true)
    plan.renewed(inLog: 1)
    #expect(plan.startsRenewal() == false)
    #expect(plan.startsClock() == false)
  }

  /// A quiet store whose log of so many pages is in the database.
  private mutating func becomeQuiet(_ pages: Int) {
    #expect(plan.committed(inLog: pages) == .nothing)
    #expect(plan.startsClock() == true)
    while plan.ticked() != .beside { #expect(plan.startsClock() == true) }
    plan.ended(.beside, CheckpointPlan.Reach(log: pages, database: pages))
  }

  @Test("a log that cannot begin anew is tried again at the next tick")
  mutating func notRenewed() {
    becomeQuiet(7)
    for _ in 0..<3 {
      #expect(plan.startsRenewal() == true)
      plan.renewed(inLog: nil)
      #expect(plan.startsClock() == true)
      #expect(plan.ticked() == .nothing)
    }
    #expect(plan.startsRenewal() == true)
  }

  @Test("a commit before the tick puts it off, and one that comes meanwhile has begun the log anew itself")
  mutating func commitMeanwhile() {
    becomeQuiet(7)
    #expect(plan.committed(inLog: 1) == .nothing)
    #expect(plan.startsRenewal() == false)
    becomeQuiet(3)
    #expect(plan.startsRenewal() == true)
    #expect(plan.committed(inLog: 2) == .nothing)
    plan.renewed(inLog: 3)
    #expect(plan.isBehind)
    #expect(plan.startsRenewal() == false)
  }

  @Test("pages of another process that come between go to the database as well")
  mutating func foreignPages() {
    becomeQuiet(7)
    #expect(plan.startsRenewal() == true)
    plan.renewed(inLog: 4)
    #expect(plan.isBehind)
    #expect(plan.startsClock() == true)
    #expect(plan.ticked() == .beside)
    plan.ended(.beside, CheckpointPlan.Reach(log: 4, database: 4))
    #expect(plan.startsRenewal() == true)
    plan.renewed(inLog: 1)
    #expect(plan.startsClock() == false)
  }

  @Test("the first commit after it is behind it in the log")
  mutating func firstCommitAfter() {
    becomeQuiet(7)
    #expect(plan.startsRenewal() == true)
    plan.renewed(inLog: 1)
    #expect(plan.committed(inLog: 2) == .nothing)
    #expect(plan.isBehind)
    #expect(plan.startsClock() == true)
  }

  @Test("a store that is never quiet is looked after at every twentieth tick")
  mutating func neverQuiet() {
    var steps: [CheckpointPlan.Step] = []
    for pages in 1...40 {
      #expect(plan.committed(inLog: pages) == .nothing)
      #expect(plan.startsClock() == true)
      let step = plan.ticked()
      if step == .beside { plan.ended(.beside, CheckpointPlan.Reach(log: pages, database: pages)) }
      steps.append(step)
    }
    #expect(steps.indices.filter { steps[$0] == .beside } == [19, 39])
  }

  @Test("pages that a reader keeps are tried again at the next tick")
  mutating func kept() {
    #expect(plan.committed(inLog: 9) == .nothing)
    for found in [CheckpointPlan.Reach(log: 9, database: 4), nil, CheckpointPlan.Reach(log: 9, database: 8)] {
      #expect(plan.startsClock() == true)
      while plan.ticked() != .beside { #expect(plan.startsClock() == true) }
      plan.ended(.beside, found)
    }
    #expect(plan.startsClock() == true)
  }

  @Test("a tick leaves a checkpoint that runs alone")
  mutating func running() {
    #expect(plan.committed(inLog: 1000) == .beside)
    #expect(plan.startsClock() == true)
    #expect(plan.ticked() == .nothing)
    #expect(plan.startsClock() == true)
    #expect(plan.ticked() == .nothing)
  }
}
