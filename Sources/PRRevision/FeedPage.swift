// SPDX-License-Identifier: Apache-2.0

/// Some rows of a feed.
package struct FeedPage: Hashable, Sendable {
  /// Behind the last of the rows.
  package var position: FeedPosition
  package var rows: [Row]
  /// There are rows behind these.
  package var hasMore: Bool

  package init(position: FeedPosition, rows: [Row], hasMore: Bool) {
    self.position = position
    self.rows = rows
    self.hasMore = hasMore
  }
}

/// A feed's answer to a follower at a position.
package enum FeedAnswer: Hashable, Sendable {
  case page(FeedPage)
  /// The position is none of this feed's.
  case reset(FeedReset)
}

/// Why a position is none of a feed's.
package enum FeedReset: String, Hashable, Sendable, CaseIterable {
  case store = "this is another store"
  case shorter = "this store's feed is shorter: it was restored from a backup"
  case digest = "this store's feed has other rows: it was restored from a backup, or rows have left it"
}

/// How far a page took a copy.
package enum CopyOutcome: Hashable, Sendable {
  /// So many of its rows were news.
  case applied(news: Int)
  /// Another process that serves the same file has moved the copy meanwhile. Nothing was written.
  case movedOn
}
