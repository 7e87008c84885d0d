// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision

/// The parsed rows of an import.
struct RowSpool {
  private var records: TextSpool
  /// How many rows each package has.
  private(set) var packages: [PackageKey: Int] = [:]

  fileprivate static let fields = 6

  init(in folder: URL) throws { records = try TextSpool(in: folder, named: "rows") }

  mutating func append(_ row: Row, at place: ImportPlace) throws {
    let package = row.tuple.package
    packages[package, default: 0] += 1
    try records.append([
      "\(place.file)", "\(place.line)", package.version, package.pkgarch, row.tuple.checksum, row.value,
    ])
  }

  /// Writes what is left. Rows can be read from then on.
  mutating func finish() throws { try records.finish() }

  fileprivate func reader() throws -> TextSpoolReader { try records.records(of: Self.fields) }
}

/// The rows of a spool, in the order in which they were appended.
struct SpoolPages {
  private var records: TextSpoolReader

  init(_ spool: RowSpool) throws { records = try spool.reader() }

  /// The next rows; nil after the last.
  mutating func next(_ maximum: Int) throws -> [SpooledRow]? {
    var rows: [SpooledRow] = []
    while rows.count < maximum, let texts = try records.next() {
      guard let row = SpooledRow(texts) else { throw records.unreadable }
      rows.append(row)
    }
    return rows.isEmpty ? nil : rows
  }
}

/// A row of an import.
struct SpooledRow: Sendable {
  let tuple: TupleKey
  let value: Revision
  let place: ImportPlace

  fileprivate init?(_ texts: [String]) {
    guard texts.count == RowSpool.fields, let file = Int(texts[0]), let line = Int(texts[1]),
      let value = Revision(texts[5])
    else { return nil }
    tuple = TupleKey(version: texts[2], pkgarch: texts[3], checksum: texts[4])
    self.value = value
    place = ImportPlace(file: file, line: line)
  }
}

/// Where a row came from: the number of its file, and its line.
struct ImportPlace: Hashable, Comparable, Sendable {
  var file: Int
  /// Counted from 1; 0 is the file as a whole.
  var line: Int

  static func < (one: ImportPlace, other: ImportPlace) -> Bool { (one.file, one.line) < (other.file, other.line) }
}
