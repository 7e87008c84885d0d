// SPDX-License-Identifier: Apache-2.0

/// A state of affairs that an operator has to know of, and what to do about it.
package struct Alarm: Hashable, Sendable {
  /// Names what is wrong, such as `upstream-away:tcp://hq:8585`. The same cause has the same name after a restart.
  package let cause: String
  /// Milliseconds since 1970.
  package let since: Int64
  package internal(set) var text: String
  /// What to do about it.
  package internal(set) var advice: String
  package let ending: Ending
  /// Which peer has said so; nil for what the node itself has found.
  package let origin: String?
  package internal(set) var isAcknowledged = false

  /// What ends an alarm.
  package enum Ending: Hashable, Sendable {
    /// The end of its cause. Acknowledged before, it stays listed and counts no more.
    case withCause
    /// An operator who acknowledges it: what happened cannot be undone.
    case acknowledgement
  }
}

/// The alarms of a node, each cause once, the oldest first.
package struct Alarms: Hashable, Sendable {
  package private(set) var all: [Alarm] = []

  /// So many are kept, so that no peer can fill the memory. Beyond it one is dropped: of what peers have said, the oldest of the one
  /// that has said most; else the oldest of all. What a peer says never drops what the node itself has found.
  package static let maximum = 100

  package init() {}

  /// Those that are not acknowledged.
  package var open: [Alarm] { all.filter { !$0.isAcknowledged } }

  /// Those that only an operator ends: a successor of this node has to keep them.
  package var lasting: [Alarm] { all.filter { $0.ending == .acknowledgement } }

  /// Begins an alarm, or brings the words of one that stands up to date: it keeps its beginning, and stays acknowledged.
  ///
  /// - Parameters:
  ///   - origin: the peer that has said so; nil for what the node itself has found.
  ///   - now: milliseconds since 1970.
  /// - Returns: the alarm if it is new, and kept.
  package mutating func raise(
    _ cause: String, _ text: String, advice: String, ending: Alarm.Ending = .withCause, origin: String? = nil,
    at now: Int64
  ) -> Alarm? {
    if let index = all.firstIndex(where: { $0.cause == cause }) {
      (all[index].text, all[index].advice) = (text, advice)
      return nil
    }
    let alarm = Alarm(cause: cause, since: now, text: text, advice: advice, ending: ending, origin: origin)
    return keep(alarm) ? alarm : nil
  }

  /// Takes over an alarm of another node's, unless its cause stands already.
  mutating func inherit(_ alarm: Alarm) {
    if !all.contains(where: { $0.cause == alarm.cause }) { _ = keep(alarm) }
  }

  private mutating func keep(_ alarm: Alarm) -> Bool {
    if all.count >= Self.maximum {
      guard let index = leastMissed(for: alarm) else { return false }
      all.remove(at: index)
    }
    all.append(alarm)
    return true
  }

  /// The place of the alarm that makes room for a new one; nil where the new one is to be left out.
  private func leastMissed(for alarm: Alarm) -> Int? {
    let others = all.compactMap(\.origin)
    guard !others.isEmpty else { return alarm.origin == nil ? 0 : nil }
    // Of two that have said as much, the one that says more now makes room itself.
    let said = [alarm.origin].compactMap(\.self) + others
    let counts = Dictionary(said.map { ($0, 1) }, uniquingKeysWith: +)
    let most = said.compactMap { counts[$0] }.max()
    let loudest = said.first { counts[$0] == most }
    return all.firstIndex { $0.origin == loudest } ?? all.firstIndex { $0.origin != nil }
  }

  /// The cause has ended.
  ///
  /// - Returns: the alarm, if there was one that its cause ends.
  package mutating func end(_ cause: String) -> Alarm? {
    guard let index = all.firstIndex(where: { $0.cause == cause && $0.ending == .withCause }) else { return nil }
    return all.remove(at: index)
  }

  /// - Returns: the alarm; nil where none of that name stands.
  package mutating func acknowledge(_ cause: String) -> Alarm? {
    guard let index = all.firstIndex(where: { $0.cause == cause }) else { return nil }
    all[index].isAcknowledged = true
    return all[index].ending == .acknowledgement ? all.remove(at: index) : all[index]
  }
}
