// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRStore

/// The rows as one connection to an SQLite file reads them. It works on a file without this program's tables, on one of an earlier
/// schema, and on one without any table: then there are no rows yet.
final class SQLiteReadContext: ReadContext, SnapshotSource {
  let connection: Connection
  private var reading: UnindexedReading {
    didSet { statements?.own.reading = reading }
  }
  private var statements: Statements?
  private var snapshot: (begin: Statement, commit: Statement)?
  /// Finds where a row of the upstream comes from, once there are such rows.
  var origin: Statement?
  /// The statements about the tables of a register.
  private(set) lazy var ofRegister = RegisterStatements(connection)
  /// The register that the present transaction has written: others of its group change that one.
  var written: Register?

  struct Statements {
    let own: RowIndex
    /// Nil on a file that only BitBake's server has written.
    let head: Statement?
    /// Nil on a file without a copy.
    let copied: CopyReader?
    /// Nil on a file of an earlier schema.
    let floors: FloorReader?
  }

  init(_ connection: Connection, _ reading: UnindexedReading = .whole) {
    self.connection = connection
    self.reading = reading
  }

  /// Reads in one transaction, so that no two statements of `body` see different moments.
  func inOneSnapshot<Value>(_ body: (any ReadContext) throws(StoreError) -> Value) throws(StoreError) -> Value {
    let (begin, commit) = try snapshotStatements()
    try begin.run()
    do throws(StoreError) {
      let value = try body(self)
      try commit.run()
      // SQLite commits while a statement is still running, and the next transaction would see what that one sees.
      assert(!connection.holdsSnapshot, "a statement was left running")
      return value
    } catch {
      if connection.isInTransaction { try connection.execute("ROLLBACK") }
      throw error
    }
  }

  /// Reads packages whole during the call where they are not indexed and cannot be.
  func readingWhole<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    let usual = reading
    reading = .whole
    defer { reading = usual }
    return try body()
  }

  private func snapshotStatements() throws(StoreError) -> (begin: Statement, commit: Statement) {
    if let snapshot { return snapshot }
    let statements = (begin: try connection.prepare("BEGIN"), commit: try connection.prepare("COMMIT"))
    snapshot = statements
    return statements
  }

  /// Prepares the statements once the table is there.
  func prepared() throws(StoreError) -> Statements? {
    if let statements { return statements }
    guard try connection.hasTable("PRMAIN") else { return nil }
    let ready = Statements(
      own: try RowIndex(.own, connection, reading), head: try headStatement(),
      copied: try connection.hasTable("headwater_copy") ? CopyReader(.copy, connection) : nil,
      floors: try FloorReader(connection))
    statements = ready
    return ready
  }

  private func headStatement() throws(StoreError) -> Statement? {
    let isIndexed = try connection.hasTable(RowTables.own.heads)
    let hasHeads = isIndexed ? true : try connection.hasTable("headwater_package")
    guard hasHeads else { return nil }
    return try connection.prepare(
      isIndexed
        ? "SELECT greatest, holder, tied, rows FROM headwater_head WHERE \(RowIndex.key)"
        : "SELECT greatest, holder, tied, NULL FROM headwater_package WHERE \(RowIndex.key)")
  }

  /// What stands where the head of a package is kept.
  func recordedHead(of package: PackageKey) throws(StoreError) -> FoundHead {
    guard let statement = try prepared()?.head else { return FoundHead(size: .unknown) }
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    defer { statement.reset() }
    guard try statement.step() else { return FoundHead() }
    let size = PackageSize(column: statement.isNull(3) ? nil : statement.number(3))
    guard let holder = statement.text(1), let greatest = statement.text(0).flatMap({ Revision($0) }) else {
      return FoundHead(size: size, isRecorded: true, isStale: true)
    }
    let head = PackageHead(greatest: greatest, holder: holder, isTied: statement.number(2) != 0)
    return FoundHead(head: head, size: size, isRecorded: true)
  }

  /// Finds the head of a package: a point read, or where a foreign process has written, a look at the rows that are not
  /// indexed.
  func head(of package: PackageKey) throws(StoreError) -> FoundHead {
    guard let index = try prepared()?.own else { return FoundHead() }
    var found = try recordedHead(of: package)
    guard found.head == nil, found.isStale || found.size == .unknown else { return found }
    found.head = try index.head(of: package, found.size)
    if found.size == .indexed {
      let queued = try index.queued(in: package, maximum: .max)
      let known = found.head.map { [(checksum: $0.holder, value: $0.greatest)] } ?? []
      found.head = PackageHead.over(known + queued.compactMap { row in Revision(row.value).map { (row.checksum, $0) } })
      found.size = .unknown
    } else if found.isStale {
      found.size = .unknown
    }
    return found
  }

  /// All rows of a package whose value is a revision.
  func rows(of package: PackageKey) throws(StoreError) -> [(checksum: String, value: Revision)] {
    try prepared()?.own.rows(of: package) ?? []
  }

  /// A package as the rules see it.
  func package(_ package: PackageKey) throws(StoreError) -> IndexedPackage {
    try self.package(package, try head(of: package))
  }

  /// The same where its head was read already.
  func package(_ package: PackageKey, _ found: FoundHead) throws(StoreError) -> IndexedPackage {
    IndexedPackage(key: package, found: found, index: try prepared()?.own)
  }

  func knownSize(of package: PackageKey) throws(StoreError) -> PackageSize {
    let found = try recordedHead(of: package)
    return found.isSettled ? found.size : .unknown
  }
}

