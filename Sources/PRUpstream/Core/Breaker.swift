// SPDX-License-Identifier: Apache-2.0

/// Keeps a dead upstream from costing every request the deadline: after a failure nothing is asked until a probe of
/// one connection has had an answer.
struct Breaker: Sendable {
  private(set) var state = State.closed
  private let backOff: BackOff

  enum State: Hashable, Sendable {
    /// Questions go out: → `open`.
    case closed
    /// No question goes out; a probe does when the time has come: → `probing`.
    case open(failures: Int)
    /// One probe is under way: → `closed`, `open`.
    case probing(failures: Int)
  }

  init(backOff: BackOff = BackOff()) { self.backOff = backOff }

  var isClosed: Bool { state == .closed }

  /// A question or a probe failed.
  ///
  /// - Parameter luck: from 0 up to 1.
  /// - Returns: after which time to probe; nil when a probe is planned already.
  mutating func failed(luck: Double) -> Duration? {
    switch state {
    case .closed:
      state = .open(failures: 1)
      return backOff.pause(after: 1, luck: luck)
    case .open: return nil
    case .probing(let failures):
      state = .open(failures: failures + 1)
      return backOff.pause(after: failures + 1, luck: luck)
    }
  }

  /// The time for a probe has come.
  ///
  /// - Returns: whether to send one.
  mutating func probe() -> Bool {
    guard case .open(let failures) = state else { return false }
    state = .probing(failures: failures)
    return true
  }

  /// The probe was answered.
  mutating func succeeded() { state = .closed }
}

/// How long to wait between attempts: twice as long after each failure, spread so that nodes that lost their upstream at
/// the same moment do not come back at the same moment.
struct BackOff: Hashable, Sendable {
  var first = Duration.milliseconds(250)
  var longest = Duration.seconds(15)

  /// - Parameters:
  ///   - failures: how many attempts in a row have failed; at least 1.
  ///   - luck: from 0 up to 1; the pause is between half and three halves of its mean.
  func pause(after failures: Int, luck: Double) -> Duration {
    let doublings = min(max(failures, 1) - 1, 30)
    return min(longest, first * (1 << doublings)) * (0.5 + luck)
  }
}
