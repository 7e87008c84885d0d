// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The questions to the rows, on one connection. It works on a file without this program's tables, and on one without
/// any table: then there are no rows yet.
public final class RowReader {
  let connection: Connection
  private var statements: Statements?
  private var snapshot: (begin: Statement, commit: Statement)?

  private struct Statements {
    /// Nil on a file that only BitBake's server has written.
    var head: Statement?
    let values: Statement
    let package: Statement
    /// Nil on a file without a copy.
    var copied: Statement?
    var copiedFor: Statement?
    var copiedFirst: Statement?
    var copiedCount: Statement?
    var isDistinct: Statement?
    var above: Statement?
  }

  init(_ connection: Connection) { self.connection = connection }

  /// Reads in one transaction, so that no two statements of `body` see different moments.
  func inOneSnapshot<Value>(_ body: (RowReader) throws(StoreError) -> Value) throws(StoreError) -> Value {
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

  private func snapshotStatements() throws(StoreError) -> (begin: Statement, commit: Statement) {
    if let snapshot { return snapshot }
    let statements = (begin: try connection.prepare("BEGIN"), commit: try connection.prepare("COMMIT"))
    snapshot = statements
    return statements
  }

  /// Prepares the statements once the table is there.
  private func prepared() throws(StoreError) -> Statements? {
    if let statements { return statements }
    guard try connection.hasTable("PRMAIN") else { return nil }
    let key = "version = ?1 AND pkgarch = ?2"
    let ready = Statements(
      head: try connection.hasTable("headwater_package")
        ? connection.prepare("SELECT greatest, holder, tied FROM headwater_package WHERE \(key)") : nil,
      values: try connection.prepare("SELECT value FROM PRMAIN WHERE \(key) AND checksum = ?3"),
      package: try connection.prepare("SELECT checksum, value FROM PRMAIN WHERE \(key)"),
      copied: try connection.hasTable("headwater_copy")
        ? connection.prepare("SELECT value FROM headwater_copy WHERE \(key) AND checksum = ?3") : nil,
      // A value has one spelling without leading zeros; those with them are told apart by the caller.
      copiedFor: try connection.hasTable("headwater_copy")
        ? connection.prepare(
          """
          SELECT value FROM headwater_copy WHERE \(key) AND checksum <> ?3
            AND (value = ?4 OR value GLOB '0[0-9]*' OR value GLOB '*.0[0-9]*')
          """) : nil,
      copiedFirst: try connection.hasTable("headwater_feed")
        ? connection.prepare(
          "SELECT checksum, value FROM headwater_feed WHERE \(key) AND origin = 'copied' ORDER BY serial") : nil,
      copiedCount: try connection.hasTable("headwater_copy")
        ? connection.prepare("SELECT count(*) FROM (SELECT 1 FROM headwater_copy WHERE \(key) LIMIT ?3)") : nil,
      isDistinct: try connection.hasTable("headwater_store")
        ? connection.prepare("SELECT 1 FROM headwater_store WHERE key = 'note: \(StoreNote.distinctCopy.rawValue)'")
        : nil,
      above: try connection.hasTable("headwater_above")
        ? connection.prepare("SELECT greatest, floor FROM headwater_above WHERE \(key)") : nil)
    statements = ready
    return ready
  }

  /// Finds the head of a package: a point read, or where a foreign process has written, a look at all its rows.
  func head(of package: PackageKey) throws(StoreError) -> FoundHead {
    guard let statement = try prepared()?.head else { return FoundHead(head: try searchedHead(of: package)) }
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    defer { statement.reset() }
    guard try statement.step() else { return FoundHead() }
    guard let holder = statement.text(1), let greatest = statement.text(0).flatMap({ Revision($0) }) else {
      return FoundHead(head: try searchedHead(of: package), isStale: true)
    }
    let head = PackageHead(greatest: greatest, holder: holder, isTied: statement.number(2) != 0)
    return FoundHead(head: head, isRecorded: true)
  }

  private func searchedHead(of package: PackageKey) throws(StoreError) -> PackageHead? {
    PackageHead.over(try rows(of: package))
  }

  /// All rows of a package whose value is a revision.
  func rows(of package: PackageKey) throws(StoreError) -> [(checksum: String, value: Revision)] {
    guard let statement = try prepared()?.package else { return [] }
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    defer { statement.reset() }
    var rows: [(checksum: String, value: Revision)] = []
    while try statement.step() {
      guard let checksum = statement.text(0), let value = statement.text(1).flatMap({ Revision($0) }) else { continue }
      rows.append((checksum, value))
    }
    return rows
  }

  /// All values of a tuple, in no order.
  public func values(of tuple: TupleKey) throws(StoreError) -> [Revision] {
    guard let statement = try prepared()?.values else { return [] }
    return try revisions(statement, tuple)
  }

  /// All values of a tuple that are copied from the upstream, in no order.
  public func copiedValues(of tuple: TupleKey) throws(StoreError) -> [Revision] {
    guard let statement = try prepared()?.copied else { return [] }
    return try revisions(statement, tuple)
  }

  /// To whom a value belongs where copied rows count as own ones.
  ///
  /// - Returns: another checksum than the tuple's that has it as an own value, else the one for which it was copied
  ///   first; nil when the tuple may have it.
  public func rival(for value: Revision, of tuple: TupleKey) throws(StoreError) -> String? {
    let head = try head(of: tuple.package).head
    if let holder = try holder(of: value, otherThan: tuple.checksum, in: tuple.package, head) { return holder }
    // The feed is walked only where there is somebody to tell apart: it is not found by its tuples.
    guard try !isCopyDistinct(), try isCopied(value, besides: tuple), let feed = try prepared()?.copiedFirst else {
      return nil
    }
    feed.bind(1, tuple.package.version)
    feed.bind(2, tuple.package.pkgarch)
    defer { feed.reset() }
    while try feed.step() {
      guard let checksum = feed.text(0), feed.text(1).flatMap({ Revision($0) }) == value else { continue }
      return checksum.utf8.elementsEqual(tuple.checksum.utf8) ? nil : checksum
    }
    return nil
  }

  /// Whether the copy has a value for another checksum than the tuple's. A look at all copied rows of the package.
  func isCopied(_ value: Revision, besides tuple: TupleKey) throws(StoreError) -> Bool {
    guard let statement = try prepared()?.copiedFor else { return false }
    bind(statement, tuple)
    statement.bind(4, Revision(components: value.components).text)
    defer { statement.reset() }
    while try statement.step() {
      if statement.text(0).flatMap({ Revision($0) }) == value { return true }
    }
    return false
  }

  /// Whether the copy has no more than so many rows of a package.
  func copies(atMost most: Int64, of package: PackageKey) throws(StoreError) -> Bool {
    guard let statement = try prepared()?.copiedCount else { return true }
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    statement.bind(3, most + 1)
    defer { statement.reset() }
    return try !statement.step() || statement.number(0) <= most
  }

  /// It is known that no value of the copy belongs to two checksums.
  func isCopyDistinct() throws(StoreError) -> Bool {
    guard let statement = try prepared()?.isDistinct else { return false }
    defer { statement.reset() }
    return try statement.step()
  }

  /// What is known of the upstream's greatest value for a package.
  func above(_ package: PackageKey) throws(StoreError) -> AboveHead {
    guard let statement = try prepared()?.above else { return AboveHead() }
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    defer { statement.reset() }
    guard try statement.step() else { return AboveHead() }
    return AboveHead(
      greatest: statement.text(0).flatMap { Revision($0) }, floor: statement.text(1).flatMap { Revision($0) })
  }

  private func revisions(_ statement: Statement, _ tuple: TupleKey) throws(StoreError) -> [Revision] {
    bind(statement, tuple)
    defer { statement.reset() }
    var values: [Revision] = []
    while try statement.step() {
      if let value = statement.text(0).flatMap({ Revision($0) }) { values.append(value) }
    }
    return values
  }

  /// A value of a tuple that is wanted. It looks no further than the first: a checksum may have many.
  private func someValue(of tuple: TupleKey, where isWanted: (Revision) -> Bool) throws(StoreError) -> Revision? {
    guard let statement = try prepared()?.values else { return nil }
    bind(statement, tuple)
    defer { statement.reset() }
    while try statement.step() {
      if let value = statement.text(0).flatMap({ Revision($0) }), isWanted(value) { return value }
    }
    return nil
  }

  private func bind(_ statement: Statement, _ tuple: TupleKey) {
    statement.bind(1, tuple.package.version)
    statement.bind(2, tuple.package.pkgarch)
    statement.bind(3, tuple.checksum)
  }
}

extension RowReader {
  /// The value that a tuple has: the least with history, else the greatest.
  public func value(of tuple: TupleKey, _ history: History) throws(StoreError) -> Revision? {
    let values = try values(of: tuple)
    return history == .kept ? values.min() : values.max()
  }

