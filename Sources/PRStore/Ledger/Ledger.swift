// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The rows inside a write transaction: what is read here is still true when the row is written.
public final class Ledger {
  public let reader: RowReader
  private let addHead: Statement
  private let changeHead: Statement
  private let appendToFeed: Statement
  private let insert: Statement
  private let holdsRow: Statement
  /// What is known of the upstream.
  let copy: UpstreamCopy
  private let path: String
  /// Another process has the lock: what needs no row can be decided, a row cannot be written.
  var isReading = false
  /// Why no row may be written.
  var refusal: StoreError?
  /// The head that was read last, and has not changed since: the rule asks for it, then the row.
  private var last: (package: PackageKey, found: FoundHead)?

  init(_ connection: Connection) throws(StoreError) {
    reader = RowReader(connection)
    path = connection.path
    addHead = try connection.prepare(
      "INSERT INTO headwater_package (version, pkgarch, greatest, holder, tied) VALUES (?1, ?2, ?3, ?4, ?5)")
    changeHead = try connection.prepare(
      "UPDATE headwater_package SET greatest = ?3, holder = ?4, tied = ?5 WHERE version = ?1 AND pkgarch = ?2")
    appendToFeed = try connection.prepare(
      """
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin, asker, at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    insert = try connection.prepare("INSERT INTO PRMAIN (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
    holdsRow = try connection.prepare(
      "SELECT 1 FROM PRMAIN WHERE version = ?1 AND pkgarch = ?2 AND checksum = ?3 AND value = ?4")
    copy = try UpstreamCopy(connection)
    // From here on every row is written by `record`, which does what they do.
    try connection.setTriggers(on: false)
  }

  /// What the rules want to know of a tuple, as of now.
  public func facts(
    for tuple: TupleKey, _ history: History, upstream: UpstreamFacts? = nil
  ) throws(StoreError) -> LocalFacts {
    try reader.facts(for: tuple, history, upstream: upstream, head: head(of: tuple.package).head)
  }

  /// The head of a package. Where a foreign process has written, what is found is kept for the next who asks.
  private func head(of package: PackageKey) throws(StoreError) -> FoundHead {
    if let last, last.package == package { return last.found }
    var found = try reader.head(of: package)
    if found.isStale, !isReading, let head = found.head {
      try write(head, of: package, changeHead)
      found = FoundHead(head: head, isRecorded: true)
    }
    last = (package, found)
    return found
  }

  /// Whoever writes asks this first: what is written while another process has the lock would be undone.
  func checkMayWrite() throws(StoreError) {
    guard !isReading else { throw .locked(path: path, seconds: 0) }
    if let refusal { throw refusal }
  }

  /// Forgets what was read: a transaction begins, or was undone.
  func begin() { last = nil }

  /// A checksum of the tuple's package, other than the tuple's, that has a value.
  public func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String? {
    try reader.holder(of: value, otherThan: tuple.checksum, in: tuple.package, head(of: tuple.package).head)
  }

  /// Puts a row on record.
  ///
  /// - Returns: false when it was there already.
  @discardableResult
  public func record(_ tuple: TupleKey, _ value: Revision, _ provenance: Provenance) throws(StoreError) -> Bool {
    try checkMayWrite()
    let found = try head(of: tuple.package)
    if let head = found.head, value <= head.greatest, try holds(tuple, value) { return false }
    try raise(found, to: value, of: tuple)
    try appendToFeed(tuple, value, provenance)
    bind(insert, tuple, value)
    try insert.run()
    return true
  }

  /// Keeps what the upstream told of a tuple.
  ///
  /// - Parameters:
  ///   - milliseconds: the time since 1970.
  /// - Returns: whether any of it was news.
  @discardableResult
  public func learn(
    _ told: UpstreamAnswer, of tuple: TupleKey, milliseconds: Int64
  ) throws(StoreError) -> Bool {
    try checkMayWrite()
    var isNews = false
    let greatest = try reader.above(tuple.package).greatest
    for value in told.values where try copy.add(tuple, value) {
      try watchSharing(of: value, tuple, greatest: greatest)
      try appendToFeed(tuple, value, Provenance(.copied, asker: told.source, milliseconds: milliseconds))
      isNews = true
    }
    guard let head = try copy.raise(tuple.package, rows: told.values.max(), floor: told.greatest) else { return isNews }
    try copy.write(head, of: tuple.package)
    return true
  }

  /// Keeps what the upstream told of a package: a value whose checksum is not known.
  public func learn(floor: Revision, of package: PackageKey) throws(StoreError) {
    try checkMayWrite()
    guard let head = try copy.raise(package, rows: nil, floor: floor) else { return }
    try copy.write(head, of: package)
  }

  /// Gives a copied row its place in the feed.
  func appendCopied(_ row: Row, source: String?, _ milliseconds: Int64) throws(StoreError) {
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
  private func raise(_ found: FoundHead, to value: Revision, of tuple: TupleKey) throws(StoreError) {
    guard var head = found.head else {
      let head = PackageHead(greatest: value, holder: tuple.checksum, isTied: false)
      return try write(head, of: tuple.package, found.isStale ? changeHead : addHead)
    }
    let isChanged = head.include(value, of: tuple.checksum)
    if isChanged { try write(head, of: tuple.package, changeHead) }
  }

  private func write(_ head: PackageHead, of package: PackageKey, _ statement: Statement) throws(StoreError) {
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    statement.bind(3, head.greatest.text)
    statement.bind(4, head.holder)
    statement.bind(5, head.isTied ? 1 : 0)
    last = nil
    try statement.run()
  }

  private func bind(_ statement: Statement, _ tuple: TupleKey, _ value: Revision) {
    statement.bind(1, tuple.package.version)
    statement.bind(2, tuple.package.pkgarch)
    statement.bind(3, tuple.checksum)
    statement.bind(4, value.text)
  }
}
