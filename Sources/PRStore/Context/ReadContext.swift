// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The questions to the rows, on one connection. It works on a file without this program's tables, on one of an earlier
/// schema, and on one without any table: then there are no rows yet.
package final class ReadContext {
  let connection: Connection
  private var reading: UnindexedReading {
    didSet { statements?.own.reading = reading }
  }
  private var statements: Statements?
  private var snapshot: (begin: Statement, commit: Statement)?

  struct Statements {
    let own: RowIndex
    /// Nil on a file that only BitBake's server has written.
    let head: Statement?
    /// Nil on a file without a copy.
    let copied: CopyReader?
  }

  init(_ connection: Connection, _ reading: UnindexedReading = .whole) {
    self.connection = connection
    self.reading = reading
  }

  /// Reads in one transaction, so that no two statements of `body` see different moments.
  func inOneSnapshot<Value>(_ body: (ReadContext) throws(StoreError) -> Value) throws(StoreError) -> Value {
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
      copied: try connection.hasTable("headwater_copy") ? CopyReader(.copy, connection) : nil)
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
      let queued = try index.queued(in: package, most: .max)
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

  /// The least and the greatest values of a tuple.
  package func values(of tuple: TupleKey) throws(StoreError) -> ToldValues {
    guard let index = try prepared()?.own else { return .none }
    return try index.values(of: tuple, try knownSize(of: tuple.package))
  }

  /// Whether a tuple has a value as an own one, in whatever spelling.
  func has(_ value: Revision, _ tuple: TupleKey) throws(StoreError) -> Bool {
    try prepared()?.own.has(value, tuple, try knownSize(of: tuple.package)) ?? false
  }

  private func knownSize(of package: PackageKey) throws(StoreError) -> PackageSize {
    let found = try recordedHead(of: package)
    return found.isSettled ? found.size : .unknown
  }
}

extension ReadContext {
  /// The value that a tuple has: the least with history, else the greatest.
  package func value(of tuple: TupleKey, _ history: History) throws(StoreError) -> Revision? {
    let values = try values(of: tuple)
    return history == .kept ? values.least : values.greatest
  }

  /// The greatest value of a package.
  package func greatest(of package: PackageKey) throws(StoreError) -> Revision? { try head(of: package).head?.greatest }

  /// The facts of a tuple for the rules.
  ///
  /// - Parameter upstream: what the upstream is known to hold, for the facts that depend on it.
  package func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) throws(StoreError) -> LocalFacts
  {
    try facts(for: tuple, history, upstream: upstream, try head(of: tuple.package))
  }

  func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?, _ found: FoundHead
  ) throws(StoreError) -> LocalFacts {
    var facts = LocalFacts()
    guard let head = found.head, let index = try prepared()?.own else { return facts }
    facts.greatest = head.greatest
    if history == .none, head.isHeld(by: tuple.checksum) {
      facts.standing = .current(head.greatest)
    } else {
      let values = try index.values(of: tuple, found.size)
      facts.standing = standing(of: tuple, values, head)
      if history == .kept { facts.least = values.least }
    }
    if let ceiling = upstream?.greatest { facts.greatestUnderUpstream = try greatest(under: ceiling, tuple, found) }
    if let value = upstream?.value { facts.upstreamValueIsTaken = try holder(of: value, besides: tuple, found) != nil }
    return facts
  }

  private func standing(of tuple: TupleKey, _ values: ToldValues, _ head: PackageHead) -> LocalFacts.Standing {
    if head.isHeld(by: tuple.checksum) { return .current(head.greatest) }
    guard let greatest = values.greatest else { return .unknown }
    return head.isTied && greatest == head.greatest ? .current(greatest) : .superseded
  }

  private func greatest(
    under ceiling: Revision, _ tuple: TupleKey, _ found: FoundHead
  ) throws(StoreError) -> Revision? {
    guard let head = found.head else { return nil }
    if head.greatest.isUnder(ceiling) { return head.greatest }
    guard head.greatest > ceiling else { return nil }
    return try prepared()?.own.greatest(under: ceiling, in: tuple.package, found.size)
  }

  /// Whether a value of the package belongs to another checksum than the tuple's.
  package func isTaken(_ value: Revision, besides tuple: TupleKey) throws(StoreError) -> Bool {
    try holder(of: value, besides: tuple, try head(of: tuple.package)) != nil
  }

  /// A checksum of the tuple's package, other than the tuple's, that has a value.
  func holder(of value: Revision, besides tuple: TupleKey, _ found: FoundHead) throws(StoreError) -> String? {
    guard let head = found.head, value <= head.greatest else { return nil }
    return try prepared()?.own.holder(of: value, otherThan: tuple.checksum, in: tuple.package, found.size)
  }

  /// To whom a value belongs where copied rows count as own ones.
  ///
  /// - Returns: another checksum than the tuple's that has it as an own value, else the one for which it was copied
  ///   first; nil when the tuple may have it.
  package func rival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String? {
    if let holder = try holder(of: value, besides: tuple, try head(of: tuple.package)) { return holder }
    return try prepared()?.copied?.rival(for: value, of: tuple)
  }

  /// The least and the greatest of a tuple's values that are copied from the upstream.
  package func copiedValues(of tuple: TupleKey) throws(StoreError) -> ToldValues {
    try prepared()?.copied?.values(of: tuple) ?? .none
  }

  /// What is known of the upstream's greatest value for a package.
  func above(_ package: PackageKey) throws(StoreError) -> AboveHead {
    try prepared()?.copied?.above(package) ?? AboveHead()
  }

  /// The upstream's values of a tuple, as far as they are here: from answers, or copied.
  package func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts {
    UpstreamFacts(greatest: try above(tuple.package).highest, value: try copiedValues(of: tuple).greatest)
  }

  /// The greatest value that the upstream is known to have for a package.
  package func greatestAbove(_ package: PackageKey) throws(StoreError) -> Revision? { try above(package).highest }
}
