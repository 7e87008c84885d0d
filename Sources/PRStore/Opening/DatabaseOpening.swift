// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A database that is ready: whoever holds it holds the newest schema.
struct OpenedDatabase {
  /// As they were asked for, with the path in full.
  var options: StoreOptions
  /// Nil when it was opened to store nothing.
  var writer: Connection?
  var readAccess: Connection.Access
  var identity: String?
  var report: OpeningReport
}

/// Opens a database, step by step.
struct DatabaseOpening {
  private var options: StoreOptions
  private let file: DatabaseFile

  /// Up to this size a database is checked page by page before it is believed; larger ones would start slowly, and
  /// `headwater audit` checks them.
  private static let checkedSize = 64 << 20

  init(_ options: StoreOptions) {
    file = DatabaseFile(options.path)
    self.options = options
    self.options.path = file.path
  }

  func open() throws(StoreError) -> OpenedDatabase {
    let isNew = !file.exists
    try file.check(forWriting: !options.readOnly)
    var opened = options.readOnly ? try openReadOnly() : try openForWriting()
    opened.report.created = isNew
    return opened
  }

  // MARK: Writing

  private func openForWriting() throws(StoreError) -> OpenedDatabase {
    let connection = try waitingForLocks { () throws(StoreError) in
      try Connection(path: options.path, access: .readWrite, busy: Self.writerSlice, cache: options.writerCache)
    }
    try waitingForLocks { () throws(StoreError) in
      guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
        throw StoreError.sqlite(
          path: options.path, detail: "its file system cannot share memory, which WAL needs; use a local disk")
      }
    }
    try connection.execute("PRAGMA synchronous = \(options.durability.pragma)")
    try connection.execute("PRAGMA wal_autocheckpoint = \(options.logPages)")
    try checkPages(connection)
    let outcome = try waitingForLocks { () throws(StoreError) in
      try SchemaPreparation(connection, guardsValues: options.guardsValues).run()
    }
    try stretchLog(connection)
    return OpenedDatabase(
      options: options, writer: connection, readAccess: .readWrite, identity: outcome.identity, report: outcome.report)
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
    let end = ContinuousClock.now + options.lockPatience
    while true {
      do throws(StoreError) {
        return try body()
      } catch .locked {
        guard ContinuousClock.now < end else {
          throw .locked(path: options.path, seconds: Int(clamping: options.lockPatience.components.seconds))
        }
      }
    }
  }

  private func checkPages(_ connection: Connection) throws(StoreError) {
    let size = try? FileManager.default.attributesOfItem(atPath: options.path)[.size] as? Int
    guard (size ?? 0) <= Self.checkedSize else { return }
    let verdict = try connection.text("PRAGMA quick_check(1)")
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
      // WAL needs a shared-memory file beside the database, which a read-only medium cannot have.
      guard error.mayMeanReadOnlyMedium else { throw error }
      guard !file.hasLog else { throw .unfinishedLog(path: options.path) }
      access = .immutable
      report.isImmutable = true
      connection = try readable(access)
    }
    var identity: String?
    if !options.ignoresOldTables { try SchemaPreparation.refuseOldRows(connection) }
    if try connection.hasTable("headwater_store") {
      try SchemaPreparation.refuseNewer(connection)
      identity = try SchemaPreparation.identity(connection)
    }
    return OpenedDatabase(options: options, writer: nil, readAccess: access, identity: identity, report: report)
  }

  private func readable(_ access: Connection.Access) throws(StoreError) -> Connection {
    let connection = try Connection(
      path: options.path, access: access, busy: options.lockPatience, cache: options.readerCache)
    _ = try connection.number("SELECT count(*) FROM sqlite_master")
    return connection
  }
}

extension StoreError {
  fileprivate var mayMeanReadOnlyMedium: Bool {
    switch self {
    case .readOnly, .sqlite: true
    default: false
    }
  }
}
