// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// The rows inside a write transaction: what is read here is still true when the row is written.
final class SQLiteWriteContext: WriteContext {
  let snapshot: SQLiteReadContext
  private let addHead: Statement
  private let changeHead: Statement
  private let setSize: Statement
  /// Keeps the number index of own rows.
  let index: RowIndexWriter
  private let appendToFeed: Statement
  private let insert: Statement
  private let holdsRow: Statement
  /// Each transaction that mints runs it.
  let readPlace: Statement
  /// What is known of the upstream.
  let copy: CopyWriter
  let floors: FloorWriter
  /// A fresh copy, once there is one.
  var fresh: CopyWriter?
  private let path: String
  /// Another process has the lock: what needs no row can be decided, a row cannot be written.
  var isReading = false
  /// Why no row may be written.
  var refusal: StoreError?
  /// The head that was read last, and has not changed since: the rule asks for it, then the row.
  var last: (package: PackageKey, found: FoundHead)?
  /// Takes copied rows that are in the feed already while a swap announces others. The outer nil: not looked yet.
  var announced: Statement??
  /// The store's place in a federation. The outer nil: not read yet.
  var place: String??
  /// Keeps where copied rows come from, once this transaction has such a row.
  var origins: OriginWriter?

  var reader: any ReadContext { snapshot }

  init(_ connection: Connection) throws(StoreError) {
    snapshot = SQLiteReadContext(connection, .afterIndexing)
    path = connection.path
    addHead = try connection.prepare(
      """
      INSERT INTO headwater_head (version, pkgarch, greatest, holder, tied, rows, below_floor)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    changeHead = try connection.prepare(
      """
      UPDATE headwater_head SET greatest = ?3, holder = ?4, tied = ?5, rows = ?6, below_floor = ?7
        WHERE version = ?1 AND pkgarch = ?2
      """)
    setSize = try connection.prepare("UPDATE headwater_head SET rows = ?3 WHERE version = ?1 AND pkgarch = ?2")
    index = try RowIndexWriter(.own, connection)
    appendToFeed = try connection.prepare(
      """
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin, asker, at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    insert = try connection.prepare("INSERT INTO PRMAIN (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
    holdsRow = try connection.prepare(
      "SELECT 1 FROM PRMAIN WHERE version = ?1 AND pkgarch = ?2 AND checksum = ?3 AND value = ?4")
    readPlace = try connection.prepare(
      "SELECT value FROM headwater_store WHERE key = 'note: \(StoreMetadata.membership.rawValue)'")
    copy = try CopyWriter(.copy, connection)
    floors = try FloorWriter(connection)
    // From here on every row is written by `record`, which does what they do.
    try connection.setTriggers(on: false)
  }

  package func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?
  ) throws(StoreError) -> LocalFacts {
    try snapshot.package(tuple.package, try head(of: tuple.package)).facts(
      for: tuple.checksum, history, upstream: upstream, floor: try floors.floor(of: tuple.package))
  }

  package func readingWhole<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    try snapshot.readingWhole(body)
  }

  /// The head of a package, settled: where a foreign process has written, or an earlier version of this program, its
  /// rows are counted and indexed first.
  private func head(of package: PackageKey) throws(StoreError) -> FoundHead {
    if let last, last.package == package { return last.found }
    var found = try snapshot.recordedHead(of: package)
    if found.isRecorded, !found.isSettled { found = try settled(package, found) }
    last = (package, found)
    return found
  }

  /// Every write checks this first: what is written while another process has the lock would be undone.
  func checkMayWrite() throws(StoreError) {
    guard !isReading else { throw .locked(path: path, seconds: 0) }
    if let refusal { throw refusal }
  }

  /// Forgets what was read: a transaction begins, or was undone.
  func begin() {
    last = nil
    copy.begin()
    floors.begin()
    fresh?.begin()
    announced = nil
    snapshot.written = nil
    place = nil
    origins = nil
  }

  /// The greatest own value of a package.
  func greatest(of package: PackageKey) throws(StoreError) -> Revision? { try head(of: package).head?.greatest }

  package func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String? {
    try snapshot.package(tuple.package, try head(of: tuple.package)).holder(of: value, besides: tuple.checksum)
  }

