// SPDX-License-Identifier: Apache-2.0
import Logging
import Synchronization

/// What a logger was given, for a test to look at.
package final class LogLines: Sendable {
  private let lines = Mutex<[String]>([])
  private let line: @Sendable (LogEvent) -> String

  /// - Parameter line: what is kept of an event.
  package init(_ line: @escaping @Sendable (LogEvent) -> String) { self.line = line }

  package var all: [String] { lines.withLock { $0 } }

  /// One of all levels, whose lines are kept.
  package var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

  private struct Handler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let line = lines.line(event)
      lines.lines.withLock { $0.append(line) }
    }
  }
}
