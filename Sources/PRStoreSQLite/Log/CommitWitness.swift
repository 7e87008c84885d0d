// SPDX-License-Identifier: Apache-2.0
import CSQLiteTuning
import GRDBSQLite
import PRStore

/// Tells without a lock and without a system call whether any connection of any process has committed since a moment.
///
/// The WAL index begins with a header that every commit changes: `iChange` counts commits, and the salts and checksums
/// of the log tell what a restarted or recovered log has in common with none before it. SQLite writes the header
/// before COMMIT returns, so a commit whose answer has left is visible here. Source:
/// https://www.sqlite.org/walformat.html, "The WAL-Index Header".
///
/// For the thread of its connection, as long as the connection is open.
struct CommitWitness {
  private let source: Source
  private var header = headwater_wal_header()
  private var isWhole = false

  private enum Source {
    /// The file never changes.
    case immutable
    case index(UnsafePointer<UInt64>)
    /// Another journal mode, or a WAL index that this process cannot map: nothing is known without a transaction.
    case unknown
  }

  /// - Parameter connection: has read from the database; otherwise its WAL index is not mapped yet.
  init(of connection: Connection, isImmutable: Bool) throws(StoreError) {
    if isImmutable {
      source = .immutable
    } else if try connection.text("PRAGMA journal_mode") == "wal",
      let index = headwater_wal_index(connection.handle)
    {
      source = .index(UnsafePointer(index))
    } else {
      source = .unknown
    }
  }

  /// To be called before the first step of a snapshot. A commit between the two is then reported, though the snapshot
  /// contains it: that costs a snapshot, and no answer.
  @inline(__always)
  mutating func mark() {
    guard case .index(let index) = source else { return }
    isWhole = headwater_wal_header_read(index, &header) != 0
  }

  /// Nothing was committed since ``mark()``. False where that is not known.
  @inline(__always)
  var isUnchanged: Bool {
    switch source {
    case .immutable: true
    case .index(let index): isWhole && withUnsafePointer(to: header) { headwater_wal_header_is(index, $0) != 0 }
    case .unknown: false
    }
  }
}
