// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// What is known of the greatest value that the upstream has for a package.
struct AboveHead: Hashable, Sendable {
  /// Of the copied rows.
  var greatest: Revision?
  /// How many there are.
  var size = PackageSize.small(0)
  /// Learned without its checksum.
  var bound: Revision?

  var highest: Revision? { [greatest, bound].compactMap(\.self).max() }
}

/// The questions to a copy of the upstream's rows.
final class CopyReader {
  let index: RowIndex
  private let connection: Connection
  private let head: Statement
  private let bound: Statement?
  private let shared: Statement?

  /// - Parameter tables: of the copy, or of a fresh one.
  init(_ tables: RowTables, _ connection: Connection) throws(StoreError) {
    self.connection = connection
    index = try RowIndex(tables, connection)
    if try connection.hasTable(tables.heads) {
      head = try connection.prepare("SELECT greatest, rows FROM \(tables.heads) WHERE \(RowIndex.key)")
      // A fresh copy has no bounds, and nothing that schema 2 kept.
      bound =
        tables == .copy
        ? try connection.prepare("SELECT floor, greatest FROM headwater_floor WHERE \(RowIndex.key)") : nil
      shared = try connection.prepare("SELECT checksum FROM \(tables.shared) WHERE \(RowIndex.key) AND number = ?3")
    } else {
      // Schema 2 had both in one row, and counted nothing.
      head = try connection.prepare("SELECT greatest, NULL FROM headwater_above WHERE \(RowIndex.key)")
      bound = try connection.prepare("SELECT floor, NULL FROM headwater_above WHERE \(RowIndex.key)")
      shared = nil
    }
  }

  func above(_ package: PackageKey) throws(StoreError) -> AboveHead {
    var above = AboveHead()
    let isCopied = try read(head, package) { head in
      above.greatest = head.text(0).flatMap { Revision($0) }
      above.size = PackageSize(column: head.isNull(1) ? nil : head.number(1))
    }
    guard let bound else { return above }
    var old: Revision?
    try read(bound, package) { bound in
      above.bound = bound.text(0).flatMap { Revision($0) }
      old = bound.text(1).flatMap { Revision($0) }
    }
    if !isCopied, let old, try note(.oldHeads) {
      above.greatest = old
      above.size = .unknown
    }
    return above
  }

  func values(of tuple: TupleKey) throws(StoreError) -> ToldValues {
    try index.values(of: tuple, try above(tuple.package).size)
  }

  /// The checksum to which a copied value belongs, if it is not the tuple's.
  func rival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String? {
    if let first = try first(with: value, in: tuple.package) {
      return first.utf8.elementsEqual(tuple.checksum.utf8) ? nil : first
    }
    let size = try above(tuple.package).size
    guard let other = try index.holder(of: value, otherThan: tuple.checksum, in: tuple.package, size) else {
      return nil
    }
    guard try index.has(value, tuple, size) else { return other }
    // A copy of schema 2 kept no record of which of them came first.
    let first = try firstInFeed(with: value, in: tuple.package)
    return first.flatMap { $0.utf8.elementsEqual(tuple.checksum.utf8) ? nil : $0 }
  }

  /// The checksum for which a value was copied first, where several have it.
  func first(with value: Revision, in package: PackageKey) throws(StoreError) -> String? {
    guard let shared else { return nil }
    shared.bind(3, blob: RevisionKey(value).bytes)
    var first: String?
    try read(shared, package) { first = $0.text(0) }
    return first
  }

  /// The same for a copy of schema 2: a walk along the feed.
  private func firstInFeed(with value: Revision, in package: PackageKey) throws(StoreError) -> String? {
    let feed = try connection.prepare(
      """
      SELECT checksum, value FROM headwater_feed WHERE \(RowIndex.key) AND origin = 'copied' ORDER BY serial
      """)
    feed.bind(1, package.version)
    feed.bind(2, package.pkgarch)
    while try feed.step() {
      if feed.text(1).flatMap({ Revision($0) }) == value { return feed.text(0) }
    }
    return nil
  }

  private func note(_ note: StoreMetadata) throws(StoreError) -> Bool {
    try connection.number("SELECT 1 FROM headwater_store WHERE key = 'note: \(note.rawValue)'") != nil
  }

  /// - Returns: whether there was a row.
  @discardableResult
  private func read(
    _ statement: Statement, _ package: PackageKey, _ body: (Statement) -> Void
  ) throws(StoreError) -> Bool {
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    defer { statement.reset() }
    guard try statement.step() else { return false }
    body(statement)
    return true
  }
}
