// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@testable import PRStore

@Suite("When pages of the log go to the database", .ownThreads)
struct CheckpointPlanTests {
  private var plan = CheckpointPlan(length: 1000, most: 4000)

  @Test("a short log stays as it is")
  mutating func short() {
    #expect(plan.committed(inLog: 1) == .nothing)
    #expect(plan.committed(inLog: 999) == .nothing)
  }

  @Test("most of it goes beside the writer, one at a time, and the few that came meanwhile in its place")
  mutating func mostBesideFewInPlace() {
    #expect(plan.committed(inLog: 1000) == .beside)
    #expect(plan.committed(inLog: 1200) == .nothing)
    plan.ended(.beside, inDatabase: 1000)
    #expect(plan.committed(inLog: 1210) == .inPlace)
    plan.ended(.inPlace, inDatabase: 1210)
    #expect(plan.committed(inLog: 3) == .nothing, "it has begun anew")
    #expect(plan.committed(inLog: 1001) == .beside)
  }

  @Test("where many came meanwhile, they go beside the writer too")
  mutating func again() {
    #expect(plan.committed(inLog: 1000) == .beside)
    plan.ended(.beside, inDatabase: 1000)
    #expect(plan.committed(inLog: 1257) == .beside)
    plan.ended(.beside, inDatabase: 1257)
    #expect(plan.committed(inLog: 1300) == .inPlace)
  }

  @Test("a writer as fast as the disk waits before the log gets too long")
  mutating func tooLong() {
    #expect(plan.committed(inLog: 1500) == .beside)
    #expect(plan.committed(inLog: 3999) == .nothing)
    #expect(plan.committed(inLog: 4000) == .inPlace)
    plan.ended(.beside, inDatabase: 1500)
    plan.ended(.inPlace, inDatabase: 4000)
    #expect(plan.committed(inLog: 900) == .nothing)
    #expect(plan.committed(inLog: 1300) == .beside)
  }

  @Test("a log that is in the database as a whole is left alone until it begins anew")
  mutating func whole() {
    #expect(plan.committed(inLog: 1000) == .beside)
    plan.ended(.beside, inDatabase: 1000)
    #expect(plan.committed(inLog: 1000) == .nothing)
  }

  @Test("a checkpoint that could not tell is tried again")
  mutating func untold() {
    #expect(plan.committed(inLog: 2000) == .beside)
    plan.ended(.beside, inDatabase: nil)
    #expect(plan.committed(inLog: 2001) == .beside)
    plan.ended(.beside, inDatabase: 1990)
    #expect(plan.committed(inLog: 2002) == .inPlace)
    plan.ended(.inPlace, inDatabase: nil)
    #expect(plan.committed(inLog: 2003) == .inPlace)
  }

  @Test("after the disk has refused, nothing goes beside the writer any more")
  mutating func givenUp() {
    #expect(plan.committed(inLog: 2000) == .beside)
    plan.giveUp()
    #expect(plan.committed(inLog: 2500) == .inPlace)
    plan.ended(.inPlace, inDatabase: 2500)
    #expect(plan.committed(inLog: 999) == .nothing)
    #expect(plan.committed(inLog: 1500) == .inPlace)
  }
}