  @discardableResult
  package func record(_ tuple: TupleKey, _ value: Revision, _ provenance: Provenance) throws(StoreError) -> Bool {
    try checkMayWrite()
    let found = try head(of: tuple.package)
    if let head = found.head, value <= head.greatest, try holds(tuple, value) { return false }
    try appendToFeed(tuple, value, provenance)
    bind(insert, tuple, value)
    try insert.run()
    try raise(found, to: value, of: tuple, size: try index.added(tuple, value, to: found.size))
    return true
  }

  @discardableResult
  package func learn(
    _ told: UpstreamAnswer, of tuple: TupleKey, milliseconds: Int64
  ) throws(StoreError) -> Bool {
    try checkMayWrite()
    var isNews = false
    for value in ToldValues(told.values).values where try copy.add(tuple, value) {
      let row = Row(tuple: tuple, value: value.text)
      try appendCopied(row, source: told.source, milliseconds)
      isNews = true
    }
    try copy.flush()
    guard let bound = told.greatest, try copy.keep(bound: bound, of: tuple.package) else { return isNews }
    return true
  }

  package func learn(bound: Revision, of package: PackageKey) throws(StoreError) {
    try checkMayWrite()
    _ = try copy.keep(bound: bound, of: package)
  }

  package func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts {
    if !isReading { try copy.settle(tuple.package) }
    return try snapshot.upstreamView(of: tuple)
  }

  /// Gives a copied row its place in the feed.
  func appendCopied(_ row: Row, source: String?, _ milliseconds: Int64) throws(StoreError) {
    try noteAnnounced(row)
    try append(row, source: source, milliseconds)
  }

  /// Gives a row of a fresh copy its place in the feed.
  func appendAnnounced(_ row: Row, _ milliseconds: Int64) throws(StoreError) {
    try append(row, source: nil, milliseconds)
  }

  private func append(_ row: Row, source: String?, _ milliseconds: Int64) throws(StoreError) {
    appendToFeed.bind(5, Provenance.Origin.copied.rawValue)
    appendToFeed.bind(6, source)
    appendToFeed.bind(7, milliseconds)
    try appendToFeed.run(row)
  }

  private func appendToFeed(_ tuple: TupleKey, _ value: Revision, _ provenance: Provenance) throws(StoreError) {
    bind(appendToFeed, tuple, value)
    appendToFeed.bind(5, provenance.origin.rawValue)
    appendToFeed.bind(6, provenance.asker)
    appendToFeed.bind(7, provenance.milliseconds)
    try appendToFeed.run()
  }

  private func holds(_ tuple: TupleKey, _ value: Revision) throws(StoreError) -> Bool {
    bind(holdsRow, tuple, value)
    defer { holdsRow.reset() }
    return try holdsRow.step()
  }

  /// Brings the head of a package up to date.
  private func raise(
    _ found: FoundHead, to value: Revision, of tuple: TupleKey, size: PackageSize
  ) throws(StoreError) {
    var head = found.head ?? PackageHead(greatest: value, holder: tuple.checksum, isTied: false)
    let isChanged = head.include(value, of: tuple.checksum) || found.head == nil || size != found.size
    if isChanged { try write(head, size, of: tuple.package, found.isRecorded ? changeHead : addHead) }
  }

  private func write(
    _ head: PackageHead, _ size: PackageSize, of package: PackageKey, _ statement: Statement
  ) throws(StoreError) {
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    statement.bind(3, head.greatest.text)
    statement.bind(4, head.holder)
    statement.bind(5, head.isTied ? 1 : 0)
    statement.bind(6, size.column)
    statement.bind(7, try floors.floor(of: package).map { head.greatest < $0 } ?? false ? 1 : 0)
    last = nil
    try statement.run()
  }

  /// Keeps what was found by looking at the rows of a package.
  ///
  /// - Parameter head: nil leaves the one that there is.
  func keep(_ head: PackageHead?, _ size: PackageSize, of package: PackageKey) throws(StoreError) {
    if let head { return try write(head, size, of: package, changeHead) }
    last = nil
    setSize.bind(1, package.version)
    setSize.bind(2, package.pkgarch)
    setSize.bind(3, size.column)
    try setSize.run()
  }

  private func bind(_ statement: Statement, _ tuple: TupleKey, _ value: Revision) {
    statement.bind(1, tuple.package.version)
    statement.bind(2, tuple.package.pkgarch)
    statement.bind(3, tuple.checksum)
    statement.bind(4, value.text)
  }
}
