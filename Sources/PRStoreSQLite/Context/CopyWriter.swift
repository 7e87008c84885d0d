// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// The writing side of a copy. What it does for a row does not depend on how many rows the package has.
final class CopyWriter {
  private let connection: Connection
  let reader: CopyReader
  private let index: RowIndexWriter
  private let insert: Statement
  private let setHead: Statement
  private let setBound: Statement
  private let share: Statement
  /// The head that was read last. Rows of a package mostly come together: it is written once for them.
  private var last: (package: PackageKey, head: AboveHead, isWritten: Bool)?

  /// - Parameter tables: of the copy, or of a fresh one.
  init(_ tables: RowTables, _ connection: Connection) throws(StoreError) {
    self.connection = connection
    reader = try CopyReader(tables, connection)
    index = try RowIndexWriter(tables, connection)
    insert = try connection.prepare(
      "INSERT OR IGNORE INTO \(tables.rows) (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
    setHead = try connection.prepare(
      """
      INSERT INTO \(tables.heads) (version, pkgarch, greatest, rows) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (version, pkgarch) DO UPDATE SET greatest = ?3, rows = ?4
      """)
    setBound = try connection.prepare(
      """
      INSERT INTO headwater_floor (version, pkgarch, floor) VALUES (?1, ?2, ?3)
        ON CONFLICT (version, pkgarch) DO UPDATE SET floor = ?3
      """)
    share = try connection.prepare(
      """
      INSERT INTO \(tables.shared) (version, pkgarch, number, checksum) VALUES (?1, ?2, ?4, ?3)
        ON CONFLICT (version, pkgarch, number) DO UPDATE SET checksum = ?3
      """)
  }

  /// Forgets what was read: a transaction begins, or was undone.
  func begin() { last = nil }

  /// Takes a row into the copy. ``flush()`` must follow before the copy is read.
  ///
  /// - Parameter rivals: chooses between two checksums with one value: the one that was first.
  /// - Returns: false when the row was there already.
  func add(_ row: Row, rivals: CopyRivals = CopyRivals()) throws(StoreError) -> Bool {
    var head = try settled(row.tuple.package)
    let before = connection.changes
    try insert.run(row)
    guard connection.changes != before else { return false }
    if let value = Revision(row.value) {
      if let greatest = head.greatest, value <= greatest { try note(value, row.tuple, head.size, rivals) }
      head.size = try index.added(row.tuple, value, to: head.size)
      head.greatest = head.greatest.map { max($0, value) } ?? value
    } else if case .small(let rows) = head.size {
      head.size = rows < PackageSize.largestSmall ? .small(rows + 1) : .unknown
    }
    last = (row.tuple.package, head, false)
    return true
  }

  /// - Returns: false when the tuple had the value already, in whatever spelling.
  func add(_ tuple: TupleKey, _ value: Revision) throws(StoreError) -> Bool {
    if try reader.index.has(value, tuple, try settled(tuple.package).size) { return false }
    return try add(Row(tuple: tuple, value: value.text))
  }

  /// Writes the head that was changed last.
  func flush() throws(StoreError) {
    guard let last, !last.isWritten else { return }
    try write(last.head, of: last.package)
    self.last = (last.package, last.head, true)
  }

  private func settled(_ package: PackageKey) throws(StoreError) -> AboveHead {
    if let last, last.package == package, last.head.size != .unknown { return last.head }
    try flush()
    try settle(package)
    let head = try reader.above(package)
    last = (package, head, true)
    return head
  }

  /// Notes which checksum had a value first, when a second one gets it.
  private func note(
    _ value: Revision, _ tuple: TupleKey, _ size: PackageSize, _ rivals: CopyRivals
  ) throws(StoreError) {
    let known = try reader.first(with: value, in: tuple.package)
    var holder = known
    if holder == nil {
      holder = try reader.index.holder(of: value, otherThan: tuple.checksum, in: tuple.package, size)
    }
    guard let other = holder else { return }
    let first = try rivals.first(TupleKey(package: tuple.package, checksum: other), tuple, value)
    guard known == nil || first == tuple else { return }
    share.bind(1, tuple.package.version)
    share.bind(2, tuple.package.pkgarch)
    share.bind(3, first.checksum)
    share.bind(4, blob: RevisionKey(value).bytes)
    try share.run()
  }

  private func write(_ head: AboveHead, of package: PackageKey) throws(StoreError) {
    setHead.bind(1, package.version)
    setHead.bind(2, package.pkgarch)
    setHead.bind(3, head.greatest?.text)
    setHead.bind(4, head.size.column)
    try setHead.run()
  }

  /// Keeps a value that came without its checksum.
  ///
  /// - Returns: false when that is no news.
  func keep(bound: Revision, of package: PackageKey) throws(StoreError) -> Bool {
    try flush()
    guard try reader.above(package).highest.map({ $0 < bound }) ?? true else { return false }
    last = nil
    setBound.bind(1, package.version)
    setBound.bind(2, package.pkgarch)
    setBound.bind(3, bound.text)
    try setBound.run()
    return true
  }
}

/// Settles packages of a copy of schema 2. See ``PackageSettling``.
extension CopyWriter {
  /// - Throws: ``StoreError/unsettled(_:)`` when it takes more than a slice.
  func settle(_ package: PackageKey) throws(StoreError) {
    let head = try reader.above(package)
    guard head.size == .unknown else { return }
    let rows = try index.rows(of: package, maximum: RowIndexWriter.slice + 1)
    guard rows.count <= RowIndexWriter.slice else {
      throw .unsettled(UnsettledPackage(key: package, isCopied: true))
    }
    try index.clear(package)
    let isSmall = rows.count <= PackageSize.largestSmall
    if !isSmall { try index.index(rows, of: package) }
    try finish(package, head, isSmall ? .small(rows.count) : .indexed)
  }

  /// Indexes a slice of a package's copied rows, in a transaction of its own.
  ///
  /// - Returns: whether the package is settled.
  func settleSlice(of package: PackageKey) throws(StoreError) -> Bool {
    let head = try reader.above(package)
    guard head.size == .unknown else { return true }
    guard try index.indexSlice(of: package) else { return false }
    try finish(package, head, .indexed)
    return true
  }

  /// Settles a package whose head was cleared, however many rows it has.
  func rebuild(_ package: PackageKey) throws(StoreError) {
    do throws(StoreError) {
      try settle(package)
    } catch .unsettled {
      while try !settleSlice(of: package) {}
    }
  }

  private func finish(_ package: PackageKey, _ head: AboveHead, _ size: PackageSize) throws(StoreError) {
    var head = head
    head.size = size
    head.greatest = try reader.index.head(of: package, size)?.greatest
    try write(head, of: package)
  }
}

/// Which of two checksums had a copied value first.
struct CopyRivals {
  /// The copy whose place a fresh one will take: what was answered from it stays so. Nil outside of a fresh copy, where
  /// the first is the one that is there.
  var before: CopyReader?

  func first(_ one: TupleKey, _ late: TupleKey, _ value: Revision) throws(StoreError) -> TupleKey {
    guard let before else { return one }
    return try rank(late, value, before) < rank(one, value, before) ? late : one
  }

  /// 0 for the checksum to which the value belonged, 1 for another that had it, 2 for one that had not.
  private func rank(_ tuple: TupleKey, _ value: Revision, _ before: CopyReader) throws(StoreError) -> Int {
    guard try before.index.has(value, tuple, try before.above(tuple.package).size) else { return 2 }
    return try before.rival(for: value, of: tuple) == nil ? 0 : 1
  }
}
