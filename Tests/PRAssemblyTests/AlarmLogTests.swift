// SPDX-License-Identifier: Apache-2.0
import Logging
import PRNode
import TestLogs
import Testing

@testable import PRAssembly

@Suite("The log of alarms")
struct AlarmLogTests {
  @Test("has so many lines a minute of what peers say, and each alarm that the node has found")
  func flood() {
    let lines = LogLines { "\($0.metadata?["alarm"] ?? "")" }
    let log = AlarmLog(lines.logger)
    let board = AlarmBoard(tell: { log.hear($0) })
    for number in 0..<10_000 {
      board.raise("member-alarm:pune:\(number)", "", advice: "", origin: "pune")
      board.end("member-alarm:pune:\(number)")
    }
    #expect(lines.all.count <= 257)
    board.raise("member-cloned:genuine", "", advice: "")
    #expect(lines.all.last == "member-cloned:genuine")
  }
}
