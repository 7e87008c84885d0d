// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Keeps the number index of some rows. What it does for a row does not depend on how many rows the package has.
final class RowIndexWriter {
  private let tables: RowTables
  /// A package that grows is indexed at once: so it is in a copy. Own rows wait for a question that needs the index.
  private let isEager: Bool
  private let insertNumber: Statement
  private let insertContent: Statement
  private let ofTuple: Statement
  private let ofPackage: Statement
  private let behind: Statement
  private let removeQueued: Statement
  private let cursor: Statement
  private let setCursor: Statement
  private let removeCursor: Statement
  private let removeAll: Statement
  private let content: Statement

  /// So many rows are indexed in one transaction.
  static let slice = 256

  init(_ tables: RowTables, _ connection: Connection) throws(StoreError) {
    self.tables = tables
    isEager = tables != .own
    let (numbers, contents, key) = (tables.numbers, tables.contents, RowIndex.key)
    insertNumber = try connection.prepare(
      "INSERT OR IGNORE INTO \(numbers) (version, pkgarch, number, checksum, value) VALUES (?1, ?2, ?4, ?3, ?5)")
    insertContent = try connection.prepare(
      "INSERT OR IGNORE INTO \(contents) (version, pkgarch, checksum, number, value) VALUES (?1, ?2, ?3, ?4, ?5)")
    ofTuple = try connection.prepare(
      "SELECT checksum, value FROM \(tables.rows) WHERE \(key) AND checksum = ?3 AND value IS NOT NULL LIMIT ?4")
    ofPackage = try connection.prepare(
      "SELECT checksum, value FROM \(tables.rows) WHERE \(key) AND value IS NOT NULL ORDER BY checksum, value LIMIT ?3")
    behind = try connection.prepare(
      """
      SELECT checksum, value FROM \(tables.rows)
      WHERE \(key) AND (checksum, value) > (?3, ?4) AND value IS NOT NULL ORDER BY checksum, value LIMIT ?5
      """)
    removeQueued = try connection.prepare(
      "DELETE FROM \(numbers) WHERE \(key) AND number = CAST(x'FE' || ?4 AS BLOB) AND checksum = ?3")
    cursor = try connection.prepare("SELECT checksum, value FROM \(numbers) WHERE \(key) AND number = x'FF'")
    setCursor = try connection.prepare(
      "INSERT INTO \(numbers) (version, pkgarch, number, checksum, value) VALUES (?1, ?2, x'FF', ?3, ?4)")
    removeCursor = try connection.prepare("DELETE FROM \(numbers) WHERE \(key) AND number = x'FF'")
    removeAll = try connection.prepare("DELETE FROM \(numbers) WHERE \(key)")
    content = try connection.prepare("SELECT 1 FROM \(contents) WHERE \(key) AND checksum = ?3 LIMIT 1")
  }

  /// Takes a row into account that was just stored.
  ///
  /// - Returns: the package's size with it.
  func added(_ tuple: TupleKey, _ value: Revision, to size: PackageSize) throws(StoreError) -> PackageSize {
    switch size {
    case .unknown: preconditionFailure("a package is settled before a row is added to it")
    case .small(let rows) where rows < PackageSize.largestSmall: return .small(rows + 1)
    case .small where !isEager, .unindexed: return .unindexed
    case .small:
      let maximum = PackageSize.largestSmall + 1
      let rows = try rows(of: tuple.package, maximum: maximum + 1)
      // Another program has added rows of which the head does not tell yet: the next decision counts them.
      guard rows.count == maximum else { return .unknown }
      try index(rows, of: tuple.package)
      return .indexed
    case .indexing:
      try addNumber(tuple, value)
      // A tuple that is not in its order yet is put there with its slice.
      _ = try join(tuple, value)
      return .indexing
    case .indexed:
      try addNumber(tuple, value)
      return try join(tuple, value) ? .indexed : isEager ? .unknown : .indexing
    }
  }

  /// Puts a row in the order of its tuple, where the tuple has several rows.
  ///
  /// - Returns: false when the tuple has too many rows that are not there yet.
  private func join(_ tuple: TupleKey, _ value: Revision?) throws(StoreError) -> Bool {
    guard try rows(of: tuple, maximum: 2).count > 1 else { return true }
    // Where one of a tuple's rows is in its order, all are that are indexed.
    guard try !hasContent(tuple) else {
      if let value { try addContent(tuple, value) }
      return true
    }
    let rows = try rows(of: tuple, maximum: Self.slice + 1)
    for value in rows.compactMap({ Revision($0.value) }) { try addContent(tuple, value) }
    return rows.count <= Self.slice
  }

