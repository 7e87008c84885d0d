// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The rows of a package, in the order in which they came. Most questions read all of them.
struct MemoryPackage: PackageRows, Sendable {
  struct Entry: Sendable {
    let row: Row
    /// Nil for a copied value that is no revision.
    let value: Revision?

    func isOf(_ checksum: String) -> Bool { row.tuple.checksum.utf8.elementsEqual(checksum.utf8) }
  }

  private(set) var entries: [Entry] = []
  private var rows: Set<Row> = []
  /// The checksum for which each value came first.
  private var owners: [Revision: String] = [:]

  private var revisions: [(checksum: String, value: Revision)] {
    entries.compactMap { entry in entry.value.map { (entry.row.tuple.checksum, $0) } }
  }

  private(set) var head: PackageHead?

  var greatest: Revision? { head?.greatest }

  func values(of checksum: String) -> ToldValues {
    ToldValues(entries.filter { $0.isOf(checksum) }.compactMap(\.value))
  }

  func greatest(under ceiling: Revision) -> Revision? { revisions.map(\.value).filter { $0.isUnder(ceiling) }.max() }

  func holder(of value: Revision, otherThan checksum: String) -> String? {
    entries.filter { $0.value == value && !$0.isOf(checksum) }.map(\.row.tuple).min()?.checksum
  }

  func has(_ value: Revision, _ tuple: TupleKey) -> Bool {
    entries.contains { $0.value == value && $0.isOf(tuple.checksum) }
  }

  /// The checksum, other than the tuple's, for which a value came first.
  func rival(for value: Revision, of tuple: TupleKey) -> String? {
    owners[value].flatMap { $0.utf8.elementsEqual(tuple.checksum.utf8) ? nil : $0 }
  }

  func holds(_ row: Row) -> Bool { rows.contains(row) }

  /// - Parameter before: what the package has in the copy whose place this one's will take. A checksum to which a value
  ///   belonged there keeps it.
  /// - Returns: false when the row is there already.
  mutating func add(_ row: Row, before: MemoryPackage? = nil) -> Bool {
    guard rows.insert(row).inserted else { return false }
    let value = Revision(row.value)
    entries.append(Entry(row: row, value: value))
    guard let value else { return true }
    if head == nil { head = PackageHead(greatest: value, holder: row.tuple.checksum, isTied: false) }
    head?.include(value, of: row.tuple.checksum)
    if let owner = owners[value] {
      let other = TupleKey(package: row.tuple.package, checksum: owner)
      guard let before, before.rank(row.tuple, value) < before.rank(other, value) else { return true }
    }
    owners[value] = row.tuple.checksum
    return true
  }

  /// How good a tuple's claim to a value is; 0 is the best.
  private func rank(_ tuple: TupleKey, _ value: Revision) -> Int {
    guard has(value, tuple) else { return 2 }
    return rival(for: value, of: tuple) == nil ? 0 : 1
  }
}

/// Rows by package.
struct MemoryTable: Sendable {
  private var packages = SharedMap<PackageKey, MemoryPackage>()
  private(set) var count = 0

  subscript(package: PackageKey) -> MemoryPackage { packages[package] ?? MemoryPackage() }

  var names: [PackageKey] { packages.keys.sorted() }

  /// All rows, in the order of their keys.
  var rows: [Row] { packages.values.flatMap { $0.entries.map(\.row) }.sorted(by: Row.byKey) }

  func holds(_ row: Row) -> Bool { packages[row.tuple.package]?.holds(row) ?? false }

  /// - Returns: false when the row is there already.
  mutating func add(_ row: Row, before: MemoryTable? = nil) -> Bool {
    let before = before.map { $0[row.tuple.package] }
    guard packages[row.tuple.package, default: MemoryPackage()].add(row, before: before) else { return false }
    count += 1
    return true
  }
}

extension Row {
  /// The order of an export: bytes, name by name.
  static func byKey(_ left: Row, _ right: Row) -> Bool {
    left.tuple == right.tuple
      ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8) : left.tuple < right.tuple
  }
}
