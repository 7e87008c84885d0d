// SPDX-License-Identifier: Apache-2.0

/// When to pull next.
struct SyncSchedule: Sendable {
  let every: Duration
  private(set) var failures = 0

  /// The first pause after a failure, and the longest: the interval itself, where that is longer.
  private static let first = Duration.milliseconds(500)
  private static let maximumPause = Duration.seconds(60)

  init(every: Duration) { self.every = every }

  /// - Parameter jitter: from 0 up to 1: nodes that were started together do not pull together.
  /// - Returns: the pause before the next pull.
  mutating func succeeded(jitter: Double) -> Duration {
    failures = 0
    return every * (0.9 + 0.2 * jitter)
  }

  /// A connection did its work for a while: when it ends, the next attempt is not late.
  mutating func worked() { failures = 0 }

  /// - Returns: the pause before the next attempt: twice as long after each failure.
  mutating func failed(jitter: Double) -> Duration {
    failures += 1
    let doublings = min(failures - 1, 20)
    return min(max(every, Self.maximumPause), Self.first * (1 << doublings)) * (0.5 + jitter)
  }
}
