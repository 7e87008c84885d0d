// SPDX-License-Identifier: Apache-2.0
import PRStore

/// Begins the log of a quiet store anew, so that it holds no old pages.
///
/// SQLite leaves pages in the log after they were brought to the database, and reads the log from its beginning after a crash.
/// If a bit of it was flipped meanwhile, SQLite takes the pages in front of that bit, puts them over newer ones of the
/// database, and reports nothing: rows that were answered are gone, and their numbers are given to other contents.
/// See https://www.sqlite.org/fileformat.html#the_write_ahead_log: a page of the log counts where its salts are those of the
/// log's header. The header of a log that begins anew has new salts, and so none of the old pages counts.
///
/// The commit that begins it writes `user_version` as it is. Whether that commit is read after a crash makes no difference.
final class LogRenewal {
  private let connection: Connection
  private let length: LogLength

  /// - Parameter connection: one that waits for no lock, and commits nothing else.
  init(of connection: Connection) {
    self.connection = connection
    length = LogLength(of: connection)
  }

  /// - Returns: how many pages the log holds then; nil where a reader or a writer is in the way.
  func run(_ checkpoint: GuardedCheckpoint) -> Int? {
    guard checkpoint.restart(on: connection) else { return nil }
    do throws(StoreError) {
      try connection.execute("BEGIN IMMEDIATE")
      let version = try connection.number("PRAGMA user_version") ?? 0
      try connection.execute("PRAGMA user_version = \(version); COMMIT")
    } catch {
      if connection.isInTransaction { try? connection.execute("ROLLBACK") }
      return nil
    }
    return length.take()
  }
}
