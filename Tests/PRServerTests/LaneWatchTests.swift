// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRNode
import PRRevision
import TestLogs
import Testing

@testable import PRServer

@Suite("What the log has of nodes below")
struct LaneWatchTests {
  @Test("of a client that greets with made-up stores it has a few lines a minute, and those of another node as before")
  func flood() throws {
    let lines = LogLines { "\($0.message) \($0.metadata?[LogKey.peer] ?? "")" }
    let watch = LaneWatch(AlarmBoard(), lines.logger) { .now() }
    let lane = try #require(Lane("3/256"))
    for number in 0..<1000 {
      watch.arrive("store-\(number)", lane, "10.0.0.66")
      watch.leave("store-\(number)")
    }
    #expect(lines.all.count == 16)
    watch.arrive("honest", lane, "10.0.0.7")
    watch.leave("honest")
    let last = lines.all.suffix(2)
    #expect(last == ["a node below is connected 10.0.0.7", "a node below is gone 10.0.0.7"])
  }
}
