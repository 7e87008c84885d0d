// SPDX-License-Identifier: Apache-2.0
import Logging
import PRNode
import PRServer
import Synchronization

/// Tells the log of each alarm once, and not more often than once a minute of a cause that comes and goes. What peers say is
/// limited apart: however many causes they make up, the alarms that the node itself has found are written.
final class AlarmLog: Sendable {
  private let logger: Logger
  private let complaints = Mutex(
    (found: LogRateLimiter(period: .seconds(60)), said: LogRateLimiter(period: .seconds(60))))

  init(_ logger: Logger) { self.logger = logger }

  func hear(_ event: AlarmBoard.Event) {
    switch event {
    case .raised(let alarm):
      write(.warning, "an alarm was raised", alarm, [LogKey.reason: "\(alarm.text)", LogKey.advice: "\(alarm.advice)"])
    case .ended(let alarm): write(.notice, "an alarm is over", alarm, [LogKey.reason: "\(alarm.text)"])
    case .acknowledged(let alarm): write(.notice, "an alarm was acknowledged", alarm, [LogKey.reason: "\(alarm.text)"])
    }
  }

  private func write(_ level: Logger.Level, _ message: String, _ alarm: Alarm, _ metadata: Logger.Metadata) {
    let kind = "\(message): \(alarm.cause)"
    let leftOut = complaints.withLock { complaints in
      alarm.origin == nil ? complaints.found.admit(kind, now: .now) : complaints.said.admit(kind, now: .now)
    }
    guard let leftOut else { return }
    var metadata = metadata
    metadata[LogKey.alarm] = "\(alarm.cause)"
    if leftOut > 0 { metadata[LogKey.leftOut] = "\(leftOut)" }
    logger.log(level: level, "\(message)", metadata: metadata)
  }
}
