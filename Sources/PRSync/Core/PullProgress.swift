// SPDX-License-Identifier: Apache-2.0

/// Notices an upstream whose answers bring a copy no further: pages that are all but empty and promise more, or answers
/// without news that come at once though they may be held back. Each costs a round trip and a transaction.
struct PullProgress: Hashable, Sendable {
  /// How many such answers came in a row.
  private(set) var idle = 0

  /// So many are put up with.
  static let maximumIdle = 8
  /// A page that goes on by this share of what was asked for does its work.
  private static let share: Int64 = 16
  private static let fullPage = 64 << 10
  /// An answer that was held back for as long is no hurry.
  private static let shortWait = Duration.seconds(1)

  /// What an answer says of the upstream.
  enum Verdict: Hashable, Sendable {
    case useful
    case idle
    /// The upstream should be left alone for a while.
    case stuck
  }

  /// What an answer brought.
  struct Page: Hashable, Sendable {
    var serials: Int64
    var rows: Int
    /// Bytes of names and values.
    var bytes: Int
    var hasMore: Bool
    /// For how long the answer was held back; nil when it was asked for at once.
    var waited: Duration?
  }

  /// Takes an answer.
  ///
  /// - Parameter limit: how many serials were asked for.
  mutating func take(_ page: Page, limit: Int) -> Verdict {
    let least = max(Int64(clamping: limit) / Self.share, 1)
    let isUseful =
      page.hasMore
      ? page.serials >= least || Int64(clamping: page.rows) >= least || page.bytes >= Self.fullPage
      : page.rows > 0 || page.waited.map { $0 >= Self.shortWait } ?? true
    idle = isUseful ? 0 : idle + 1
    return isUseful ? .useful : idle < Self.maximumIdle ? .idle : .stuck
  }
}
