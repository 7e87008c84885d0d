// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension SQLiteReadContext {
  /// The rows that came last, the newest first. None on a file that only BitBake's server has written.
  package func lastEntries(_ limit: Int) throws(StoreError) -> [FeedEntry] {
    guard try connection.hasTable("headwater_feed") else { return [] }
    let statement = try connection.prepare(
      "SELECT \(Self.entryColumns) FROM headwater_feed ORDER BY serial DESC LIMIT ?1")
    statement.bind(1, Int64(clamping: limit))
    return try entries(statement)
  }

  package func entries(after serial: Int64, limit: Int) throws(StoreError) -> [FeedEntry] {
    guard try connection.hasTable("headwater_feed") else { return [] }
    let statement = try connection.prepare(
      "SELECT \(Self.entryColumns) FROM headwater_feed WHERE serial > ?1 ORDER BY serial LIMIT ?2")
    statement.bind(1, serial)
    statement.bind(2, Int64(clamping: limit))
    return try entries(statement)
  }

  /// Rows that have every one of some words in their version, their architecture or their checksum, whatever the case.
  ///
  /// It looks through the whole feed: for a ``DiagnosticReader``, not for a serving connection.
  package func find(_ words: [String], limit: Int) throws(StoreError) -> FeedFinding {
    guard !words.isEmpty else { return FeedFinding() }
    let hasFeed = try connection.hasTable("headwater_feed")
    if !hasFeed, try !connection.hasTable("PRMAIN") { return FeedFinding() }
    let condition: String = words.indices.map { index -> String in
      let pattern = "LIKE ?\(index + 1) ESCAPE '\\'"
      return "(version \(pattern) OR pkgarch \(pattern) OR checksum \(pattern))"
    }.joined(separator: " AND ")
    let source =
      hasFeed
      ? "\(Self.entryColumns) FROM headwater_feed"
      : "0, version, pkgarch, checksum, value, 'foreign', NULL, NULL FROM PRMAIN"
    let statement = try connection.prepare(
      "SELECT \(source) WHERE \(condition) ORDER BY \(hasFeed ? "serial" : "rowid") DESC LIMIT ?\(words.count + 1)")
    for (index, word) in words.enumerated() { statement.bind(CInt(clamping: index + 1), "%\(Self.escaped(word))%") }
    statement.bind(CInt(clamping: words.count + 1), Int64(clamping: limit).addingClamped(1))
    var (found, isInterrupted) = ([FeedEntry](), false)
    do throws(StoreError) {
      try read(statement, into: &found)
    } catch .interrupted {
      isInterrupted = true
    }
    return FeedFinding(
      entries: Array(found.prefix(limit)), isPartial: isInterrupted || found.count > limit,
      isInterrupted: isInterrupted)
  }

  private static let entryColumns = "serial, version, pkgarch, checksum, value, origin, asker, at"

  /// What a pattern would read as a wildcard stands for itself.
  private static func escaped(_ word: String) -> String {
    word.reduce(into: "") { pattern, character in
      if "\\%_".contains(character) { pattern.append("\\") }
      pattern.append(character)
    }
  }

  private func entries(_ statement: Statement) throws(StoreError) -> [FeedEntry] {
    var entries: [FeedEntry] = []
    try read(statement, into: &entries)
    return entries
  }

  private func read(_ statement: Statement, into entries: inout [FeedEntry]) throws(StoreError) {
    while try statement.step() {
      guard let version = statement.text(1), let pkgarch = statement.text(2), let checksum = statement.text(3),
        let value = statement.text(4)
      else { continue }
      let origin = statement.text(5).flatMap(Provenance.Origin.init(rawValue:)) ?? .foreign
      entries.append(
        FeedEntry(
          package: PackageKey(version: version, pkgarch: pkgarch),
          story: RowHistory(
            serial: statement.number(0), checksum: checksum, value: value,
            provenance: Provenance(
              origin, asker: statement.text(6), milliseconds: statement.isNull(7) ? nil : statement.number(7)))))
    }
  }
}
