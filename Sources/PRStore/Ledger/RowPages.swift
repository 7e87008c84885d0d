// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Where the next page of an export begins. Between two pages no transaction is open: a slow reader holds up nobody.
public struct RowCursor: Hashable, Sendable {
  fileprivate var after: Row?

  /// In front of the first row.
  public static let start = RowCursor()
}

/// Some rows of an export, in the order of their keys.
public struct RowPage: Sendable {
  public let rows: [Row]
  /// Nil after the last page.
  public let next: RowCursor?
}

extension RowReader {
  /// Whether the file has the table of rows at all.
  public var hasRows: Bool { get throws(StoreError) { try connection.hasTable("PRMAIN") } }

  /// How many rows have no value, which no answer and no copy is made of.
  public var emptyRows: Int {
    get throws(StoreError) {
      guard try hasRows else { return 0 }
      return Int(clamping: try connection.number("SELECT count(*) FROM PRMAIN WHERE value IS NULL") ?? 0)
    }
  }

  /// Reads a page of the rows that a filter wants.
  ///
  /// - Parameters:
  ///   - includesCopy: the rows of the copy count, too: on a mirror.
  ///   - size: how many rows, or without history packages, are looked at.
  public func page(
    of filter: RowFilter, from cursor: RowCursor, includesCopy: Bool = false, size: Int = 512
  ) throws(StoreError) -> RowPage {
    guard try connection.hasTable("PRMAIN") else { return RowPage(rows: [], next: nil) }
    let hasCopy = try connection.hasTable("headwater_copy")
    let includesCopy = includesCopy && hasCopy
    return filter.history == .kept
      ? try pageOfRows(filter, cursor, includesCopy, size) : try pageOfPackages(filter, cursor, includesCopy, size)
  }

  private func pageOfRows(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> RowPage {
    // Both tables are read in the order of their keys and merged: neither is sorted.
    let selects = (includesCopy ? ["PRMAIN", "headwater_copy"] : ["PRMAIN"]).map { table in
      """
      SELECT version, pkgarch, checksum, value FROM \(table)
      WHERE \(cursor.after == nil ? "" : "(version, pkgarch, checksum, value) > (?1, ?2, ?3, ?4) AND")
        value IS NOT NULL
        AND (?5 IS NULL OR version = ?5) AND (?6 IS NULL OR pkgarch = ?6) AND (?7 IS NULL OR checksum = ?7)
      """
    }
    let statement = try connection.prepare(
      "\(selects.joined(separator: " UNION ")) ORDER BY version, pkgarch, checksum, value LIMIT \(size)")
    bind(statement, cursor)
    statement.bind(3, cursor.after?.tuple.checksum)
    statement.bind(4, cursor.after?.value)
    statement.bind(7, filter.checksum)
    bind(statement, filter)
    var rows: [Row] = []
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1), let checksum = statement.text(2),
        let value = statement.text(3)
      else { continue }
      rows.append(Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value))
    }
    return RowPage(rows: rows, next: rows.count < size ? nil : RowCursor(after: rows.last))
  }

  private func pageOfPackages(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> RowPage {
    let packages = try packages(filter, cursor, includesCopy, size)
    var rows: [Row] = []
    for package in packages {
      let greatest = includesCopy ? try greatestRowsWithCopy(of: package) : try greatestRows(of: package)
      rows += greatest.filter { row in filter.checksum.map { $0.utf8.elementsEqual(row.tuple.checksum.utf8) } ?? true }
    }
    let last = packages.last.map { Row(tuple: TupleKey(package: $0, checksum: ""), value: "") }
    return RowPage(rows: rows, next: packages.count < size ? nil : RowCursor(after: last))
  }

  private func packages(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> [PackageKey] {
    let own = try connection.hasTable("headwater_package") ? "headwater_package" : "PRMAIN"
    let selects = (includesCopy ? [own, "headwater_above"] : [own]).map { table in
      """
      SELECT DISTINCT version, pkgarch FROM \(table)
      WHERE \(cursor.after == nil ? "" : "(version, pkgarch) > (?1, ?2) AND")
        (?5 IS NULL OR version = ?5) AND (?6 IS NULL OR pkgarch = ?6)
      """
    }
    let statement = try connection.prepare(
      "\(selects.joined(separator: " UNION ")) ORDER BY version, pkgarch LIMIT \(size)")
    bind(statement, cursor)
    bind(statement, filter)
    var packages: [PackageKey] = []
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1) else { continue }
      packages.append(PackageKey(version: version, pkgarch: pkgarch))
    }
    return packages
  }

  private func bind(_ statement: Statement, _ cursor: RowCursor) {
    statement.bind(1, cursor.after?.tuple.package.version)
    statement.bind(2, cursor.after?.tuple.package.pkgarch)
  }

  private func bind(_ statement: Statement, _ filter: RowFilter) {
    statement.bind(5, filter.version)
    statement.bind(6, filter.pkgarch)
  }

  private func greatestRows(of package: PackageKey) throws(StoreError) -> [Row] {
    let found = try head(of: package)
    guard let head = found.head else { return [] }
    if found.isRecorded, !head.isTied {
      return [Row(tuple: TupleKey(package: package, checksum: head.holder), value: head.greatest.text)]
    }
    return try rows(of: package).filter { $0.value == head.greatest }.map { row in
      Row(tuple: TupleKey(package: package, checksum: row.checksum), value: row.value.text)
    }
  }

  /// Own and copied rows of a package that hold the greatest value of them all.
  private func greatestRowsWithCopy(of package: PackageKey) throws(StoreError) -> [Row] {
    let statement = try connection.prepare(
      """
      SELECT checksum, value FROM PRMAIN WHERE version = ?1 AND pkgarch = ?2 AND value IS NOT NULL
      UNION SELECT checksum, value FROM headwater_copy WHERE version = ?1 AND pkgarch = ?2
      """)
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    var rows: [(checksum: String, value: Revision)] = []
    while try statement.step() {
      guard let checksum = statement.text(0), let value = statement.text(1).flatMap({ Revision($0) }) else { continue }
      rows.append((checksum, value))
    }
    let greatest = rows.map(\.value).max()
    return rows.filter { $0.value == greatest }.map { row in
      Row(tuple: TupleKey(package: package, checksum: row.checksum), value: row.value.text)
    }
  }
}
