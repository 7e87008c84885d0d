// SPDX-License-Identifier: Apache-2.0

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
/// A package with few rows is read whole. One with more has its rows in a number index as well: a tree more to write for
/// each row pays only there. The reasons stand in docs/decisions/0025-cost-as-a-law.md.
enum PackageSize: Hashable, Sendable {
  /// Not counted: the head is one of an earlier schema, or the index is being made.
  case unknown
  case few(Int)
  case many

  /// So many rows are read whole.
  static let mostFew = 64

  /// Reads a head's column `rows`.
  init(column: Int64?) {
    switch column {
    case nil: self = .unknown
    case let rows? where rows <= Self.mostFew: self = .few(Int(clamping: rows))
    default: self = .many
    }
  }

  var column: Int64? {
    switch self {
    case .unknown: nil
    case .few(let rows): Int64(clamping: rows)
    case .many: Int64(clamping: Self.mostFew + 1)
    }
  }
}
