// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore

/// All that can be read of a store through its facade, line by line.
struct StorePicture: Sendable {
  private(set) var lines: [String] = []
  /// Where the feed was, row by row.
  private(set) var positions: [FeedPosition] = []

  /// - Parameters:
  ///   - size: of the pages of exports and of the feed.
  ///   - earlier: positions of a follower.
  init(of store: Store, pages size: Int, after earlier: [FeedPosition]) async throws {
    lines = try await store.read(in: .long) { reader throws(StoreError) in try Self.rows(reader) }
    lines += try await store.write { context throws(StoreError) in
      try Self.rows(context.reader) + Self.decision(context)
    }
    lines += try await store.diagnosticReader().read(within: .seconds(600)) { reader throws(StoreError) in
      try Self.diagnosis(reader)
    }
    if let reader = try store.eventLoopReader() {
      for tuple in CommandGenerator.tuples { lines.append("event loop \(tuple): \(try reader.current(tuple) ?? "-")") }
    }
    for history in [History.none, .kept] {
      for includesCopy in [false, true] {
        for (version, checksum) in [(nil, nil), ("p", nil), (nil, "a"), ("many", "c7")] as [(String?, String?)] {
          let filter = RowFilter(version: version, checksum: checksum, history: history)
          let rows = try await store.pages(of: filter, includesCopy: includesCopy, size: size).rows
          lines.append("\(filter), with copy \(includesCopy): \(rows.map(Self.text))")
        }
      }
    }
    let feed = try await store.feed(limit: size)
    positions = feed.positions
    lines += ["feed: \(feed.rows.map(Self.text))", "positions: \(feed.positions)"]
    for position in earlier {
      lines.append("after \(position): \(try await store.changes(after: position, limit: size))")
    }
  }

  private static func text(_ row: Row) -> String { "\(row.tuple)=\(row.value)" }

  private static let values = ["0", "3", "7", "1.0", "9.9.9", "55"].map(revision)
  private static let packages = CommandGenerator.packages + [CommandGenerator.many]
  private static let tuples =
    CommandGenerator.tuples
    + ["c7", "u7", "x"].map { TupleKey(package: CommandGenerator.many, checksum: $0) }
    + [TupleKey(package: CommandGenerator.packages[0], checksum: "x")]

  private static func rows(_ reader: any ReadContext) throws(StoreError) -> [String] {
    var lines: [String] = []
    for tuple in tuples {
      lines.append("values of \(tuple): \(try reader.values(of: tuple)), copied \(try reader.copiedValues(of: tuple))")
      lines.append("above \(tuple): \(try reader.upstreamView(of: tuple))")
      for history in [History.none, .kept] {
        for value in [nil] + values {
          let upstream = value.map { UpstreamFacts(greatest: $0, value: $0) }
          let facts = try reader.facts(for: tuple, history, upstream: upstream)
          lines.append("facts of \(tuple), \(history), \(value?.text ?? "-"): \(facts)")
        }
      }
      for value in values {
        let rival = try reader.rival(for: value, of: tuple) ?? "-"
        let (holder, copied) = (
          try reader.holder(of: value, besides: tuple), try reader.copiedRival(for: value, of: tuple)
        )
        lines.append("\(value) of \(tuple): \(try reader.has(value, tuple)) \(holder ?? "-") \(copied ?? "-") \(rival)")
      }
    }
    for package in packages {
      let greatest = (try reader.greatest(of: package)?.text ?? "-", try reader.greatestAbove(package)?.text ?? "-")
      lines.append("greatest of \(package): \(greatest)")
      for value in values { lines.append("\(value) in \(package): \(try reader.isTaken(value, in: package))") }
      lines.append("floor of \(package): \(try reader.floor(of: package)?.text ?? "-")")
      lines.append("floors of \(package): \(try reader.floorStory(of: package))")
    }
    lines.append("last floor: \(String(describing: try reader.lastFloor()))")
    lines.append("architectures: \(try reader.architectures())")
    lines.append("floors: \(try reader.floorCount()), \(try reader.floors(after: 2, limit: 3))")
    let floors = try reader.floors(after: .start, limit: 2)
    lines.append("page of floors: \(floors), then \(try reader.floors(after: floors.position, limit: 9))")
    for note in [StoreMetadata.level, .position, .copyState, .freshPosition, .removals, .floorPosition] {
      lines.append("note \(note): \(try reader.note(note) ?? "-")")
    }
    lines.append("copied: \(try reader.copiedRows()), newest: \(try reader.newestSerial())")
    lines.append("end: \(try reader.lastPosition()), of \(try reader.feedIdentity())")
    return lines
  }

  private static func decision(_ context: any WriteContext) throws(StoreError) -> [String] {
    var lines: [String] = []
    for tuple in tuples {
      lines.append(
        "decision on \(tuple): \(try context.facts(for: tuple, .kept)) \(try context.upstreamView(of: tuple))")
      for value in values {
        lines.append("holder of \(value): \(try context.holder(of: value, besides: tuple) ?? "-")")
      }
    }
    return lines
  }

  private static func diagnosis(_ reader: any ReadContext) throws(StoreError) -> [String] {
    var lines: [String] = []
    for package in packages {
      lines.append("story of \(package): \(try reader.story(of: package, checksum: nil))")
      lines.append("story of \(package) a: \(try reader.story(of: package, checksum: "a"))")
    }
    lines.append("last: \(try reader.lastEntries(7))")
    for words in [["P"], ["q", "B"], ["n"], ["many", "7"]] {
      lines.append("found \(words): \(try reader.find(words, limit: 5))")
    }
    return lines
  }
}
