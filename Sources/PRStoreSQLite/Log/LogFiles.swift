// SPDX-License-Identifier: Apache-2.0
import CSQLiteTuning
import PRStore

/// The log of an open database and the log's index, `-wal` and `-shm`, as files.
///
/// SQLite trusts both for as long as it has them open:
///
/// - It goes on writing a log that has lost its name. The rows in it are gone with the process.
/// - A checkpoint copies what it reads. Where a log was cut short and written again, that is zeros in place of pages.
/// - A process that finds no index makes another one. Two processes then write one log without regard to each other.
///
/// A log that was cut short is recognized by its index, whose header counts the pages that the log holds.
final class LogFiles {
  private let file: DatabaseFile
  private let log: FileIdentity?
  private let index: FileIdentity?
  private let header: UnsafePointer<UInt64>?
  /// The index stays mapped for as long as this connection is open.
  private let connection: Connection

  enum State {
    case whole
    /// A file has lost its name, and no other file has it: what is in the log can still be brought to the database.
    case nameless
    /// A file was replaced, or the log ends before its last page.
    case broken
  }

  /// - Parameter connection: has read from the database.
  init(of connection: Connection, on files: any StoreFiles) throws(StoreError) {
    self.connection = connection
    file = DatabaseFile(connection.path, on: files)
    log = try file.logFacts()?.identity
    index = try file.indexFacts()?.identity
    header = headwater_wal_index(connection.handle).map { UnsafePointer($0) }
  }

  /// What became of them. Two files are looked at, however long they are.
  ///
  /// Within a write transaction the answer is exact. Outside of one another process may begin the log anew meanwhile; the
  /// header of its index then changes, and the log is not said to be broken.
  func state() throws(StoreError) -> State {
    var before = headwater_wal_header()
    let isRead = header.map { headwater_wal_header_read($0, &before) != 0 } ?? false
    let (facts, indexFacts) = (try file.logFacts(), try file.indexFacts())
    // A log that is not where the store's files are, or not yet there, is none that this could say something of.
    guard let log, let index else { return .whole }
    if let facts, facts.identity != log { return .broken }
    if let indexFacts, indexFacts.identity != index { return .broken }
    guard let facts, indexFacts != nil else { return .nameless }
    guard isRead, let header, facts.size < Int(clamping: headwater_wal_header_length(&before)) else { return .whole }
    return headwater_wal_header_is(header, &before) != 0 ? .broken : .whole
  }
}
