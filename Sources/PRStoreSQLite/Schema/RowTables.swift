// SPDX-License-Identifier: Apache-2.0
import PRStore

/// The tables that hold one kind of rows: own ones, copied ones, or those of a fresh copy.
struct RowTables: Hashable, Sendable {
  /// The rows, in the order of checksums and spellings.
  let rows: String
  /// The head of each package. Its column `rows` is a ``PackageSize``.
  let heads: String
  /// The rows of packages with many, in the order of numbers.
  let numbers: String
  /// Of those packages the tuples that have several rows, in the order of checksums and numbers.
  let contents: String

  static let own = RowTables(
    rows: "PRMAIN", heads: "headwater_head", numbers: "headwater_number", contents: "headwater_content")
  static let copy = copy("")
  /// A fresh copy is made beside the copy until it is whole.
  static let fresh = copy("_next")

  private static func copy(_ suffix: String) -> RowTables {
    RowTables(
      rows: "headwater_copy\(suffix)", heads: "headwater_copy_head\(suffix)",
      numbers: "headwater_copy_number\(suffix)", contents: "headwater_copy_content\(suffix)")
  }

  /// The values of a copy that several checksums have, each with the checksum that had it first.
  var shared: String { rows.replacing("headwater_copy", with: "headwater_copy_shared", maxReplacements: 1) }

  /// All tables of a copy.
  var ofCopy: [String] { [rows, heads, numbers, contents, shared] }
}

/// How many rows a package has, as far as the way to find one among them depends on it.
///
/// A package with few rows is read whole. One with more needs the number index where a row is sought by its number. The
/// index is a tree more to write for each row, so own rows are indexed once such a question comes. The reasons stand in
/// docs/decisions/0025-cost-as-a-law.md.
enum PackageSize: Hashable, Sendable {
  /// Not counted: the head is one of an earlier schema. Of a copy, also: the index is being made.
  case unknown
  case small(Int)
  /// More than few, and not in the index: so far no question needed it.
  case unindexed
  /// More than few, and the index is being made. Rows that are added are added to it as well.
  case indexing
  /// More than few, and all in the index.
  case indexed

  /// So many rows are read whole.
  static let largestSmall = 64

  private static let indexedColumn = Int64(clamping: largestSmall + 1)
  private static let unindexedColumn = Int64(clamping: largestSmall + 2)
  private static let indexingColumn = Int64(clamping: largestSmall + 3)

  /// The values of the column for packages whose index has rows, as SQL lists them.
  static let columnsWithIndex = "\(indexedColumn), \(indexingColumn)"

  /// Reads a head's column `rows`.
  init(column: Int64?) {
    switch column {
    case nil: self = .unknown
    case let rows? where rows <= Self.largestSmall: self = .small(Int(clamping: rows))
    case Self.unindexedColumn: self = .unindexed
    case Self.indexingColumn: self = .indexing
    default: self = .indexed
    }
  }

  var column: Int64? {
    switch self {
    case .unknown: nil
    case .small(let rows): Int64(clamping: rows)
    case .indexed: Self.indexedColumn
    case .unindexed: Self.unindexedColumn
    case .indexing: Self.indexingColumn
    }
  }
}
