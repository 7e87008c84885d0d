// SPDX-License-Identifier: Apache-2.0

/// Since when a copy fails, and whether an operator should see it.
///
/// A line that is cut for minutes, and an upstream that starts anew, say nothing of the copy. One that cannot be reached has an alarm
/// of its own, so the copy's waits for an hour. What is wrong with the copy itself does not end by waiting.
struct CopyFailure: Hashable, Sendable {
  /// The first failure since the copy was whole.
  private var since: ContinuousClock.Instant?
  private var isTold = false

  static let patience = Duration.seconds(60)
  static let patienceOfConnections = Duration.seconds(3600)

  /// A pull has failed.
  ///
  /// - Returns: whether an operator should see it, once.
  mutating func failed(isConnection: Bool, at now: ContinuousClock.Instant) -> Bool {
    let begin = since ?? now
    since = begin
    guard !isTold, now - begin >= (isConnection ? Self.patienceOfConnections : Self.patience) else { return false }
    isTold = true
    return true
  }

  /// Something was pulled: what is seen of it ends. It begins again at once if the copy does not become whole.
  mutating func worked() { isTold = false }

  /// The copy is whole.
  mutating func arrived() { (since, isTold) = (nil, false) }
}
