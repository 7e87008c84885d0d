// SPDX-License-Identifier: Apache-2.0

/// Keeps a log readable when something goes wrong a thousand times a second: a complaint of a kind is written once, then
/// at most once a period, with how many were left out.
package struct LogRateLimiter: Sendable {
  private var kinds: [String: Entry] = [:]
  private let period: Duration

  private struct Entry {
    var written: ContinuousClock.Instant
    var leftOut = 0
  }

  package init(period: Duration = .seconds(10)) { self.period = period }

  /// - Returns: nil when the complaint is to be left out, else how many were since the last one.
  package mutating func admit(_ kind: String, now: ContinuousClock.Instant) -> Int? {
    guard let entry = kinds[kind], now - entry.written < period else {
      let leftOut = kinds[kind]?.leftOut ?? 0
      kinds[kind] = Entry(written: now)
      return leftOut
    }
    kinds[kind]?.leftOut += 1
    return nil
  }
}
