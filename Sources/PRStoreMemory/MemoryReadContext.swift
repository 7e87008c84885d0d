// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRStore

/// The rows of a store in memory as one snapshot has them.
final class MemoryReadContext: ReadContext {
  var contents: MemoryContents
  let identity: String
  /// Whether the time of the read is over.
  private let isOver: () -> Bool

  init(_ contents: MemoryContents, of identity: String, isOver: @escaping () -> Bool = { false }) {
    self.contents = contents
    self.identity = identity
    self.isOver = isOver
  }

  /// What goes through many rows asks before each of them.
  func checkTime() throws(StoreError) { if isOver() { throw .interrupted } }

  func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) -> LocalFacts {
    contents.own[tuple.package].facts(
      for: tuple.checksum, history, upstream: upstream, floor: contents.floor(of: tuple.package))
  }

  func values(of tuple: TupleKey) -> ToldValues { contents.own[tuple.package].values(of: tuple.checksum) }

  func greatest(of package: PackageKey) -> Revision? { contents.own[package].head?.greatest }

  func has(_ value: Revision, _ tuple: TupleKey) -> Bool { contents.own[tuple.package].has(value, tuple) }

  func holder(of value: Revision, besides tuple: TupleKey) -> String? {
    contents.own[tuple.package].holder(of: value, besides: tuple.checksum)
  }

  func unsettled(_ package: PackageKey) -> UnsettledPackage? { nil }

  func copiedValues(of tuple: TupleKey) -> ToldValues { contents.copy[tuple.package].values(of: tuple.checksum) }

  func copiedRival(for value: Revision, of tuple: TupleKey) -> String? {
    contents.copy[tuple.package].rival(for: value, of: tuple)
  }

  func greatestAbove(_ package: PackageKey) -> Revision? { contents.greatestAbove(package) }

  func floor(of package: PackageKey) -> Revision? { contents.floor(of: package) }

  func floors(after serial: Int64, limit: Int) -> [FloorEntry] {
    Array(contents.floors.dropFirst(Int(clamping: serial)).prefix(limit))
  }

  func lastFloor() -> FloorEntry? { contents.floors.last }

  func floorStory(of package: PackageKey) -> [FloorEntry] { contents.floors.filter { $0.floor.package == package } }

  func architectures() -> [String] {
    let packages = contents.own.names + contents.copy.names + contents.floors.map(\.floor.package)
    return Set(packages.map(\.pkgarch)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func floorCount() -> Int { Set(contents.floors.map(\.floor.package)).count }

  func copiedRows() -> Int { contents.copy.count }

  func register() -> Register? { contents.register }

  func federation() -> Register? { contents.register }

  func note(_ note: StoreMetadata) -> String? { contents.notes[note] }

  var hasRows: Bool { true }

  var emptyRows: Int { 0 }
}

extension MemoryReadContext {
  func feedIdentity() -> String { identity }

  func newestSerial() -> Int64 { contents.newestSerial }

  func readFeed(after start: Int64, to end: Int64, _ body: (Int64, Row?) -> Bool) throws(StoreError) -> Bool {
    for entry in contents.feed.prefix(Int(clamping: end)).dropFirst(Int(clamping: start)) {
      try checkTime()
      guard body(entry.serial, entry.feedRow) else { return false }
    }
    return true
  }

  func story(of package: PackageKey, checksum: String?) throws(StoreError) -> [RowHistory] {
    var story: [RowHistory] = []
    for entry in contents.feed where entry.row.tuple.package == package {
      try checkTime()
      let isWanted = checksum.map { $0.utf8.elementsEqual(entry.row.tuple.checksum.utf8) } ?? true
      if isWanted { story.append(entry.story) }
    }
    return story
  }

  func entries(after serial: Int64, limit: Int) -> [FeedEntry] {
    let end = serial.addingClamped(Int64(clamping: limit))
    return contents.feed.prefix(Int(clamping: end)).dropFirst(Int(clamping: serial)).map(\.entry)
  }

  func keptOrigin(of row: Row) -> RowOrigin? { contents.origins[row] }

  func lastEntries(_ limit: Int) -> [FeedEntry] { contents.feed.suffix(limit).reversed().map(\.entry) }

  func find(_ words: [String], limit: Int) -> FeedFinding {
    var finding = FeedFinding()
    guard !words.isEmpty else { return finding }
    let search = WordSearch(words)
    for entry in contents.feed.reversed() {
      guard !isOver() else {
        (finding.isPartial, finding.isInterrupted) = (true, true)
        return finding
      }
      guard search.matches(entry.row.tuple) else { continue }
      guard finding.entries.count < limit else {
        finding.isPartial = true
        return finding
      }
      finding.entries.append(entry.entry)
    }
    return finding
  }
}
