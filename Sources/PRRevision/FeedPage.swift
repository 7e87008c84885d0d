// SPDX-License-Identifier: Apache-2.0

/// Some rows of a feed.
package struct FeedPage: Hashable, Sendable {
  /// Behind the last of the rows.
  package var position: FeedPosition
  package var rows: [Row]
  /// There are rows behind these.
  package var hasMore: Bool
  /// Floors, where they were asked for. They have an order of their own.
  package var floors: FloorPage?
  /// Where the rows come from, one each, where that was asked for. Nil for one of which it is not known.
  package var origins: [RowOrigin?]?

  package init(position: FeedPosition, rows: [Row], hasMore: Bool, floors: FloorPage? = nil) {
    self.position = position
    self.rows = rows
    self.hasMore = hasMore
    self.floors = floors
  }

  /// It brings the follower further.
  package var hasNews: Bool { !rows.isEmpty || hasMore || floors.map { !$0.floors.isEmpty } ?? false }
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
