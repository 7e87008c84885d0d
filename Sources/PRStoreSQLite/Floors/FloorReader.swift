// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// The questions to the floors of a file.
final class FloorReader {
  private let one: Statement
  private let behind: Statement
  private let ofPackage: Statement
  private let newest: Statement
  private let count: Statement

  /// - Returns: nil on a file without floors: one of an earlier schema.
  init?(_ connection: Connection) throws(StoreError) {
    guard try connection.hasTable("headwater_floor_feed") else { return nil }
    let columns = "serial, version, pkgarch, value, origin, source, setter, at, digest"
    one = try connection.prepare("SELECT value FROM headwater_floor_head WHERE \(RowIndex.key)")
    behind = try connection.prepare(
      "SELECT \(columns) FROM headwater_floor_feed WHERE serial > ?1 ORDER BY serial LIMIT ?2")
    ofPackage = try connection.prepare(
      "SELECT \(columns) FROM headwater_floor_feed WHERE \(RowIndex.key) ORDER BY serial")
    newest = try connection.prepare("SELECT \(columns) FROM headwater_floor_feed ORDER BY serial DESC LIMIT 1")
    count = try connection.prepare("SELECT count(*) FROM headwater_floor_head")
  }

  func floor(of package: PackageKey) throws(StoreError) -> Revision? {
    one.bind(package)
    defer { one.reset() }
    guard try one.step() else { return nil }
    return one.text(0).flatMap { Revision($0) }
  }

  func entries(after serial: Int64, limit: Int) throws(StoreError) -> [FloorEntry] {
    behind.bind(1, serial)
    behind.bind(2, Int64(clamping: limit))
    return try entries(behind)
  }

  func story(of package: PackageKey) throws(StoreError) -> [FloorEntry] {
    ofPackage.bind(package)
    return try entries(ofPackage)
  }

  func last() throws(StoreError) -> FloorEntry? { try entries(newest).first }

  func packages() throws(StoreError) -> Int {
    defer { count.reset() }
    return try count.step() ? Int(clamping: count.number(0)) : 0
  }

  private func entries(_ statement: Statement) throws(StoreError) -> [FloorEntry] {
    defer { statement.reset() }
    var entries: [FloorEntry] = []
    while try statement.step() { if let entry = statement.floorEntry { entries.append(entry) } }
    return entries
  }
}

extension Statement {
  /// Nil for an entry that no version has written.
  fileprivate var floorEntry: FloorEntry? {
    guard let version = text(1), let pkgarch = text(2), let value = text(3).flatMap({ Revision($0) }),
      let origin = text(4).flatMap({ FloorProvenance.Origin(rawValue: $0) }),
      let digest = text(8).flatMap({ FeedDigest($0) })
    else { return nil }
    return FloorEntry(
      serial: number(0),
      floor: Floor(package: PackageKey(version: version, pkgarch: pkgarch), value: value),
      provenance: FloorProvenance(origin, source: text(5), setter: text(6), milliseconds: number(7)), digest: digest)
  }
}

extension SQLiteReadContext {
  package func floor(of package: PackageKey) throws(StoreError) -> Revision? {
    try prepared()?.floors?.floor(of: package)
  }

  package func floors(after serial: Int64, limit: Int) throws(StoreError) -> [FloorEntry] {
    try prepared()?.floors?.entries(after: serial, limit: limit) ?? []
  }

  package func lastFloor() throws(StoreError) -> FloorEntry? { try prepared()?.floors?.last() }

  package func floorStory(of package: PackageKey) throws(StoreError) -> [FloorEntry] {
    try prepared()?.floors?.story(of: package) ?? []
  }

  package func architectures() throws(StoreError) -> [String] {
    var found: Set<String> = []
    // A file that BitBake has written has its rows alone.
    let own = try connection.hasTable("headwater_package") ? "headwater_package" : RowTables.own.rows
    for table in [own, RowTables.copy.rows, "headwater_floor_head"]
    where try connection.hasTable(table) {
      let statement = try connection.prepare("SELECT DISTINCT pkgarch FROM \(table)")
      while try statement.step() { if let name = statement.text(0) { found.insert(name) } }
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  package func floorCount() throws(StoreError) -> Int { try prepared()?.floors?.packages() ?? 0 }
}
