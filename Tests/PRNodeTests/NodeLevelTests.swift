// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRNode

@Suite("The level of a node")
struct NodeLevelTests {
  @Test("it is one more than the upstream's, and is written until a write has succeeded")
  func learns() {
    var level = NodeLevel(1, keeps: true)
    #expect(level.learn(upstreamLevel: 2) == [.keep(3)] && level.value == 3)
    #expect(level.learn(upstreamLevel: 2) == [.keep(3)], "the write may have failed")
    level.kept(3)
    #expect(level.learn(upstreamLevel: 2) == [])
    #expect(level.learn(upstreamLevel: 0) == [.keep(1)] && level.value == 1)
  }

  @Test("a level that no federation has is not taken over", arguments: [-1, Partition.deepest, .max, .min])
  func nonsense(upstreamLevel: Int) {
    var level = NodeLevel(1, keeps: true)
    #expect(level.learn(upstreamLevel: upstreamLevel) == [] && level.value == 1)
  }

  @Test("nothing is written where the database takes no writes, and a loop is reported all the same")
  func readOnly() {
    var level = NodeLevel(1, keeps: false)
    #expect(level.learn(upstreamLevel: 2) == [])
    #expect(level.learn(upstreamLevel: 14) == [.warnOfLoop(level: 15)] && level.value == 15)
  }
}
