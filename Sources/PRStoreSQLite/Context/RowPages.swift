// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension SQLiteReadContext {
  /// Whether the file has the table of rows at all.
  package var hasRows: Bool { get throws(StoreError) { try connection.hasTable("PRMAIN") } }

  /// How many rows have no value, which no answer and no copy is made of.
  package var emptyRows: Int {
    get throws(StoreError) {
      guard try hasRows else { return 0 }
      return Int(clamping: try connection.number("SELECT count(*) FROM PRMAIN WHERE value IS NULL") ?? 0)
    }
  }

  package func readPage(
    of filter: RowFilter, from cursor: RowCursor, includesCopy: Bool, size: Int
  ) throws(StoreError) -> RowPage {
    guard try connection.hasTable("PRMAIN") else { return RowPage(rows: [], next: nil) }
    let hasCopy = try connection.hasTable("headwater_copy")
    let includesCopy = includesCopy && hasCopy
    return filter.history == .kept
      ? try pageOfRows(filter, cursor, includesCopy, size) : try pageOfPackages(filter, cursor, includesCopy, size)
  }

  /// A page ends with the row that takes it beyond this many bytes of names and values.
  private static let largestPage = 256 << 10

  private func pageOfRows(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> RowPage {
    let range = KeyRange(of: ["version", "pkgarch", "checksum", "value"], filter, cursor)
    // Both tables are read in the order of their keys and merged: neither is sorted.
    let selects = (includesCopy ? ["PRMAIN", "headwater_copy"] : ["PRMAIN"]).map { table in
      "SELECT version, pkgarch, checksum, value FROM \(table) WHERE value IS NOT NULL AND \(range.condition)"
    }
    let statement = try connection.prepare(
      "\(selects.joined(separator: " UNION ")) ORDER BY version, pkgarch, checksum, value LIMIT \(size)")
    range.bind(to: statement)
    var (rows, last) = ([Row](), Row?.none)
    var (count, bytes) = (0, 0)
    while bytes < Self.largestPage, try statement.step() {
      count += 1
      let isSelected = filter.selects(statement)
      // The names of a row that is not selected are read only where the next page begins.
      guard isSelected || count == size, let row = statement.row else { continue }
      last = row
      guard isSelected else { continue }
      rows.append(row)
      bytes += row.size
    }
    let isLast = count < size && bytes < Self.largestPage
    return RowPage(rows: rows, next: isLast ? nil : last.map { RowCursor(after: $0) })
  }

  private func pageOfPackages(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> RowPage {
    let packages = try packages(filter, cursor, includesCopy, size)
    var (rows, last) = ([Row](), PackageKey?.none)
    var bytes = 0
    for package in packages where bytes < Self.largestPage {
      last = package
      guard filter.selects(package) else { continue }
      let greatest = includesCopy ? try greatestRowsWithCopy(of: package) : try greatestRows(of: package)
      for row in greatest where filter.selects(row.tuple) {
        rows.append(row)
        bytes += row.size
      }
    }
    let isLast = packages.count < size && last == packages.last
    let place = last.map { Row(tuple: TupleKey(package: $0, checksum: ""), value: "") }
    return RowPage(rows: rows, next: isLast ? nil : place.map { RowCursor(after: $0) })
  }

  private func packages(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> [PackageKey] {
    let own = try connection.hasTable("headwater_package") ? "headwater_package" : "PRMAIN"
    let range = KeyRange(of: ["version", "pkgarch"], filter, cursor)
    let copied = try connection.hasTable(RowTables.copy.heads) ? RowTables.copy.heads : "headwater_copy"
    let selects = (includesCopy ? [own, copied] : [own]).map { table in
      "SELECT DISTINCT version, pkgarch FROM \(table) WHERE \(range.condition)"
    }
    let statement = try connection.prepare(
      "\(selects.joined(separator: " UNION ")) ORDER BY version, pkgarch LIMIT \(size)")
    range.bind(to: statement)
    var packages: [PackageKey] = []
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1) else { continue }
      packages.append(PackageKey(version: version, pkgarch: pkgarch))
    }
    return packages
  }

  private func greatestRows(of package: PackageKey) throws(StoreError) -> [Row] {
    let found = try head(of: package)
    guard let head = found.head else { return [] }
    if found.isRecorded, !found.isStale, !head.isTied {
      return [Row(tuple: TupleKey(package: package, checksum: head.holder), value: head.greatest.text)]
    }
    return try ownRows(with: head.greatest, of: package, found.size)
  }

  private func ownRows(
    with value: Revision, of package: PackageKey, _ size: PackageSize
  ) throws(StoreError) -> [Row] {
    try prepared()?.own.holders(of: value, in: package, size).map { Self.row($0, of: package) } ?? []
  }

  /// Own and copied rows of a package that hold the greatest value of them all.
  private func greatestRowsWithCopy(of package: PackageKey) throws(StoreError) -> [Row] {
    guard let copied = try prepared()?.copied else { return try greatestRows(of: package) }
    let (own, above) = (try head(of: package), try copied.above(package))
    guard let greatest = [own.head?.greatest, above.greatest].compactMap(\.self).max() else { return [] }
    let rows =
      try ownRows(with: greatest, of: package, own.size)
      + copied.index.holders(of: greatest, in: package, above.size).map { Self.row($0, of: package) }
    var seen = Set<Row>()
    return rows.filter { seen.insert($0).inserted }.sorted { $0.tuple < $1.tuple }
  }

  private static func row(_ row: (checksum: String, value: Revision), of package: PackageKey) -> Row {
    Row(tuple: TupleKey(package: package, checksum: row.checksum), value: row.value.text)
  }
}
