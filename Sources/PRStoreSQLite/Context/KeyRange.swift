// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// The part of a key's index that a page is read from: behind a cursor, with the leading columns that a filter fixes.
///
/// Only leading columns are part of the condition. A filter on the others would let SQLite read the whole index for one
/// page; they are compared row by row, and the rows that are read count.
struct KeyRange {
  private let values: [String]
  /// For a `WHERE` clause, with parameters from 1 on.
  let condition: String

  /// - Parameter columns: of the key, in its order: `version`, `pkgarch`, and perhaps `checksum` and `value`.
  init(of columns: [String], _ filter: RowFilter, _ cursor: RowCursor) {
    let fixed = [filter.version, filter.pkgarch, filter.checksum, nil].prefix(columns.count)
      .prefix { $0 != nil }.compactMap(\.self)
    let after = cursor.after.map { row in
      [row.tuple.package.version, row.tuple.package.pkgarch, row.tuple.checksum, row.value]
        .prefix(columns.count).dropFirst(fixed.count)
    }
    var conditions = fixed.indices.map { "\(columns[$0]) = ?\($0 + 1)" }
    if let after {
      if after.isEmpty {
        // The filter fixes the whole key: nothing follows its one entry.
        conditions.append("FALSE")
      } else {
        let names = columns.dropFirst(fixed.count).joined(separator: ", ")
        let places = after.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        conditions.append("(\(names)) > (\(places))")
      }
    }
    condition = conditions.isEmpty ? "TRUE" : conditions.joined(separator: " AND ")
    values = fixed + (after ?? [])
  }

  func bind(to statement: Statement) {
    for (index, value) in values.enumerated() { statement.bind(CInt(clamping: index + 1), value) }
  }
}

extension RowFilter {
  func selects(_ package: PackageKey) -> Bool {
    Self.selects(package.version.utf8, version) && Self.selects(package.pkgarch.utf8, pkgarch)
  }

  func selects(_ tuple: TupleKey) -> Bool {
    selects(tuple.package) && Self.selects(tuple.checksum.utf8, checksum)
  }

  /// The row of a statement that begins with version, pkgarch and checksum.
  func selects(_ statement: Statement) -> Bool {
    Self.selects(statement.bytes(0), version) && Self.selects(statement.bytes(1), pkgarch)
      && Self.selects(statement.bytes(2), checksum)
  }

  /// By bytes, as the database compares.
  private static func selects(_ name: some Sequence<UInt8>, _ wanted: String?) -> Bool {
    wanted.map { $0.utf8.elementsEqual(name) } ?? true
  }
}
