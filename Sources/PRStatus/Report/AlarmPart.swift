// SPDX-License-Identifier: Apache-2.0
import PRNode

extension StatusReport {
  /// What is wrong, since when, and what to do.
  package struct AlarmPart: Codable, Hashable, Sendable {
    /// The name of its cause: what `headwater status --acknowledge` takes.
    package var id: String
    package var text: String
    package var advice: String
    /// Milliseconds since 1970.
    package var since: Int64
    package var isAcknowledged: Bool
    /// It ends with its cause; else when it is acknowledged.
    package var endsByItself: Bool
  }

  /// Those that are not acknowledged.
  package var openAlarms: [AlarmPart] { alarms.filter { !$0.isAcknowledged } }
}

extension StatusReport.AlarmPart {
  init(_ alarm: Alarm) {
    id = alarm.cause
    text = alarm.text
    advice = alarm.advice
    since = alarm.since
    isAcknowledged = alarm.isAcknowledged
    endsByItself = alarm.ending == .withCause
  }

  /// What stands below the text on a page and on a terminal.
  func remark(now: Int64) -> String {
    let begin = "since \(Formatting.time(since, now: now)) UTC"
    if isAcknowledged { return "\(begin); acknowledged, and over with its cause; \(advice)" }
    let end = endsByItself ? "" : "; stays until 'headwater status --acknowledge \(id)'"
    return "\(begin); \(advice)\(end)"
  }
}
