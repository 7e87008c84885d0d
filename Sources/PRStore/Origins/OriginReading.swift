// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a question for origins comes with.
package struct OriginsWanted: Hashable, Sendable {
  /// The builders are said too.
  package var sharesAskers: Bool
  /// In milliseconds since 1970.
  package var now: Int64

  package init(sharesAskers: Bool, now: Int64) {
    self.sharesAskers = sharesAskers
    self.now = now
  }
}

/// Finds where rows of the feed come from.
struct OriginFinder {
  private let reader: any ReadContext
  /// Nil where rows have no serials: no program of ours has written the file.
  private let store: String?
  private let minters: MinterNote

  init(_ reader: any ReadContext) throws(StoreError) {
    self.reader = reader
    store = try? reader.feedIdentity()
    minters = try reader.minters()
  }

  /// Where a row comes from; nil where that is not known here.
  func origin(of entry: FeedEntry, sharesAskers: Bool) throws(StoreError) -> RowOrigin? {
    let (story, provenance) = (entry.story, entry.story.provenance)
    guard !provenance.origin.isFromAbove else {
      return try reader.keptOrigin(of: entry.row)
    }
    guard let store else { return nil }
    let place = minters.entry(at: story.serial)
    let minter = RowOrigin.Minter(
      store: store, member: place?.member, level: place?.level, lane: place?.lane, rule: provenance.origin.rawValue)
    return RowOrigin(minter, milliseconds: provenance.milliseconds, asker: sharesAskers ? provenance.asker : nil)
  }
}

/// The origins of a part of the feed.
struct FeedOrigins {
  /// By serial. A row that is not there has an origin that is not known.
  private(set) var origins: [Int64: RowOrigin] = [:]
  /// Rows behind this serial are not given out yet.
  private(set) var end: Int64
  /// There may be more behind the last one that was read.
  private(set) var isFull = false

  /// - Parameters:
  ///   - start: in front of the first row.
  ///   - limit: how many rows at most.
  init(after start: Int64, limit: Int, _ wanted: OriginsWanted, in reader: any ReadContext) throws(StoreError) {
    let finder = try OriginFinder(reader)
    end = start
    var (left, bytes) = (limit, 0)
    while left > 0, bytes < FeedPageLimit.bytes {
      let entries = try reader.entries(after: end, limit: min(left, Self.piece))
      for entry in entries {
        if let origin = try finder.origin(of: entry, sharesAskers: wanted.sharesAskers) {
          origins[entry.story.serial] = origin
        } else if let since = entry.story.provenance.milliseconds, (0..<Self.patience).contains(wanted.now - since) {
          // The upstream has not been asked yet. A follower that was given the row now would not ask for it again.
          return
        }
        end = entry.story.serial
        bytes += entry.row.size
      }
      left -= entries.count
      if entries.count < Self.piece { break }
    }
    isFull = left <= 0 || bytes >= FeedPageLimit.bytes
  }

  /// So many entries are read at once: a page ends at a number of bytes, too.
  private static let piece = 128

  /// For how long a row waits for its origin, in milliseconds. An upstream of an earlier version has none to give.
  static let patience: Int64 = 600_000
}

extension ReadContext {
  /// How the values of a package came to be, with where they come from.
  package func originStory(of package: PackageKey, checksum: String?) throws(StoreError) -> [(RowHistory, RowOrigin?)] {
    let finder = try OriginFinder(self)
    var story: [(RowHistory, RowOrigin?)] = []
    for row in try self.story(of: package, checksum: checksum) {
      story.append((row, try finder.origin(of: FeedEntry(package: package, story: row), sharesAskers: true)))
    }
    return story
  }

  /// Entries of the feed with where their values were chosen, as far as that is another node and known.
  package func withOrigins(_ entries: [FeedEntry]) throws(StoreError) -> [(FeedEntry, RowOrigin?)] {
    var found: [(FeedEntry, RowOrigin?)] = []
    for entry in entries {
      found.append((entry, entry.story.provenance.origin.isFromAbove ? try keptOrigin(of: entry.row) : nil))
    }
    return found
  }
}