  /// The greatest value of a package.
  public func greatest(of package: PackageKey) throws(StoreError) -> Revision? { try head(of: package).head?.greatest }

  /// What the rules want to know of a tuple.
  ///
  /// - Parameter upstream: what the upstream is known to hold, for the facts that depend on it.
  public func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) throws(StoreError) -> LocalFacts
  {
    try facts(for: tuple, history, upstream: upstream, head: head(of: tuple.package).head)
  }

  func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?, head: PackageHead?
  ) throws(StoreError) -> LocalFacts {
    var facts = LocalFacts()
    guard let head else { return facts }
    facts.greatest = head.greatest
    facts.standing = try standing(of: tuple, head)
    if history == .kept, facts.standing != .unknown { facts.least = try values(of: tuple).min() }
    if let ceiling = upstream?.greatest {
      facts.greatestUnderUpstream = try greatest(under: ceiling, in: tuple.package, head)
    }
    if let value = upstream?.value {
      facts.upstreamValueIsTaken = try holder(of: value, otherThan: tuple.checksum, in: tuple.package, head) != nil
    }
    return facts
  }

  private func standing(of tuple: TupleKey, _ head: PackageHead) throws(StoreError) -> LocalFacts.Standing {
    if head.isHeld(by: tuple.checksum) { return .current(head.greatest) }
    if head.isTied, let value = try someValue(of: tuple, where: { $0 == head.greatest }) { return .current(value) }
    return try someValue(of: tuple, where: { _ in true }) == nil ? .unknown : .superseded
  }

  private func greatest(
    under ceiling: Revision, in package: PackageKey, _ head: PackageHead
  ) throws(StoreError) -> Revision? {
    if head.greatest.isUnder(ceiling) { return head.greatest }
    guard head.greatest > ceiling else { return nil }
    return try rows(of: package).map(\.value).filter { $0.isUnder(ceiling) }.max()
  }

  /// Whether a value of the package belongs to another checksum than the tuple's.
  public func isTaken(_ value: Revision, besides tuple: TupleKey) throws(StoreError) -> Bool {
    try holder(of: value, otherThan: tuple.checksum, in: tuple.package, head(of: tuple.package).head) != nil
  }

  /// A checksum of the package, other than one, that has a value.
  func holder(
    of value: Revision, otherThan checksum: String, in package: PackageKey, _ head: PackageHead?
  ) throws(StoreError) -> String? {
    guard let head, value <= head.greatest else { return nil }
    return try rows(of: package).first { $0.value == value && !$0.checksum.utf8.elementsEqual(checksum.utf8) }?.checksum
  }
}
