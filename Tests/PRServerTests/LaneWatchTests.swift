// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRNode
import PRRevision
import Synchronization
import Testing

@testable import PRServer

@Suite("What the log has of nodes below")
struct LaneWatchTests {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
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
      lines.all.withLock { $0.append("\(event.message) \(event.metadata?[LogKey.peer] ?? "")") }
    }
  }

  @Test("of a client that greets with made-up stores it has a few lines a minute, and those of another node as before")
  func flood() throws {
    let lines = Lines()
    let watch = LaneWatch(AlarmBoard(), Logger(label: "test") { _ in Handler(lines: lines) }) { .now() }
    let lane = try #require(Lane("3/256"))
    for number in 0..<1000 {
      watch.arrive("store-\(number)", lane, "10.0.0.66")
      watch.leave("store-\(number)")
    }
    #expect(lines.all.withLock { $0.count } == 16)
    watch.arrive("honest", lane, "10.0.0.7")
    watch.leave("honest")
    let last = lines.all.withLock { $0.suffix(2) }
    #expect(last == ["a node below is connected 10.0.0.7", "a node below is gone 10.0.0.7"])
  }
}
