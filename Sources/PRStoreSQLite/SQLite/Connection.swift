// SPDX-License-Identifier: Apache-2.0
import CSQLiteTuning
import Foundation
import GRDB
import GRDBSQLite
import PRRevision
import PRStore

/// One connection, used by one thread at a time. GRDB opens, configures and closes it; statements are stepped on its
/// handle, since a closure and a queue hop for each row would cost more than the row.
final class Connection {
  let path: String
  private let queue: DatabaseQueue
  let handle: OpaquePointer
  private let held: HeldFile
  let steps: StepCount

  enum Access: Sendable {
    case readWrite
    case readOnly
    /// Without looking for a log or taking a lock: for a file that cannot be written.
    case immutable
  }

  /// - Parameters:
  ///   - files: the file system that the database is on.
  ///   - busy: how long SQLite itself waits for a lock; 0 answers at once.
  ///   - opening: how long it waits until the connection stands, if that is longer. The process that closes the file as the last
  ///     one locks it for a moment.
  ///   - cache: the page cache's size in KiB.
  init(
    path: String, on files: any StoreFiles, access: Access, busy: Duration, opening: Duration = .zero, cache: Int
  ) throws(StoreError) {
    _ = Self.isTuned
    self.path = path
    var configuration = Configuration()
    configuration.readonly = access != .readWrite
    configuration.busyMode = .timeout(max(busy, opening) / .seconds(1))
    configuration.foreignKeysEnabled = false
    do {
      queue = try DatabaseQueue(path: Self.location(path, access), configuration: configuration)
      // A closed connection has no handle; this one was opened on the line above.
      handle = try queue.read { $0.sqliteConnection! }
      held = try HeldFile(path, on: files)
      steps = StepCount(handle, path)
    } catch let error as DatabaseError {
      throw Self.failure(code: error.extendedResultCode.rawValue, detail: error.message ?? "", path: path, errno: errno)
    } catch let error as StoreError {
      throw error
    } catch {
      throw .engine(path: path, detail: "\(error)")
    }
    // GRDB watches transactions and statements on behalf of observers that a store does not have, and its watch takes
    // every statement for one that it prepared.
    sqlite3_commit_hook(handle, nil, nil)
    sqlite3_rollback_hook(handle, nil, nil)
    sqlite3_set_authorizer(handle, nil, nil)
    try execute("PRAGMA cache_size = -\(cache)")
    try execute("PRAGMA temp_store = MEMORY")
    if opening > busy { sqlite3_busy_timeout(handle, CInt(clamping: busy.wholeMilliseconds)) }
  }

  deinit { steps.end() }

  /// Too late, and refused, where something else in the process has used SQLite first: it costs time, no more.
  private static let isTuned = headwater_sqlite_do_not_count_memory() == SQLITE_OK

  private static func location(_ path: String, _ access: Access) -> String {
    guard access == .immutable else { return path }
    let allowed = CharacterSet.urlPathAllowed.subtracting(["?", "#", "%"])
    return "file:\(path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path)?immutable=1"
  }

  /// Runs statements that give no rows.
  func execute(_ sql: String) throws(StoreError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  func prepare(_ sql: String) throws(StoreError) -> Statement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(clamping: SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code) }
    return Statement(statement, of: self)
  }

  /// The schema's triggers watch over foreign processes. A connection that does their work itself switches them off,
  /// for itself.
  func setTriggers(on: Bool) throws(StoreError) {
    let code = headwater_sqlite_set_triggers(handle, on ? 1 : 0)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// A transaction is open.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// A snapshot is held: by a transaction, or by a statement that was neither run to its end nor reset.
  var holdsSnapshot: Bool { sqlite3_txn_state(handle, "main") != SQLITE_TXN_NONE }

  /// How many rows this connection has changed so far.
  var changes: Int64 { sqlite3_total_changes64(handle) }

  /// Lets GRDB have the connection, for what it does better.
  func withDatabase<Value>(_ body: (Database) throws -> Value) throws -> Value { try queue.unsafeReentrantRead(body) }

  func failure(_ code: CInt) -> StoreError {
    Self.failure(
      code: code, detail: String(cString: sqlite3_errmsg(handle)), path: path, errno: sqlite3_system_errno(handle))
  }

  private static func failure(code: CInt, detail: String, path: String, errno: CInt) -> StoreError {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: .locked(path: path, seconds: 0)
    case SQLITE_INTERRUPT: .interrupted
    case SQLITE_FULL: .diskFull(path: path)
    case SQLITE_IOERR where FileError(errno).isFull: .diskFull(path: path)
    case SQLITE_IOERR where errno != 0:
      .engine(path: path, detail: "\(detail) (\(FileError(errno))); see the kernel's log")
    case SQLITE_CORRUPT: .damaged(path: path, detail: detail)
    case SQLITE_NOTADB: .notADatabase(path: path)
    case SQLITE_READONLY: .readOnly(path: path)
    case SQLITE_PERM, SQLITE_AUTH: .permission(path: path)
    case SQLITE_CONSTRAINT: .refusedBySchema(detail: detail)
    default: .engine(path: path, detail: detail)
    }
  }
}
