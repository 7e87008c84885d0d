// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRNode

@Suite("The level of a node")
struct NodeLevelTests {
  @Test("it is one more than the upstream's, and is written until a write has succeeded")
  func learns() {
    var level = NodeLevel(1, keeps: true)
    #expect(level.learn(upstreamLevel: 2, at: 0) == [.keep(3)] && level.value == 3)
    #expect(level.learn(upstreamLevel: 2, at: 0) == [.keep(3)], "the write may have failed")
    level.kept(3)
    #expect(level.learn(upstreamLevel: 2, at: 0) == [])
    #expect(level.learn(upstreamLevel: 0, at: 0) == [.keep(1)] && level.value == 1)
  }

  @Test("a level that no federation has is not taken over", arguments: [-1, Partition.deepest, .max, .min])
  func nonsense(upstreamLevel: Int) {
    var level = NodeLevel(1, keeps: true)
    #expect(level.learn(upstreamLevel: upstreamLevel, at: 0) == [] && level.value == 1)
  }

  @Test("nothing is written where the database takes no writes, and a loop is reported all the same")
  func readOnly() {
    var level = NodeLevel(1, keeps: false)
    #expect(level.learn(upstreamLevel: 2, at: 0) == [])
    #expect(level.learn(upstreamLevel: 14, at: 0) == [.warnOfLoop(level: 15)] && level.value == 15)
  }

  private let circle = QuestionPath.start.passing("a").passing("b").passing("a")

  @Test(
    "while the upstream says that questions come round, the level does not rise, and ten minutes after the last one it does"
  )
  func circles() {
    var level = NodeLevel(1, keeps: false)
    #expect(level.cameRound(circle, saidBelow: false, at: 1000) == [.warnOfCircle(circle)])
    #expect(level.learn(upstreamLevel: 5, at: 2000) == [] && level.value == 1)
    #expect(level.cameRound(circle, saidBelow: false, at: 300_000) == [], "it is one alarm")
    #expect(level.learn(upstreamLevel: 5, at: 899_999) == [] && level.value == 1)
    #expect(level.learn(upstreamLevel: nil, at: 900_000) == [.endCircle])
    #expect(level.learn(upstreamLevel: 2, at: 900_001) == [] && level.value == 3)
    #expect(level.cameRound(circle, saidBelow: false, at: 900_002) == [.warnOfCircle(circle)])
    #expect(level.learn(upstreamLevel: 0, at: 900_003) == [] && level.value == 1, "a lower level is no climb")
  }

  @Test("a level that is not known is taken over although questions come round")
  func unknownInCircle() {
    var level = NodeLevel(1, isKnown: false, keeps: false)
    _ = level.cameRound(circle, saidBelow: false, at: 1000)
    #expect(level.learn(upstreamLevel: 3, at: 2000) == [.endUnknown] && level.value == 4)
    #expect(level.learn(upstreamLevel: 4, at: 3000) == [] && level.value == 4)
  }

  @Test("what a client says of a circle does not keep the level, and does not keep it for longer")
  func saidBelow() {
    var level = NodeLevel(1, keeps: false)
    #expect(level.cameRound(circle, saidBelow: true, at: 0) == [.warnOfCircle(circle)])
    #expect(level.learn(upstreamLevel: 1, at: 1) == [] && level.value == 2)
    _ = level.cameRound(circle, saidBelow: false, at: 2)
    _ = level.cameRound(circle, saidBelow: true, at: 500_000)
    #expect(level.learn(upstreamLevel: 4, at: 500_001) == [] && level.value == 2)
    #expect(level.learn(upstreamLevel: 4, at: 600_002) == [] && level.value == 5)
  }

  @Test("a clock that was set back does not hold the level for the time between")
  func clockSetBack() {
    var level = NodeLevel(1, keeps: false)
    _ = level.cameRound(circle, saidBelow: false, at: 10_000_000)
    #expect(level.learn(upstreamLevel: 1, at: 5000) == [.endCircle] && level.value == 2)
  }

  @Test("a level that is a guess is known once an upstream has given its own")
  func unknown() {
    var level = NodeLevel(1, isKnown: false, keeps: true)
    #expect(level.learn(upstreamLevel: -1, at: 0) == [] && !level.isKnown)
    #expect(level.learn(upstreamLevel: 0, at: 0) == [.endUnknown, .keep(1)] && level.isKnown)
    #expect(level.learn(upstreamLevel: 1, at: 0) == [.keep(2)])
  }
}
