// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite
import PRStore

/// Checkpoints that no other process can turn into a loss.
///
/// SQLite 3.7.0 to 3.51.2 (except 3.44.6 and 3.50.7) has a data race, https://www.sqlite.org/wal.html#walresetbug: a
/// checkpoint reads the log's header; a commit of another connection begins the log anew; the checkpoint then notes
/// pages of the new log as copied that it has never read. Both can only happen while a checkpoint starts on a log that
/// is in the database as a whole.
///
/// So a connection beside the checkpoint holds a read transaction for as long as it runs. SQLite gives that reader one
/// of two kinds of lock. If the database lacks pages, the lock is a read mark, and no connection of any process can
/// begin the log anew. If it lacks none, the lock is the one for readers of the database alone, and no checkpoint can
/// copy a page or note one as copied. Either way the race is lost before it begins.
final class GuardedCheckpoint {
  private let reader: Connection
  private let begin: Statement
  private let read: Statement
  private let end: Statement

  /// - Parameter reader: a connection that nothing else uses.
  init(_ reader: Connection) throws(StoreError) {
    self.reader = reader
    begin = try reader.prepare("BEGIN")
    // BEGIN alone takes no lock.
    read = try reader.prepare("SELECT 1 FROM sqlite_master")
    end = try reader.prepare("COMMIT")
  }

  /// Brings as many pages of the log to the database as no reader needs where they are. It waits for no lock.
  ///
  /// - Returns: nil when another process is at it, or the disk refused.
  func pass(on connection: Connection) -> CheckpointPlan.Reach? {
    guarded { connection.checkpoint(SQLITE_CHECKPOINT_PASSIVE) }
  }

  /// Brings all pages to the database, and leaves a log without length.
  ///
  /// - Returns: false when a reader or a writer is in the way: the log then keeps its length, and its pages.
  func empty(on connection: Connection) -> Bool {
    guard let reach = pass(on: connection), reach.database == reach.log else { return false }
    // The reader now reads the database alone, which does not keep the log from being emptied. Where the write lock
    // is taken SQLite goes on with a passive checkpoint and says that it was busy.
    return guarded { connection.checkpoint(SQLITE_CHECKPOINT_TRUNCATE) } != nil
  }

  /// Lets the next commit begin the log anew, where all pages are in the database.
  ///
  /// - Returns: false when a reader or a writer is in the way.
  func restart(on connection: Connection) -> Bool {
    guarded { connection.checkpoint(SQLITE_CHECKPOINT_RESTART) } != nil
  }

  private func guarded<Value>(_ body: () -> Value?) -> Value? {
    do throws(StoreError) {
      try begin.run()
      defer { try? end.run() }  // a COMMIT that reads nothing fails only where the connection is of no use any more
      _ = try read.step()
      read.reset()
      return body()
    } catch {
      return nil
    }
  }
}

extension Connection {
  fileprivate func checkpoint(_ mode: CInt) -> CheckpointPlan.Reach? {
    var (log, database): (CInt, CInt) = (0, 0)
    guard sqlite3_wal_checkpoint_v2(handle, "main", mode, &log, &database) == SQLITE_OK else { return nil }
    return CheckpointPlan.Reach(log: Int(clamping: max(log, 0)), database: Int(clamping: max(database, 0)))
  }
}
