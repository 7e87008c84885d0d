// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension MemoryReadContext {
  func readPage(
    of filter: RowFilter, from cursor: RowCursor, includesCopy: Bool, size: Int
  ) throws(StoreError) -> RowPage {
    filter.history == .kept
      ? try pageOfRows(filter, cursor, includesCopy, size) : try pageOfPackages(filter, cursor, includesCopy, size)
  }

  /// A page ends with the row that takes it beyond this many bytes of names and values.
  private static let largestPage = 256 << 10

  private func pageOfRows(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> RowPage {
    let rows = includesCopy ? merged(contents.own.rows, contents.copy.rows) : contents.own.rows
    let behind = rows.drop { row in cursor.after.map { !Row.byKey($0, row) } ?? false }
    var page: [Row] = []
    var (count, bytes) = (0, 0)
    for row in behind.prefix(size) where bytes < Self.largestPage {
      try checkTime()
      count += 1
      guard filter.selects(row.tuple) else { continue }
      page.append(row)
      bytes += row.size
    }
    // At least one was taken where some are left.
    let place = count < behind.count ? behind.dropFirst(max(count - 1, 0)).first : nil
    return RowPage(rows: page, next: place.map { RowCursor(after: $0) })
  }

  /// Two lists in the order of keys as one, each row once.
  private func merged(_ some: [Row], _ others: [Row]) -> [Row] {
    let known = Set(some)
    return (some + others.filter { !known.contains($0) }).sorted(by: Row.byKey)
  }

  private func pageOfPackages(
    _ filter: RowFilter, _ cursor: RowCursor, _ includesCopy: Bool, _ size: Int
  ) throws(StoreError) -> RowPage {
    let names = includesCopy ? Set(contents.own.names + contents.copy.names).sorted() : contents.own.names
    let behind = names.drop { name in cursor.after.map { name <= $0.tuple.package } ?? false }
    var page: [Row] = []
    var (count, bytes) = (0, 0)
    for package in behind.prefix(size) where bytes < Self.largestPage {
      try checkTime()
      count += 1
      for row in greatestRows(of: package, includesCopy) where filter.selects(row.tuple) {
        page.append(row)
        bytes += row.size
      }
    }
    // At least one was taken where some are left.
    let place = count < behind.count ? behind.dropFirst(max(count - 1, 0)).first : nil
    return RowPage(
      rows: page,
      next: place.map { RowCursor(after: Row(tuple: TupleKey(package: $0, checksum: ""), value: "")) })
  }

  private func greatestRows(of package: PackageKey, _ includesCopy: Bool) -> [Row] {
    let own = contents.own[package]
    guard includesCopy else {
      guard let head = own.head else { return [] }
      let row = Row(tuple: TupleKey(package: package, checksum: head.holder), value: head.greatest.text)
      return head.isTied ? rows(own, with: head.greatest) : [row]
    }
    let copied = contents.copy[package]
    guard let greatest = [own.greatest, copied.greatest].compactMap(\.self).max() else { return [] }
    return merged(rows(own, with: greatest), rows(copied, with: greatest))
  }

  private func rows(_ package: MemoryPackage, with value: Revision) -> [Row] {
    package.entries.filter { $0.value == value }.map(\.row).sorted(by: Row.byKey)
  }
}
