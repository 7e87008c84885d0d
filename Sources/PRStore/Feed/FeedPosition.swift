// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A place in the feed of a store.
public struct FeedPosition: Hashable, Sendable {
  /// Which store's feed.
  public var store: String
  /// The serial of the last row in front of it; 0 at the start.
  public var serial: Int64
  /// Over all rows in front of it.
  public var digest: FeedDigest

  public init(store: String, serial: Int64, digest: FeedDigest) {
    self.store = store
    self.serial = serial
    self.digest = digest
  }

  public static func start(of store: String) -> FeedPosition {
    FeedPosition(store: store, serial: 0, digest: .start)
  }
}

extension FeedPosition: CustomStringConvertible {
  public var description: String { "\(store) \(serial) \(digest)" }

  /// Reads what ``description`` writes.
  init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count >= 3, let digest = FeedDigest(String(parts[parts.count - 1])),
      let serial = parts.dropLast().last.flatMap({ Int64($0) })
    else { return nil }
    // What a peer calls its store may have blanks.
    self.init(store: parts.dropLast(2).joined(separator: " "), serial: serial, digest: digest)
  }
}

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
