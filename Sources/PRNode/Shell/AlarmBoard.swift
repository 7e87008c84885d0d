// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Where the parts of a node raise and end its alarms, from any thread.
package final class AlarmBoard: Sendable {
  private let alarms: Mutex<Alarms>
  private let clock: @Sendable () -> Int64
  private let tell: @Sendable (Event) -> Void
  private let changed: @Sendable (_ cause: String, _ stands: Bool) -> Void
  /// Since when the predecessor's alarms stand whose cause has not shown itself here yet.
  private let carried: Mutex<[String: Int64]>
  private let began: Int64

  /// In milliseconds: a cause that lasts over a reload shows itself within this time, and is not news.
  private static let carrying: Int64 = 60_000

  /// What the log has to say of an alarm.
  package enum Event: Sendable {
    case raised(Alarm)
    case ended(Alarm)
    case acknowledged(Alarm)
  }

  /// - Parameters:
  ///   - predecessor: whose lasting alarms are kept: it served before in the same process. Others keep their beginning if their
  ///     cause lasts.
  ///   - clock: the time in milliseconds since 1970.
  ///   - tell: called once for each event that is to be logged.
  ///   - changed: called with each alarm that begins or ends with its cause, whether it is logged or not.
  package init(
    after predecessor: AlarmBoard? = nil, clock: @escaping @Sendable () -> Int64 = { 0 },
    tell: @escaping @Sendable (Event) -> Void = { _ in },
    changed: @escaping @Sendable (_ cause: String, _ stands: Bool) -> Void = { _, _ in }
  ) {
    var kept = Alarms()
    for alarm in predecessor?.all.lasting ?? [] { kept.inherit(alarm) }
    alarms = Mutex(kept)
    let others = predecessor?.all.all.filter { $0.ending == .withCause && !$0.isAcknowledged } ?? []
    carried = Mutex(Dictionary(others.map { ($0.cause, $0.since) }) { first, _ in first })
    began = clock()
    self.clock = clock
    self.changed = changed
    self.tell = tell
  }

  package var all: Alarms { alarms.withLock { $0 } }

  /// - Parameters:
  ///   - origin: the peer that has said so; nil for what the node itself has found.
  ///   - since: when the cause began, in milliseconds since 1970; nil: now.
  ///   - isLogged: false where the caller writes a log line of its own.
  package func raise(
    _ cause: String, _ text: String, advice: String, ending: Alarm.Ending = .withCause, origin: String? = nil,
    since: Int64? = nil, isLogged: Bool = true
  ) {
    let now = clock()
    var begun = carried.withLock { $0.removeValue(forKey: cause) }
    if now - began > Self.carrying { begun = nil }
    let new = alarms.withLock {
      $0.raise(cause, text, advice: advice, ending: ending, origin: origin, at: since ?? begun ?? now)
    }
    guard let new, begun == nil else { return }
    changed(cause, true)
    if isLogged { tell(.raised(new)) }
  }

  /// - Parameters:
  ///   - words: what the log says instead of the alarm's text.
  ///   - isLogged: false where the caller writes a log line of its own.
  package func end(_ cause: String, saying words: String? = nil, isLogged: Bool = true) {
    guard var ended = alarms.withLock({ $0.end(cause) }) else { return }
    changed(cause, false)
    guard isLogged else { return }
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
