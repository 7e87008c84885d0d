// SPDX-License-Identifier: Apache-2.0

/// Keeps a log readable when something goes wrong a thousand times a second: a complaint of a kind is written once, then
/// at most once a period, with how many were left out.
///
/// A kind may have text of a peer in it, so no more than ``maximum`` are kept. Beyond them the further ones count as one kind.
package struct LogRateLimiter: Sendable {
  private var kinds: [String: Entry] = [:]
  private var others: Entry?
  private let period: Duration
  private let burst: Int
  /// No period of a kind ends before.
  private var nextEnd: ContinuousClock.Instant?

  private struct Entry {
    var begin: ContinuousClock.Instant
    var written = 1
    var leftOut = 0
  }

  /// So many kinds are kept at a time.
  package static let maximum = 256
  /// In bytes: longer kinds that begin alike are one.
  private static let longest = 512

  /// - Parameter burst: so many complaints of a kind are written in a period.
  package init(period: Duration = .seconds(10), burst: Int = 1) {
    self.period = period
    self.burst = burst
  }

  /// How many kinds are kept.
  package var size: Int { kinds.count }

  /// - Returns: nil when the complaint is to be left out, else how many were since the last one.
  package mutating func admit(_ kind: String, now: ContinuousClock.Instant) -> Int? {
    let kind =
      kind.utf8.count > Self.longest ? String(decoding: kind.utf8.prefix(Self.longest), as: UTF8.self) : kind
    if kinds[kind] == nil, !makeRoom(now: now) { return Self.admit(&others, now, period, burst) }
    return Self.admit(&kinds[kind], now, period, burst)
  }

  private static func admit(
    _ entry: inout Entry?, _ now: ContinuousClock.Instant, _ period: Duration, _ burst: Int
  ) -> Int? {
    guard var known = entry, now - known.begin < period else {
      let leftOut = entry?.leftOut ?? 0
      entry = Entry(begin: now)
      return leftOut
    }
    defer { entry = known }
    guard known.written < burst else {
      known.leftOut += 1
      return nil
    }
    known.written += 1
    return 0
  }

  /// Forgets the kinds whose period is over.
  private mutating func makeRoom(now: ContinuousClock.Instant) -> Bool {
    guard kinds.count >= Self.maximum else { return true }
    // Not for each complaint of a flood.
    if let nextEnd, now < nextEnd { return false }
    let kept = kinds.sorted { $0.value.begin < $1.value.begin }.filter { now - $0.value.begin < period }
    // The keys are those of a dictionary.
    kinds = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    nextEnd = kept.first.map { $0.value.begin + period }
    return kinds.count < Self.maximum
  }
}
