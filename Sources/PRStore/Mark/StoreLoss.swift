// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a mark says that its database lacks.
package enum StoreLoss: Error, Hashable, Sendable {
  /// The feed ends before the mark.
  case behind(mark: Int64, file: Int64)
  /// The rows up to the mark are others.
  case otherRows(mark: Int64)
  /// The mark is of another store: the file was replaced, or made anew.
  case otherStore(mark: String, file: String)
  /// The mark is damaged.
  case unreadable
}

extension StoreLoss: CustomStringConvertible {
  package var description: String {
    switch self {
    case .behind(let mark, let file):
      "its mark says \(mark) rows, and it has \(file): the last ones are lost, or it was restored from a backup"
    case .otherRows(let mark):
      "its rows up to number \(mark) differ from those of its mark: it was restored from a backup and numbered rows after that"
    case .otherStore(let mark, let file):
      "its mark is of the store \(mark), and it is \(file): it was replaced, or lost and made anew"
    case .unreadable: "its mark cannot be read"
    }
  }
}

extension StoreMark {
  /// What is to be known of a feed to compare it with a mark.
  struct Feed: Hashable {
    var store: String
    var lastSerial: Int64
    /// The digest at the mark's serial, computed from its base on; nil where the feed ends before.
    var digest: FeedDigest?
  }

  /// Compares a database with its mark. The feed may have gone on since the mark was written.
  func loss(of feed: Feed) -> StoreLoss? {
    guard store == feed.store else { return .otherStore(mark: store, file: feed.store) }
    guard feed.lastSerial >= last.serial, let digest = feed.digest else {
      return .behind(mark: last.serial, file: feed.lastSerial)
    }
    return digest == last.digest ? nil : .otherRows(mark: last.serial)
  }
}
