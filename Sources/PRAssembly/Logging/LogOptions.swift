// SPDX-License-Identifier: Apache-2.0
import Logging

/// What is logged, and how.
package struct LogOptions: Hashable, Sendable {
  package var format: LogFormat
  package var level: Logger.Level

  package init(_ format: LogFormat = .text, level: Logger.Level = .info) {
    self.format = format
    self.level = level
  }

  package var logger: Logger {
    Logger(label: "headwater") { _ in LineLogHandler(format, level: level) }
  }

  /// Waits until what was logged so far is written, for two seconds at most: a log that is not read stops no server.
  ///
  /// To be called before another process learns that this one is ready, so that the log holds what came before.
  package func flush() { LogWriter.standardError.flush() }

  /// For a group of services: below a notice it logs only what those are made of, which no operator needs.
  var groupLogger: Logger {
    var logger = logger
    logger.logLevel = max(level, .notice)
    return logger
  }
}
