// SPDX-License-Identifier: Apache-2.0
import Dispatch
import GRDBSQLite
import Synchronization

/// Brings the pages of the log to the database, on a thread and a connection of its own, so that the writer need not.
///
/// `@unchecked Sendable`: only its serial queue touches the connection.
final class Checkpointer: @unchecked Sendable {
  private let thread = DispatchQueue(label: "headwater.store.checkpoint", qos: .utility)
  private let connection: Connection
  private let isSynced: Bool
  private let plan: Mutex<CheckpointPlan>

  /// - Parameter connection: to be used by nobody else.
  init(_ connection: Connection, _ options: StoreOptions) throws(StoreError) {
    self.connection = connection
    isSynced = options.durability != .off
    plan = Mutex(CheckpointPlan(length: options.logPages * 3 / 4, most: options.logPages * 4))
    try connection.execute("PRAGMA synchronous = \(options.durability.pragma)")
  }

  /// To be called by the writer, between two transactions.
  func committed(inLog pages: Int, by writer: Connection) {
    switch plan.withLock({ $0.committed(inLog: pages) }) {
    case .nothing: break
    case .inPlace:
      thread.sync {}
      let reached = writer.checkpoint(.passing)
      plan.withLock { $0.ended(.inPlace, inDatabase: reached) }
    case .beside: thread.async { self.run() }
    }
  }

  /// Returns when nothing is under way.
  func close() { thread.sync {} }

  private func run() {
    let reached = connection.checkpoint(.passing)
    // SQLite brings the database to the disk only when the whole log is in it. What the writer has to wait for in the
    // end is less when most of it is there already.
    let isOnDisk = isSynced ? connection.syncDatabase() : true
    plan.withLock { plan in
      // The kernel tells a connection of lost pages once. This one has been told, so it must not be the one whose word
      // ends the log.
      if isOnDisk { plan.ended(.beside, inDatabase: reached) } else { plan.giveUp() }
    }
  }
}

/// How many pages a connection's log holds since its last commit. From here on nothing brings them to the database
/// unless somebody asks for a checkpoint.
///
/// To be kept as long as the connection commits.
final class LogLength {
  private(set) var pages = 0

  init(of connection: Connection) {
    sqlite3_wal_hook(
      connection.handle,
      { context, _, _, pages in
        // The context is the object that set the hook, and is there as long as the connection commits.
        Unmanaged<LogLength>.fromOpaque(context!).takeUnretainedValue().pages = Int(clamping: pages)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}

extension Connection {
  enum Checkpoint {
    /// It waits for nobody.
    case passing
    /// It waits as long as the connection does for a lock, and leaves a log without length.
    case emptying

    fileprivate var mode: CInt { self == .passing ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE }
  }

  /// Brings as many pages of the log to the database as nobody needs where they are.
  ///
  /// - Returns: how many of them are there now; nil when another process is at it, or the disk refused.
  @discardableResult
  func checkpoint(_ kind: Checkpoint) -> Int? {
    var inDatabase: CInt = 0
    guard sqlite3_wal_checkpoint_v2(handle, "main", kind.mode, nil, &inDatabase) == SQLITE_OK else { return nil }
    return Int(clamping: inDatabase)
  }

  /// Brings what was written to the database to the disk.
  ///
  /// - Returns: false when the disk refused.
  fileprivate func syncDatabase() -> Bool {
    var file: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
      let methods = file.pointee.pMethods
    else { return false }
    return methods.pointee.xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK
  }
}