/// A package's own rows in an SQLite file: found as the size of the package allows.
struct IndexedPackage: PackageRows {
  let key: PackageKey
  let found: FoundHead
  /// Nil on a file without rows.
  let index: RowIndex?

  var head: PackageHead? { index == nil ? nil : found.head }

  func values(of checksum: String) throws(StoreError) -> ToldValues {
    try index?.values(of: TupleKey(package: key, checksum: checksum), found.size) ?? .none
  }

  func greatest(under ceiling: Revision) throws(StoreError) -> Revision? {
    try index?.greatest(under: ceiling, in: key, found.size)
  }

  func holder(of value: Revision, otherThan checksum: String) throws(StoreError) -> String? {
    try index?.holder(of: value, otherThan: checksum, in: key, found.size)
  }
}

extension SQLiteReadContext {
  package func readSnapshot<Value>(
    readsWhole: Bool, _ body: (any ReadContext) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    guard readsWhole else { return try inOneSnapshot(body) }
    return try readingWhole { () throws(StoreError) in try inOneSnapshot(body) }
  }

  package func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?
  ) throws(StoreError) -> LocalFacts {
    try self.package(tuple.package).facts(
      for: tuple.checksum, history, upstream: upstream, floor: try floor(of: tuple.package))
  }

  package func values(of tuple: TupleKey) throws(StoreError) -> ToldValues {
    guard let index = try prepared()?.own else { return .none }
    return try index.values(of: tuple, try knownSize(of: tuple.package))
  }

  package func greatest(of package: PackageKey) throws(StoreError) -> Revision? {
    try head(of: package).head?.greatest
  }

  package func has(_ value: Revision, _ tuple: TupleKey) throws(StoreError) -> Bool {
    try prepared()?.own.has(value, tuple, try knownSize(of: tuple.package)) ?? false
  }

  package func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String? {
    try self.package(tuple.package).holder(of: value, besides: tuple.checksum)
  }

  package func unsettled(_ package: PackageKey) throws(StoreError) -> UnsettledPackage? {
    try recordedHead(of: package).lacksIndex ? UnsettledPackage(key: package, isCopied: false) : nil
  }

  package func copiedValues(of tuple: TupleKey) throws(StoreError) -> ToldValues {
    try prepared()?.copied?.values(of: tuple) ?? .none
  }

  package func copiedRival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String? {
    try prepared()?.copied?.rival(for: value, of: tuple)
  }

  package func greatestAbove(_ package: PackageKey) throws(StoreError) -> Revision? {
    try prepared()?.copied?.above(package).highest
  }
}
