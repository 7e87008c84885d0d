// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Where the parts of a node raise and end its alarms, from any thread.
package final class AlarmBoard: Sendable {
  private let alarms: Mutex<Alarms>
  private let clock: @Sendable () -> Int64
  private let tell: @Sendable (Event) -> Void

  /// What the log has to say of an alarm.
  package enum Event: Sendable {
    case raised(Alarm)
    case ended(Alarm)
    case acknowledged(Alarm)
  }

  /// - Parameters:
  ///   - predecessor: whose lasting alarms are kept: it served before in the same process.
  ///   - clock: the time in milliseconds since 1970.
  ///   - tell: called once for each event that is to be logged.
  package init(
    after predecessor: AlarmBoard? = nil, clock: @escaping @Sendable () -> Int64 = { 0 },
    tell: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    var kept = Alarms()
    for alarm in predecessor?.all.lasting ?? [] { kept.inherit(alarm) }
    alarms = Mutex(kept)
    self.clock = clock
    self.tell = tell
  }

  package var all: Alarms { alarms.withLock { $0 } }

  /// - Parameters:
  ///   - since: when the cause began, in milliseconds since 1970; nil: now.
  ///   - isLogged: false where the caller writes a log line of its own.
  package func raise(
    _ cause: String, _ text: String, advice: String, ending: Alarm.Ending = .withCause, since: Int64? = nil,
    isLogged: Bool = true
  ) {
    let now = since ?? clock()
    let new = alarms.withLock { $0.raise(cause, text, advice: advice, ending: ending, at: now) }
    if let new, isLogged { tell(.raised(new)) }
  }

  /// - Parameters:
  ///   - words: what the log says instead of the alarm's text.
  ///   - isLogged: false where the caller writes a log line of its own.
  package func end(_ cause: String, saying words: String? = nil, isLogged: Bool = true) {
    guard var ended = alarms.withLock({ $0.end(cause) }), isLogged else { return }
    if let words { ended.text = words }
    tell(.ended(ended))
  }

  /// Ends every alarm whose cause begins with `family`, save those of `causes`.
  package func keepOnly(_ causes: some Sequence<String>, of family: String) {
    let kept = Set(causes)
    for alarm in all.all where alarm.cause.hasPrefix(family) && !kept.contains(alarm.cause) { end(alarm.cause) }
  }

  /// - Returns: false where no alarm of that name stands.
  package func acknowledge(_ cause: String) -> Bool {
    guard let alarm = alarms.withLock({ $0.acknowledge(cause) }) else { return false }
    tell(.acknowledged(alarm))
    return true
  }
}
