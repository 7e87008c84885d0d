// SPDX-License-Identifier: Apache-2.0
import PRStore

/// Brings a database to the newest schema, in one transaction: two processes that open it together do it once.
struct SchemaPreparation {
  private let connection: Connection
  private let guardsValues: Bool?
  private let random: @Sendable () -> UInt64

  struct Outcome {
    var identity: String
    var report: OpeningReport
  }

  /// - Parameter random: what the identity of a new store is made of.
  init(_ connection: Connection, guardsValues: Bool?, random: @escaping @Sendable () -> UInt64) {
    self.random = random
    self.connection = connection
    self.guardsValues = guardsValues
  }

  /// A database that needs nothing is opened without a lock: on a full disk, and while another process has the lock.
  func run() throws(StoreError) -> Outcome {
    try Self.refuseNewer(connection)
    if try isReady() { return Outcome(identity: try Self.identity(connection), report: OpeningReport()) }
    try connection.execute("BEGIN IMMEDIATE")
    do throws(StoreError) {
      let outcome = try prepare()
      try connection.execute("COMMIT")
      return outcome
    } catch {
      if connection.isInTransaction { try connection.execute("ROLLBACK") }
      throw error
    }
  }

  private func isReady() throws(StoreError) -> Bool {
    guard try connection.hasTable("PRMAIN"), try connection.hasTable("headwater_store"),
      try Self.foundVersion(connection) == Schema.version
    else { return false }
    for table in Self.oldTables where try connection.hasTable(table) {
      let old = OldTable(table, connection)
      guard try old.isTakenOver else { return false }
      if try old.hasNews { return false }
    }
    guard let guardsValues else { return true }
    return try connection.hasTrigger(Schema.guardName) == guardsValues
  }

  private static let oldTables = OldTable.names

  /// An answer without the rows of older tables lets numbers start again at 0, or behind them.
  static func refuseOldRows(_ connection: Connection) throws(StoreError) {
    for table in oldTables where try connection.hasTable(table) {
      if try connection.hasTable("headwater_store") {
        let old = OldTable(table, connection)
        if try old.isTakenOver {
          guard try old.hasNews else { continue }
          throw .notTakenOver(path: connection.path, table: table)
        }
      }
      guard try connection.number("SELECT 1 FROM \(table) LIMIT 1") != nil else { continue }
      throw .notTakenOver(path: connection.path, table: table)
    }
  }

  private func prepare() throws(StoreError) -> Outcome {
    var report = OpeningReport()
    try Self.refuseNewer(connection)
    let isNew = try !connection.hasTable("headwater_store")
    try connection.execute(Schema.prmain)
    if isNew {
      for table in [Schema.store, Schema.feed] { try connection.execute(table) }
      try connection.execute(
        "INSERT INTO headwater_store (key, value) VALUES ('store', '\(StoreIdentity.random(random))')")
    }
    let known = try takenOverTables()
    try SchemaChange(connection).run()
    let isGuarded = try connection.hasTrigger(Schema.guardName)
    try takeOver(into: &report, isGuarded: isGuarded)
    if isNew {
      report.adoptedRows = try adoptRows() - report.takenOver.values.reduce(0, +)
    }
    if try !connection.hasTrigger(Schema.foreignName) { try connection.execute(Schema.foreignRows) }
    try takeOverNews(of: known, into: &report)
    if let guardsValues, guardsValues != isGuarded {
      try connection.execute(guardsValues ? Schema.guardValues : "DROP TRIGGER \(Schema.guardName)")
    }
    return Outcome(identity: try Self.identity(connection), report: report)
  }

  /// Gives the rows that BitBake's server left a serial. The heads are found when a package is first asked for.
  private func adoptRows() throws(StoreError) -> Int64 {
    try connection.execute(
      """
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin)
        SELECT version, pkgarch, checksum, value, 'taken-over' FROM PRMAIN WHERE value IS NOT NULL ORDER BY rowid;
      INSERT INTO headwater_head (version, pkgarch)
        SELECT DISTINCT version, pkgarch FROM PRMAIN WHERE value IS NOT NULL;
      """)
    return try connection.number("SELECT count(*) FROM headwater_feed") ?? 0
  }

  /// Takes over the rows of BitBake 2.8 and older, once: a newer BitBake ignores them and starts again at 0.
  private func takeOver(into report: inout OpeningReport, isGuarded: Bool) throws(StoreError) {
    for table in Self.oldTables where try connection.hasTable(table) {
      guard try !OldTable(table, connection).isTakenOver else { continue }
      // Rows of older tables may give one value to two checksums: the past is taken as it is.
      if isGuarded { try connection.execute("DROP TRIGGER \(Schema.guardName)") }
      try connection.execute(
        """
        INSERT OR IGNORE INTO PRMAIN (version, pkgarch, checksum, value)
          SELECT version, pkgarch, checksum, CAST(value AS TEXT) FROM \(table)
          WHERE version IS NOT NULL AND pkgarch IS NOT NULL AND checksum IS NOT NULL AND value IS NOT NULL
          ORDER BY rowid
        """)
      let rows = try connection.number("SELECT changes()") ?? 0
      try connection.execute("INSERT INTO headwater_store (key, value) VALUES ('taken over: \(table)', '\(rows)')")
      report.takenOver[table] = rows
      if isGuarded { try connection.execute(Schema.guardValues) }
    }
  }

  private func takenOverTables() throws(StoreError) -> [OldTable] {
    var tables: [OldTable] = []
    for name in Self.oldTables where try connection.hasTable(name) {
      let table = OldTable(name, connection)
      if try table.isTakenOver { tables.append(table) }
    }
    return tables
  }

  /// Takes over what a server of BitBake 2.8 has added to its tables since.
  private func takeOverNews(of tables: [OldTable], into report: inout OpeningReport) throws(StoreError) {
    var context: SQLiteWriteContext?
    for table in tables where try table.hasNews {
      let open: SQLiteWriteContext
      if let context { open = context } else { open = try SQLiteWriteContext(connection) }
      context = open
      try table.takeOverNews(open, into: &report)
    }
  }

  static func refuseNewer(_ connection: Connection) throws(StoreError) {
    guard try connection.hasTable("headwater_store") else { return }
    try MovingFile.refuseMoved(connection)
    let found = try foundVersion(connection)
    guard found <= Schema.version else {
      throw .newer(path: connection.path, found: found, known: Schema.version)
    }
  }

  private static func foundVersion(_ connection: Connection) throws(StoreError) -> Int {
    let found = try connection.number("SELECT CAST(value AS INTEGER) FROM headwater_store WHERE key = 'schema'")
    return Int(clamping: found ?? 0)
  }

  static func identity(_ connection: Connection) throws(StoreError) -> String {
    guard let identity = try connection.text("SELECT value FROM headwater_store WHERE key = 'store'") else {
      throw .damaged(path: connection.path, detail: "it has no store identity")
    }
    return identity
  }
}
