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
  /// Reads a page of the rows that a filter wants.
  ///
  /// - Parameter size: how many rows, or without history packages, are looked at.
  public func page(of filter: RowFilter, from cursor: RowCursor, size: Int = 512) throws(StoreError) -> RowPage {
    guard try connection.hasTable("PRMAIN") else { return RowPage(rows: [], next: nil) }
    return filter.history == .kept
      ? try pageOfRows(filter, cursor, size) : try pageOfPackages(filter, cursor, size)
  }

  private func pageOfRows(_ filter: RowFilter, _ cursor: RowCursor, _ size: Int) throws(StoreError) -> RowPage {
    let statement = try connection.prepare(
      """
      SELECT version, pkgarch, checksum, value FROM PRMAIN
      WHERE \(cursor.after == nil ? "" : "(version, pkgarch, checksum, value) > (?1, ?2, ?3, ?4) AND")
        value IS NOT NULL
        AND (?5 IS NULL OR version = ?5) AND (?6 IS NULL OR pkgarch = ?6) AND (?7 IS NULL OR checksum = ?7)
      ORDER BY version, pkgarch, checksum, value LIMIT \(size)
      """)
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

  private func pageOfPackages(_ filter: RowFilter, _ cursor: RowCursor, _ size: Int) throws(StoreError) -> RowPage {
    let packages = try packages(filter, cursor, size)
    var rows: [Row] = []
    for package in packages {
      rows += try greatestRows(of: package).filter { row in
        filter.checksum.map { $0.utf8.elementsEqual(row.tuple.checksum.utf8) } ?? true
      }
    }
    let last = packages.last.map { Row(tuple: TupleKey(package: $0, checksum: ""), value: "") }
    return RowPage(rows: rows, next: packages.count < size ? nil : RowCursor(after: last))
  }

  private func packages(_ filter: RowFilter, _ cursor: RowCursor, _ size: Int) throws(StoreError) -> [PackageKey] {
    let source = try connection.hasTable("headwater_package") ? "headwater_package" : "PRMAIN"
    let statement = try connection.prepare(
      """
      SELECT DISTINCT version, pkgarch FROM \(source)
      WHERE \(cursor.after == nil ? "" : "(version, pkgarch) > (?1, ?2) AND")
        (?5 IS NULL OR version = ?5) AND (?6 IS NULL OR pkgarch = ?6)
      ORDER BY version, pkgarch LIMIT \(size)
      """)
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
}
