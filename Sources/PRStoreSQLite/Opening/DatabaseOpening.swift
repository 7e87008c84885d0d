// SPDX-License-Identifier: Apache-2.0
import PRStore

/// A database that is ready. Where it is written it has the newest schema.
struct OpenedDatabase {
  /// As they were asked for, with the path in full.
  var options: StoreOptions
  /// Nil when it was opened to store nothing.
  var writer: Connection?
  var readAccess: Connection.Access
  var identity: String?
  /// The mark that fits.
  var mark: StoreMark?
  var report: OpeningReport
}

/// Opens a database, step by step.
struct DatabaseOpening {
  private var options: StoreOptions
  private let file: DatabaseFile
  private let environment: StoreEnvironment

  /// Up to this size a database is checked, page by page and each index against its table, before it is believed; larger ones would start slowly, and
  /// `headwater audit` checks them.
  private static let checkedSize = 64 << 20

  init(_ options: StoreOptions, in environment: StoreEnvironment) {
    self.environment = environment
    file = DatabaseFile(options.path, on: environment.files)
    self.options = options
    self.options.path = file.path
  }

  func open() throws(StoreError) -> OpenedDatabase {
    let isNew = try file.isNew()
    try file.check(forWriting: !options.readOnly)
    let networkDisk = try refuseNetworkDisk()
    var opened = options.readOnly ? try openReadOnly() : try openForWriting()
    opened.report.created = isNew
    opened.report.networkDisk = networkDisk
    return opened
  }

  /// - Returns: the name of the network file system that the file is on; nil for a local one.
  private func refuseNetworkDisk() throws(StoreError) -> String? {
    guard let found = file.fileSystem(by: options.mountTable)?.networkName else { return nil }
    guard options.readOnly || options.durability != .full || options.allowsNetworkDisk else {
      throw .network(path: options.path, fileSystem: found)
    }
    return found
  }

  // MARK: Writing