  private func hasContent(_ tuple: TupleKey) throws(StoreError) -> Bool {
    content.bind(tuple)
    defer { content.reset() }
    return try content.step()
  }

  // MARK: Settling

  /// The rows of a package in the order of checksums and spellings.
  func rows(of package: PackageKey, maximum: Int) throws(StoreError) -> [StoredRow] {
    ofPackage.bind(package)
    ofPackage.bind(3, Int64(clamping: maximum))
    return try read(ofPackage)
  }

  /// Indexes rows that follow each other in the order of checksums and spellings.
  ///
  /// - Parameter last: the row in front of them, if there is one.
  func index(_ rows: [StoredRow], after last: StoredRow? = nil, of package: PackageKey) throws(StoreError) {
    var previous = last
    for row in rows {
      defer { previous = row }
      let tuple = TupleKey(package: package, checksum: row.checksum)
      let isOneOfSeveral = previous.map { $0.checksum.utf8.elementsEqual(row.checksum.utf8) } ?? false
      if isOneOfSeveral, let value = previous.flatMap({ Revision($0.value) }) { try addContent(tuple, value) }
      guard let value = Revision(row.value) else { continue }
      try addNumber(tuple, value)
      if isOneOfSeveral { try addContent(tuple, value) }
    }
  }

  /// Indexes the next rows of a package.
  ///
  /// - Returns: whether all are indexed.
  func indexSlice(of package: PackageKey) throws(StoreError) -> Bool {
    cursor.bind(package)
    let last = try read(cursor).first
    let rows: [StoredRow]
    if let last {
      behind.bind(package)
      behind.bind(3, last.checksum)
      behind.bind(4, last.value)
      behind.bind(5, Int64(clamping: Self.slice))
      rows = try read(behind)
    } else {
      rows = try self.rows(of: package, maximum: Self.slice)
    }
    try index(rows, after: last, of: package)
    removeCursor.bind(package)
    try removeCursor.run()
    guard rows.count >= Self.slice, let row = rows.last else { return true }
    setCursor.bind(package)
    setCursor.bind(3, row.checksum)
    setCursor.bind(4, row.value)
    try setCursor.run()
    return false
  }

  /// Begins to index a package from its first row.
  func beginAgain(_ package: PackageKey) throws(StoreError) {
    removeCursor.bind(package)
    try removeCursor.run()
  }

  /// Takes a queued row into the index.
  ///
  /// - Returns: false when its tuple has too many rows that are not indexed: the package must be indexed again.
  func takeQueued(_ tuple: TupleKey, _ value: String) throws(StoreError) -> Bool {
    removeQueued.bind(tuple)
    removeQueued.bind(4, value)
    try removeQueued.run()
    let value = Revision(value)
    if let value { try addNumber(tuple, value) }
    return try join(tuple, value)
  }

  /// Removes all that the index has of a package with few rows.
  func clear(_ package: PackageKey) throws(StoreError) {
    removeAll.bind(package)
    try removeAll.run()
  }

  // MARK: Statements

  private func rows(of tuple: TupleKey, maximum: Int) throws(StoreError) -> [StoredRow] {
    ofTuple.bind(tuple)
    ofTuple.bind(4, Int64(clamping: maximum))
    return try read(ofTuple)
  }

  private func addNumber(_ tuple: TupleKey, _ value: Revision) throws(StoreError) {
    try run(insertNumber, tuple, value)
  }

  private func addContent(_ tuple: TupleKey, _ value: Revision) throws(StoreError) {
    try run(insertContent, tuple, value)
  }

  private func run(_ statement: Statement, _ tuple: TupleKey, _ value: Revision) throws(StoreError) {
    statement.bind(tuple)
    statement.bind(4, blob: RevisionKey(value).bytes)
    statement.bind(5, value.text)
    try statement.run()
  }

  private func read(_ statement: Statement) throws(StoreError) -> [StoredRow] {
    defer { statement.reset() }
    var rows: [StoredRow] = []
    while try statement.step() {
      if let checksum = statement.text(0), let value = statement.text(1) {
        rows.append(StoredRow(checksum: checksum, value: value))
      }
    }
    return rows
  }
}

/// A row of a package, as it stands in its table.
struct StoredRow: Equatable {
  let checksum: String
  let value: String
}
