// SPDX-License-Identifier: Apache-2.0

/// A state of affairs that an operator has to know of, and what to do about it.
public struct Alarm: Hashable, Sendable {
  /// Names what is wrong, such as `upstream-away:tcp://hq:8585`. The same cause has the same name after a restart.
  public let cause: String
  /// Milliseconds since 1970.
  public let since: Int64
  public internal(set) var text: String
  /// What to do about it.
  public internal(set) var advice: String
  public let ending: Ending
  public internal(set) var isAcknowledged = false

  /// What ends an alarm.
  public enum Ending: Hashable, Sendable {
    /// The end of its cause. Acknowledged before, it stays listed and counts no more.
    case withCause
    /// An operator who acknowledges it: what happened cannot be undone.
    case acknowledgement
  }
}

/// The alarms of a node, each cause once, the oldest first.
public struct Alarms: Hashable, Sendable {
  public private(set) var all: [Alarm] = []

  /// So many are kept. Beyond it the oldest is dropped, so that no peer can fill the memory.
  public static let most = 100

  public init() {}

  /// Those that are not acknowledged.
  public var open: [Alarm] { all.filter { !$0.isAcknowledged } }

  /// Those that only an operator ends: a successor of this node has to keep them.
  public var lasting: [Alarm] { all.filter { $0.ending == .acknowledgement } }

  /// Begins an alarm, or brings the words of one that stands up to date: it keeps its beginning, and stays acknowledged.
  ///
  /// - Parameter now: milliseconds since 1970.
  /// - Returns: the alarm if it is new.
  public mutating func raise(
    _ cause: String, _ text: String, advice: String, ending: Alarm.Ending = .withCause, at now: Int64
  ) -> Alarm? {
    if let index = all.firstIndex(where: { $0.cause == cause }) {
      (all[index].text, all[index].advice) = (text, advice)
      return nil
    }
    let alarm = Alarm(cause: cause, since: now, text: text, advice: advice, ending: ending)
    keep(alarm)
    return alarm
  }

  /// Takes over an alarm of another node's, unless its cause stands already.
  mutating func inherit(_ alarm: Alarm) {
    if !all.contains(where: { $0.cause == alarm.cause }) { keep(alarm) }
  }

  private mutating func keep(_ alarm: Alarm) {
    if all.count >= Self.most { all.removeFirst() }
    all.append(alarm)
  }

  /// The cause has ended.
  ///
  /// - Returns: the alarm, if there was one that its cause ends.
  public mutating func end(_ cause: String) -> Alarm? {
    guard let index = all.firstIndex(where: { $0.cause == cause && $0.ending == .withCause }) else { return nil }
    return all.remove(at: index)
  }

  /// - Returns: the alarm; nil where none of that name stands.
  public mutating func acknowledge(_ cause: String) -> Alarm? {
    guard let index = all.firstIndex(where: { $0.cause == cause }) else { return nil }
    all[index].isAcknowledged = true
    return all[index].ending == .acknowledgement ? all.remove(at: index) : all[index]
  }
}
