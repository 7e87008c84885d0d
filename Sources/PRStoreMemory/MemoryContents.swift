// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRStore

/// All that a store in memory keeps. It is a value: what holds a copy holds a snapshot.
struct MemoryContents: Sendable {
  var own = MemoryTable()
  /// The copy of the upstream's rows.
  var copy = MemoryTable()
  /// How many rows are in both.
  var sharedRows = 0
  /// The copy that is made beside it.
  var fresh: MemoryTable?
  /// The greatest value of a package that was told without its checksum.
  var bounds = SharedMap<PackageKey, Revision>()
  /// The row with the serial 1 is the first.
  var feed = SharedList<MemoryFeedEntry>()
  /// The floor with the serial 1 is the first.
  private(set) var floors = SharedList<FloorEntry>()
  private var floorHeads = SharedMap<PackageKey, Revision>()
  var notes: [StoreMetadata: String] = [:]
  /// Where the upstream's rows come from.
  var origins = SharedMap<Row, RowOrigin>()
  var swap: MemorySwap?
  /// Of the federation, where there is one.
  var register: Register?

  var newestSerial: Int64 { Int64(clamping: feed.count) }

  func greatestAbove(_ package: PackageKey) -> Revision? {
    [copy[package].greatest, bounds[package]].compactMap(\.self).max()
  }

  func floor(of package: PackageKey) -> Revision? { floorHeads[package] }

  /// - Returns: false where the floor is as high already.
  mutating func raise(_ floor: Floor, _ provenance: FloorProvenance) -> Bool {
    if let known = floorHeads[floor.package], known >= floor.value { return false }
    floors.append(FloorEntry(after: floors.last, floor, provenance))
    floorHeads[floor.package] = floor.value
    return true
  }

  /// Gives a row its place in the feed.
  mutating func append(_ row: Row, _ provenance: Provenance) {
    feed.append(MemoryFeedEntry(serial: newestSerial + 1, row: row, provenance: provenance))
  }
}

/// A row with its place in the feed.
struct MemoryFeedEntry: Sendable {
  let serial: Int64
  let row: Row
  var provenance: Provenance

  var story: RowHistory {
    RowHistory(serial: serial, checksum: row.tuple.checksum, value: row.value, provenance: provenance)
  }

  var entry: FeedEntry { FeedEntry(package: row.tuple.package, story: story) }

  /// The row for a follower; nil where it has left the feed.
  var feedRow: Row? { provenance.origin == .vanished || !row.isWithinLimits ? nil : row }

  mutating func vanish() {
    provenance = Provenance(.vanished, asker: provenance.asker, milliseconds: provenance.milliseconds)
  }
}

/// An exchange of the fresh copy for the copy.
struct MemorySwap: Sendable {
  let position: FeedPosition?
  let spared: Int64
  let milliseconds: Int64
  /// What only the new copy has, and no place in the feed yet; nil before the exchange.
  var unannounced: ArraySlice<Row>?
}
