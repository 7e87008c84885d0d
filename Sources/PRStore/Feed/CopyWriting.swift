// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How far a page took a copy.
public enum CopyOutcome: Hashable, Sendable {
  /// So many of its rows were news.
  case applied(news: Int)
  /// Somebody else has moved the copy meanwhile: another process that serves the same file. Nothing was written.
  case movedOn
}

extension Ledger {
  /// Takes a page of the upstream's feed into the copy. Rows and position are one transaction.
  ///
  /// - Parameters:
  ///   - start: where the copy must be for the page to fit; nil at the beginning.
  ///   - source: whose feed it is, for those who read the story of a row later.
  public func copy(
    _ page: FeedPage, from start: FeedPosition?, source: String? = nil, milliseconds: Int64
  ) throws(StoreError) -> CopyOutcome {
    try checkMayWrite()
    guard try reader.position(.position) == start else { return .movedOn }
    let news = try add(page.rows, source, milliseconds)
    try keep(.position, page.position.description)
    // A page without more rows ends at what the upstream had.
    if !page.hasMore { try keep(CopyState.whole) } else { try beginCopy() }
    return .applied(news: news)
  }

  /// Takes rows into the copy that came without a position: an export of BitBake's server.
  ///
  /// - Returns: how many were news.
  public func copy(_ rows: [Row], source: String? = nil, milliseconds: Int64) throws(StoreError) -> Int {
    try checkMayWrite()
    return try add(rows, source, milliseconds)
  }

  private func add(_ rows: [Row], _ source: String?, _ milliseconds: Int64) throws(StoreError) -> Int {
    var heads: [PackageKey: (known: AboveHead, new: AboveHead)] = [:]
    var news = 0
    for row in rows where try copy.add(row) {
      news += 1
      try appendCopied(row, source: source, milliseconds)
      guard let value = Revision(row.value) else { continue }
      let package = row.tuple.package
      var head: (known: AboveHead, new: AboveHead)
      if let seen = heads[package] {
        head = seen
      } else {
        let known = try reader.above(package)
        head = (known, known)
      }
      try watchSharing(of: value, row.tuple, greatest: head.new.greatest)
      head.new.greatest = head.new.greatest.map { max($0, value) } ?? value
      heads[package] = head
    }
    for (package, head) in heads where head.new != head.known { try copy.write(head.new, of: package) }
    return news
  }

  /// So many rows of a package are looked at for each that is copied, so that a copy takes time for its rows alone.
  private static let fewRows: Int64 = 256

  /// Notes when the upstream has one value for two contents, which one that was restored can have: who answers from the
  /// copy must then look to whom it belongs. Numbers that rise, as most do, cost no look; where one comes late among more
  /// rows than can be looked at, it may be such a value.
  ///
  /// - Parameter greatest: of the package, before the value came.
  func watchSharing(of value: Revision, _ tuple: TupleKey, greatest: Revision?) throws(StoreError) {
    guard let greatest, value <= greatest, try reader.isCopyDistinct() else { return }
    if try reader.copies(atMost: Self.fewRows, of: tuple.package), try !reader.isCopied(value, besides: tuple) {
      return
    }
    try forget(.distinctCopy)
  }
}

extension Ledger {
  /// Begins a copy that will take the place of the one there is.
  public func beginFreshCopy() throws(StoreError) {
    try checkMayWrite()
    try reader.connection.execute(
      "DROP TABLE IF EXISTS headwater_copy_next; \(Schema.copy(named: "headwater_copy_next"))")
    try forget(.freshPosition)
  }

  /// Takes a page of the upstream's feed into the fresh copy.
  public func copyFresh(_ page: FeedPage, from start: FeedPosition?) throws(StoreError) -> CopyOutcome {
    guard try reader.position(.freshPosition) == start, try reader.connection.hasTable("headwater_copy_next") else {
      return .movedOn
    }
    try copyFresh(page.rows)
    try keep(.freshPosition, page.position.description)
    return .applied(news: page.rows.count)
  }

  public func copyFresh(_ rows: [Row]) throws(StoreError) {
    try checkMayWrite()
    let insert = try reader.connection.prepare(
      "INSERT OR IGNORE INTO headwater_copy_next (version, pkgarch, checksum, value) VALUES (?1, ?2, ?3, ?4)")
    for row in rows { try insert.run(row) }
  }

  /// Puts the fresh copy, now whole, in the place of the old one.
  ///
  /// - Parameters:
  ///   - spared: rows with a greater serial stay: they were told live, and the upstream may have made them while it was
  ///     copied. A serial and not a time of day, which can be set back.
  /// - Returns: how many rows the old copy had that the fresh one has not.
  public func swapCopies(at position: FeedPosition?, sparingAfter spared: Int64, milliseconds: Int64) throws(StoreError)
    -> Int
  {
    try checkMayWrite()
    let connection = reader.connection
    let same = "version = f.version AND pkgarch = f.pkgarch AND checksum = f.checksum AND value = f.value"
    try connection.execute(
      """
      INSERT OR IGNORE INTO headwater_copy_next SELECT version, pkgarch, checksum, value FROM headwater_feed
        WHERE serial > \(spared) AND origin = 'copied';
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin, at)
        SELECT version, pkgarch, checksum, value, 'copied', \(milliseconds) FROM headwater_copy_next AS f
        WHERE NOT EXISTS (SELECT 1 FROM headwater_copy WHERE \(same));
      UPDATE headwater_feed AS f SET origin = 'vanished'
        WHERE origin = 'copied' AND NOT EXISTS (SELECT 1 FROM headwater_copy_next WHERE \(same));
      """)
    let vanished = Int(clamping: try connection.number("SELECT changes()") ?? 0)
    try connection.execute(
      "DROP TABLE headwater_copy; ALTER TABLE headwater_copy_next RENAME TO headwater_copy")
    try copy.rebuildHeads()
    if vanished > 0 { try keep(.removals, String((Int(try reader.note(.removals) ?? "0") ?? 0).addingClamped(1))) }
    try forget(.freshPosition)
    if let position { try keep(.position, position.description) } else { try forget(.position) }
    // Nobody has looked at what a fresh copy brings.
    try forget(.distinctCopy)
    return vanished
  }

  private func forget(_ note: StoreNote) throws(StoreError) {
    try reader.connection.execute("DELETE FROM headwater_store WHERE key = 'note: \(note.rawValue)'")
  }
}

extension RowReader {
  /// How far a copy has come; nil when it has not begun.
  public func position(_ note: StoreNote) throws(StoreError) -> FeedPosition? {
    try self.note(note).flatMap { FeedPosition($0) }
  }

  /// How many rows the copy has.
  public func copiedRows() throws(StoreError) -> Int {
    Int(clamping: try connection.number("SELECT count(*) FROM headwater_copy") ?? 0)
  }
}

extension Statement {
  func run(_ row: Row) throws(StoreError) {
    bind(1, row.tuple.package.version)
    bind(2, row.tuple.package.pkgarch)
    bind(3, row.tuple.checksum)
    bind(4, row.value)
    try run()
  }
}
