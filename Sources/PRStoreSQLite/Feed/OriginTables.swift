// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Where the upstream's rows come from. The tables are made when the first origin comes: an earlier version of this program goes on
/// with the file.
enum OriginTables {
  static let minters = "headwater_minter"
  static let origins = "headwater_origin"

  static let create = [
    """
    CREATE TABLE IF NOT EXISTS \(minters) (
      id INTEGER PRIMARY KEY, store TEXT NOT NULL, member TEXT, level INTEGER, lane TEXT, rule TEXT NOT NULL)
    """,
    "CREATE INDEX IF NOT EXISTS \(minters)_names ON \(minters) (store, rule, member, level, lane)",
    """
    CREATE TABLE IF NOT EXISTS \(origins) (
      row BLOB PRIMARY KEY, minter INTEGER NOT NULL, at INTEGER, asker TEXT) WITHOUT ROWID
    """,
  ]

  /// A hash of a row's names and value: 16 bytes in place of texts that the file has already.
  static func key(of row: Row) -> [UInt8] {
    var digest = FeedDigest.start
    digest.add(row)
    return Array(digest.bytes.prefix(16))
  }
}

extension SQLiteReadContext {
  package func keptOrigin(of row: Row) throws(StoreError) -> RowOrigin? {
    guard let statement = try originStatement() else { return nil }
    statement.bind(1, blob: OriginTables.key(of: row))
    defer { statement.reset() }
    guard try statement.step(), let store = statement.text(0), let rule = statement.text(4) else { return nil }
    let minter = RowOrigin.Minter(
      store: store, member: statement.text(1),
      level: statement.isNull(2) ? nil : Int(clamping: statement.number(2)), lane: statement.text(3), rule: rule)
    return RowOrigin(
      minter, milliseconds: statement.isNull(5) ? nil : statement.number(5), asker: statement.text(6))
  }

  /// Nil while there are no tables of origins.
  private func originStatement() throws(StoreError) -> Statement? {
    if let origin { return origin }
    guard try connection.hasTable(OriginTables.origins) else { return nil }
    let statement = try connection.prepare(
      """
      SELECT store, member, level, lane, rule, at, asker
      FROM \(OriginTables.origins) AS o JOIN \(OriginTables.minters) AS m ON m.id = o.minter WHERE o.row = ?1
      """)
    origin = statement
    return statement
  }
}

extension SQLiteWriteContext {
  package func keep(_ origin: RowOrigin, of row: Row) throws(StoreError) {
    try checkMayWrite()
    let writer: OriginWriter
    if let origins { writer = origins } else { writer = try OriginWriter(snapshot.connection) }
    origins = writer
    try writer.keep(origin, of: row)
  }
}

/// The statements of one transaction that keeps origins.
final class OriginWriter {
  private let connection: Connection
  private let find: Statement
  private let addMinter: Statement
  private let addOrigin: Statement
  private var minters: [RowOrigin.Minter: Int64] = [:]

  init(_ connection: Connection) throws(StoreError) {
    self.connection = connection
    if try !connection.hasTable(OriginTables.origins) {
      for table in OriginTables.create { try connection.execute(table) }
    }
    find = try connection.prepare(
      """
      SELECT id FROM \(OriginTables.minters)
      WHERE store = ?1 AND member IS ?2 AND level IS ?3 AND lane IS ?4 AND rule = ?5
      """)
    addMinter = try connection.prepare(
      "INSERT INTO \(OriginTables.minters) (store, member, level, lane, rule) VALUES (?1, ?2, ?3, ?4, ?5)")
    addOrigin = try connection.prepare(
      "INSERT OR REPLACE INTO \(OriginTables.origins) (row, minter, at, asker) VALUES (?1, ?2, ?3, ?4)")
  }

  func keep(_ origin: RowOrigin, of row: Row) throws(StoreError) {
    addOrigin.bind(1, blob: OriginTables.key(of: row))
    addOrigin.bind(2, try number(of: origin.minter))
    addOrigin.bind(3, origin.milliseconds)
    addOrigin.bind(4, origin.asker)
    try addOrigin.run()
  }

  /// The minter's number in its table, to which it is added where it is new.
  private func number(of minter: RowOrigin.Minter) throws(StoreError) -> Int64 {
    if let known = minters[minter] { return known }
    let number: Int64
    if let stored = try stored(minter) { number = stored } else { number = try add(minter) }
    minters[minter] = number
    return number
  }

  private func stored(_ minter: RowOrigin.Minter) throws(StoreError) -> Int64? {
    bind(minter, to: find)
    defer { find.reset() }
    return try find.step() ? find.number(0) : nil
  }

  private func add(_ minter: RowOrigin.Minter) throws(StoreError) -> Int64 {
    bind(minter, to: addMinter)
    try addMinter.run()
    return try connection.number("SELECT last_insert_rowid()") ?? 0
  }

  private func bind(_ minter: RowOrigin.Minter, to statement: Statement) {
    statement.bind(1, minter.store)
    statement.bind(2, minter.member)
    statement.bind(3, minter.level.map { Int64(clamping: $0) })
    statement.bind(4, minter.lane)
    statement.bind(5, minter.rule)
  }
}
