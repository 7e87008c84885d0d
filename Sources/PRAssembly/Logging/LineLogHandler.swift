// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging

/// How a log line looks.
package enum LogFormat: String, CaseIterable, Sendable {
  case text
  /// One JSON object a line.
  case json
}

/// Makes a line of each message. Writing it is left to a thread of its own; a critical message is waited for.
package struct LineLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var logLevel: Logger.Level
  private let format: LogFormat
  private let writer: LogWriter

  /// Logs to the standard error output.
  package init(_ format: LogFormat, level: Logger.Level) { self.init(format, level: level, writer: .standardError) }

  init(_ format: LogFormat, level: Logger.Level, writer: LogWriter) {
    self.format = format
    logLevel = level
    self.writer = writer
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let line = LogLine(
      time: Self.now, level: "\(event.level)", message: "\(event.message)",
      values: values.map { ($0.key, "\($0.value)") })
    writer.append(line.formatted(format), format)
    if event.level == .critical { writer.flush() }
  }

  static var now: String { Date().ISO8601Format(.iso8601WithTimeZone(includingFractionalSeconds: true)) }
}
