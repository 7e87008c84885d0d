// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// Asks where copied rows come from: behind the copy, along the same feed, from its beginning. A value without I/O.
///
/// Rows that were copied by an earlier version, with a fresh copy, or as a live answer get their origin by the same pass. It has a
/// position of its own, and is made a part at a time between the questions for rows, which do not wait for it.
struct OriginPass: Hashable, Sendable {
  /// By the clock that is never set; nil before the first part.
  private var last: ContinuousClock.Instant?
  /// The last part ended at the limit.
  private var isBehind = false
  /// There are copied rows in front of which the pass has ended, or that have come since.
  private var isOpen = false
  /// How long the next part is put off.
  private var rest = Self.pause

  /// How long a new row waits for its origin, so that rows are asked for together.
  static let pause = Duration.seconds(5)
  /// So many pages are asked for in one part.
  static let pages = 32
  /// How long the pass is put off after an answer that cannot be used. Rows are copied meanwhile.
  static let penalty = Duration.seconds(3600)

  /// Whether a part is due.
  func isDue(at now: ContinuousClock.Instant) -> Bool {
    guard let last, !isBehind else { return true }
    return now - last >= rest
  }

  mutating func ended(at now: ContinuousClock.Instant, isBehind: Bool, isOpen: Bool) {
    (last, self.isBehind, self.isOpen, rest) = (now, isBehind, isOpen, Self.pause)
  }

  /// The upstream refused, or its answer could not be used.
  mutating func failed(at now: ContinuousClock.Instant) {
    (last, isBehind, rest) = (now, false, Self.penalty)
  }

  /// Rows were copied.
  mutating func rowsCame() { isOpen = true }

  /// For how long a question for rows is held back, in seconds: the next part follows its answer.
  func wait(_ longest: Int) -> Int {
    // Nothing is asked for soon where the pass is put off.
    (isOpen || isBehind) && rest == Self.pause ? min(longest, Int(clamping: Self.pause.components.seconds)) : longest
  }

  /// The question for the origins behind a position.
  static func question(from position: FeedPosition?, limit: Int) -> ChangesQuery {
    ChangesQuery(
      store: position?.store, after: position?.serial ?? 0, digest: position?.digest.description ?? "", limit: limit,
      origins: true)
  }

  /// Whether all are asked for again: some rows had no origin, and that was a day ago.
  ///
  /// - Parameters:
  ///   - gaps: when that was, in milliseconds since 1970; nil where all rows had one.
  static func begins(anew gaps: Int64?, at now: Int64) -> Bool { gaps.map { now - $0 >= Self.day } ?? false }

  private static let day: Int64 = 86_400_000

  /// What a page brings.
  struct Found: Hashable, Sendable {
    var origins: [Pair]
    var position: FeedPosition
    var hasMore: Bool
    /// Rows came whose origin the upstream does not have.
    var hasGaps: Bool

    struct Pair: Hashable, Sendable {
      var row: Row
      var origin: RowOrigin
    }
  }

  /// Reads a page.
  ///
  /// - Returns: nil where it does not follow on the position: the origins begin anew with the next part.
  static func found(in page: ChangesAnswer.Page, from start: FeedPosition?) -> Found? {
    guard let position = page.end(from: start), position.digest == page.digest(from: start) else { return nil }
    let origins = zip(page.rows, page.origins ?? []).compactMap { row, origin in
      row.isWithinLimits ? origin.map { Found.Pair(row: row, origin: $0) } : nil
    }
    return Found(
      origins: origins, position: position, hasMore: page.hasMore, hasGaps: origins.count < page.rows.count)
  }
}
