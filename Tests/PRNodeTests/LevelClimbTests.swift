// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestThreads
import Testing

@testable import PRNode

@Suite("A level that keeps rising", .ownThreads)
struct LevelClimbTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let start: Int
    let levels: [Int]
    /// The place in `levels` that shows a loop.
    let alarm: Int?
  }

  static let cases = [
    Case(testDescription: "a node that knows its level", start: 1, levels: [1, 1, 1], alarm: nil),
    Case(testDescription: "two nodes above each other", start: 1, levels: [3, 5, 7, 9, 11, 13, 15], alarm: 2),
    Case(testDescription: "three nodes in a ring", start: 1, levels: [4, 7, 10, 13], alarm: 2),
    Case(testDescription: "a first answer below three others", start: 1, levels: [4, 4, 4], alarm: nil),
    Case(
      testDescription: "two headquarters put above, one after the other", start: 1, levels: [1, 2, 2, 3, 3], alarm: nil),
    Case(
      testDescription: "failover between upstreams of different levels", start: 1, levels: [2, 1, 2, 1, 2, 1, 3, 1, 3],
      alarm: nil),
    Case(testDescription: "a restart at the deepest level", start: 15, levels: [15], alarm: 0),
    Case(testDescription: "the deepest level at once", start: 1, levels: [15, 15], alarm: 0),
    Case(testDescription: "one below the deepest", start: 1, levels: [14, 14], alarm: nil),
  ]

  @Test("it is told once, and only where no planned change explains it", arguments: cases)
  func alarm(example: Case) {
    var climb = LevelClimb(from: example.start)
    let alarms = (example.levels + example.levels).map { climb.reaches($0) }
    #expect(alarms.indices.filter { alarms[$0] } == [example.alarm].compactMap(\.self))
    #expect(climb.isLoop == (example.alarm != nil))
  }
}
