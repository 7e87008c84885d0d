// SPDX-License-Identifier: Apache-2.0
import Logging
import PRNode
import Synchronization
import Testing

@testable import PRAssembly

@Suite("The log of alarms")
struct AlarmLogTests {
  private final class Lines: Sendable {
    let causes = Mutex<[String]>([])
  }

  private struct Handler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      lines.causes.withLock { $0.append("\(event.metadata?["alarm"] ?? "")") }
    }
  }

  @Test("has so many lines a minute of what peers say, and each alarm that the node has found")
  func flood() {
    let lines = Lines()
    let log = AlarmLog(Logger(label: "test") { _ in Handler(lines: lines) })
    let board = AlarmBoard(tell: { log.hear($0) })
    for number in 0..<10_000 {
      board.raise("member-alarm:pune:\(number)", "", advice: "", origin: "pune")
      board.end("member-alarm:pune:\(number)")
    }
    #expect(lines.causes.withLock { $0.count } <= 257)
    board.raise("member-cloned:genuine", "", advice: "")
    #expect(lines.causes.withLock { $0.last } == "member-cloned:genuine")
  }
}