  private func openForWriting() throws(StoreError) -> OpenedDatabase {
    let connection = try waitingForLocks { () throws(StoreError) in
      try Connection(
        path: options.path, on: environment.files, access: .readWrite, busy: Self.writerSlice,
        cache: options.writerCache)
    }
    // Before a byte of it is changed.
    try waitingForLocks { () throws(StoreError) in try refuseForeign(connection) }
    try waitingForLocks { () throws(StoreError) in
      guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
        throw StoreError.engine(
          path: options.path, detail: "its file system cannot share memory, which WAL needs; use a local disk")
      }
    }
    try connection.execute("PRAGMA synchronous = \(options.durability.pragma)")
    // Every checkpoint is a guarded one.
    try connection.execute("PRAGMA wal_autocheckpoint = 0")
    try checkPages(connection)
    let outcome = try waitingForLocks { () throws(StoreError) in
      try SchemaPreparation(connection, guardsValues: options.guardsValues, random: environment.random).run()
    }
    try checkHeads(connection)
    if options.durability == .full {
      try file.syncLog()
      try file.syncNames()
    }
    var opened = OpenedDatabase(
      options: options, writer: connection, readAccess: .readWrite, identity: outcome.identity, report: outcome.report)
    try judge(&opened, connection)
    try stretchLog(connection)
    return opened
  }

  /// Compares the file with its mark. With durability `full` an answered row is on disk: a file that lacks some is not
  /// the one that was served.
  private func judge(_ opened: inout OpenedDatabase, _ connection: Connection) throws(StoreError) {
    guard options.keepsMark, let identity = opened.identity else { return }
    let verdict = try MarkFile(of: options.path, in: environment).judge(connection, store: identity)
    opened.mark = verdict.mark
    opened.report.loss = verdict.loss
    opened.report.isHeld = verdict.loss != nil && options.durability == .full
  }

  /// A file with tables, none of which is a PR server's, is another program's.
  private func refuseForeign(_ connection: Connection) throws(StoreError) {
    let found = TableNames(try connection.tableNames())
    guard found.areForeign else { return }
    throw .foreign(path: options.path, tables: found.shown)
  }

  /// A wrong head is damage, and whatever is answered from it may be wrong.
  private func checkHeads(_ connection: Connection) throws(StoreError) {
    guard options.checksHeads, !options.ignoresOldTables, !options.isFrozen else { return }
    let seed = options.sampleSeed ?? environment.random()
    // Another process may write meanwhile: heads and rows are of one moment.
    let fault = try SQLiteReadContext(connection).inOneSnapshot { _ throws(StoreError) in
      var sample = try HeadSample(connection, seed: seed)
      return try sample?.fault()
    }
    if let fault { throw .misfit(path: options.path, detail: fault.text) }
  }

  /// Makes the log as long as it will get, by a transaction that is too large for the cache and then undone. To bring
  /// an overwritten log to the disk takes half the time of one that grows.
  ///
  /// Not on a disk that has little room, where the log would be in the way of the rows.
  private func stretchLog(_ connection: Connection) throws(StoreError) {
    let length = options.logPages * 4096
    guard options.stretchesLog, file.logSize < length, file.freeSpace > 16 * length else { return }
    try connection.execute("PRAGMA cache_size = 64")
    do throws(StoreError) {
      try connection.execute(
        """
        BEGIN IMMEDIATE;
        CREATE TABLE headwater_stretch (filling);
        INSERT INTO headwater_stretch VALUES (zeroblob(\(length + length / 64)));
        ROLLBACK
        """)
    } catch {
      // A log that grows is only slower: whatever is wrong, an allocation will say it.
      if connection.isInTransaction { try connection.execute("ROLLBACK") }
    }
    try connection.execute("PRAGMA cache_size = -\(options.writerCache)")
  }

  /// How long SQLite itself waits for a lock, between two looks at who has waited too long.
  private static let writerSlice = Duration.milliseconds(10)

  private func waitingForLocks<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    let end = environment.clock.now() + options.lockTimeout
    while true {
      do throws(StoreError) {
        return try body()
      } catch .locked {
        guard environment.clock.now() < end else {
          throw .locked(path: options.path, seconds: Int(clamping: options.lockTimeout.components.seconds))
        }
      }
    }
  }

  private func checkPages(_ connection: Connection) throws(StoreError) {
    guard file.size <= Self.checkedSize else { return }
    // Not quick_check, which leaves the indexes out: a flipped bit in a row or in its key would be believed.
    let verdict = try connection.text("PRAGMA integrity_check(1)")
    guard verdict == "ok" else { throw .damaged(path: options.path, detail: verdict ?? "no verdict") }
  }

  // MARK: Reading

  private func openReadOnly() throws(StoreError) -> OpenedDatabase {
    var report = OpeningReport()
    var access = options.isFrozen ? Connection.Access.immutable : .readOnly
    let connection: Connection
    do throws(StoreError) {
      connection = try waitingForLocks { () throws(StoreError) in try readable(access) }
    } catch {
      // WAL needs a shared-memory file beside the database, which a read-only medium cannot have. Where one can be made,
      // another process may write the database.
      guard error.mayMeanReadOnlyMedium, try !file.hasWritableFolder() else { throw error }
      guard try !file.hasLog() else { throw .unfinishedLog(path: options.path) }
      access = .immutable
      report.isImmutable = true
      connection = try readable(access)
    }
    var identity: String?
    if !options.ignoresOldTables { try refuseForeign(connection) }
    if !options.ignoresOldTables { try SchemaPreparation.refuseOldRows(connection) }
    if try connection.hasTable("headwater_store") {
      try SchemaPreparation.refuseNewer(connection)
      identity = try SchemaPreparation.identity(connection)
      try checkHeads(connection)
    }
    return OpenedDatabase(options: options, writer: nil, readAccess: access, identity: identity, report: report)
  }

  private func readable(_ access: Connection.Access) throws(StoreError) -> Connection {
    let connection = try Connection(
      path: options.path, on: environment.files, access: access, busy: options.lockTimeout,
      cache: options.readerCache)
    _ = try connection.number("SELECT count(*) FROM sqlite_master")
    return connection
  }
}

extension StoreError {
  fileprivate var mayMeanReadOnlyMedium: Bool {
    switch self {
    case .readOnly, .engine: true
    default: false
    }
  }
}
