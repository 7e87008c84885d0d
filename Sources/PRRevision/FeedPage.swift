// SPDX-License-Identifier: Apache-2.0

/// Some rows of a feed.
public struct FeedPage: Hashable, Sendable {
  /// Behind the last of the rows.
  public var position: FeedPosition
  public var rows: [Row]
  /// There are rows behind these.
  public var hasMore: Bool

  public init(position: FeedPosition, rows: [Row], hasMore: Bool) {
    self.position = position
    self.rows = rows
    self.hasMore = hasMore
  }
}

/// A feed's answer to a follower at a position.
public enum FeedAnswer: Hashable, Sendable {
  case page(FeedPage)
  /// The position is none of this feed's.
  case reset(FeedReset)
}

/// Why a position is none of a feed's.
public enum FeedReset: String, Hashable, Sendable, CaseIterable {
  case store = "this is another store"
  case shorter = "this store's feed is shorter: it was restored from a backup"
  case digest = "this store's feed has other rows: it was restored from a backup, or rows have left it"
}

/// How far a page took a copy.
public enum CopyOutcome: Hashable, Sendable {
  /// So many of its rows were news.
  case applied(news: Int)
  /// Another process that serves the same file has moved the copy meanwhile. Nothing was written.
  case movedOn
}
