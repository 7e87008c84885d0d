// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// How far the feed of a store has come, written beside its database. A file that lies behind its mark has lost rows that
/// were answered.
///
/// Its digest runs over the last rows only, from `base` on, so that it is checked in a time that does not grow with the
/// feed.
struct StoreMark: Hashable {
  /// Which store it is of.
  var store: String
  /// Where the digest begins: what it is there follows from earlier marks, and says nothing by itself.
  var base: FeedPoint
  var last: FeedPoint

  /// Where the mark of a database is.
  static func path(of database: String) -> String { database + ".mark" }
}

extension StoreMark {
  private static let title = "headwater mark 1"

  /// Lines that a person can read; the last is the SHA-256 of those before.
  var text: String {
    let lines = [Self.title, "store \(store)", "base \(base.text)", "last \(last.text)"].map { "\($0)\n" }.joined()
    return lines + "seal \(FileDigest.sha256(of: lines.utf8))\n"
  }

  /// Reads what ``text`` writes; nil for everything else.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count == 6, lines[0] == Self.title, lines[1].hasPrefix("store "),
      let base = FeedPoint(lines[2], named: "base"), let last = FeedPoint(lines[3], named: "last"),
      base.serial >= 0, base.serial <= last.serial
    else { return nil }
    self.init(store: String(lines[1].dropFirst("store ".count)), base: base, last: last)
    guard self.text == text else { return nil }
  }
}

extension FeedPoint {
  fileprivate var text: String { "\(serial) \(digest)" }

  fileprivate init?(_ line: String, named name: String) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 3, words[0] == name, let serial = Int64(words[1]), let digest = FeedDigest(words[2]) else {
      return nil
    }
    self.init(serial: serial, digest: digest)
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
