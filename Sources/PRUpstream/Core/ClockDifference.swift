// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How far the clock of an upstream is from this node's: anywhere between two numbers of milliseconds, which are greater than 0
/// where the upstream's clock is ahead.
package struct ClockDifference: Hashable, Sendable {
  private let low: Int64
  private let high: Int64

  /// More than so many milliseconds are an alarm: 30 s.
  private static let alarming: Int64 = 30_000
  /// It ends where there are surely no more than so many: 25 s.
  private static let harmless: Int64 = 25_000

  /// The server has looked at its clock between the question and the answer.
  ///
  /// - Parameters:
  ///   - told: what its clock showed.
  ///   - asked: what this node's clock showed when the question was sent.
  ///   - answered: the same when the answer was there. A clock that was set back meanwhile shows nothing.
  package init?(told: Int64, asked: Int64, answered: Int64) {
    guard asked <= answered else { return nil }
    low = told.subtractingClamped(answered)
    high = told.subtractingClamped(asked)
  }

  /// The number that is nearest to 0.
  package var least: Int64 { low > 0 ? low : min(high, 0) }

  package var differs: Bool { least.magnitude > Self.alarming.magnitude }
  package var agrees: Bool { max(low.magnitude, high.magnitude) <= Self.harmless.magnitude }
}
