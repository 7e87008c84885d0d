// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How far the clock of an upstream is from this node's, at least.
package enum ClockDifference {
  /// More than so many milliseconds are an alarm: 30 s.
  package static let maximum: Int64 = 30_000

  /// The server has looked at its clock between the question and the answer. What lies within is no difference.
  ///
  /// - Parameters:
  ///   - told: what its clock showed.
  ///   - asked: what this node's clock showed when the question was sent.
  ///   - answered: the same when the answer was there. A clock that was set back meanwhile shows nothing.
  /// - Returns: in milliseconds, greater than 0 where the upstream's clock is ahead.
  package static func least(told: Int64, asked: Int64, answered: Int64) -> Int64 {
    guard asked <= answered else { return 0 }
    if told < asked { return told.subtractingClamped(asked) }
    return told > answered ? told.subtractingClamped(answered) : 0
  }
}
