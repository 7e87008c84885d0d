// SPDX-License-Identifier: Apache-2.0
import PRStore

/// One prepared statement, in a transaction that is kept as long as nothing is committed.
final class SQLiteEventLoopReader: EventLoopReader {
  private let connection: Connection
  /// Nil on a file without this program's tables: nothing is a point read there.
  private let current: Statement?
  private let begin: Statement
  private let commit: Statement
  // Read for each question. As in SessionHandler, builds for production leave out the check of exclusive access.
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  private var commits: CommitWitness
  #if !DEBUG
    @exclusivity(unchecked)
  #endif
  package private(set) var isSnapshotOpen = false
  /// How many snapshots were taken.
  private(set) var snapshots = 0

  /// - Parameter isImmutable: the file never changes, so that one snapshot is as good as another.
  init(_ connection: Connection, isImmutable: Bool) throws(StoreError) {
    self.connection = connection
    current = try Self.statement(connection)
    begin = try connection.prepare("BEGIN")
    commit = try connection.prepare("COMMIT")
    commits = try CommitWitness(of: connection, isImmutable: isImmutable)
  }

  /// A value below its package's floor is not current.
  private static func statement(_ connection: Connection) throws(StoreError) -> Statement? {
    guard try connection.hasTable("headwater_package") else { return nil }
    return try connection.prepare(
      connection.hasTable("headwater_floor_head")
        ? "SELECT greatest, holder FROM headwater_head WHERE \(RowIndex.key) AND below_floor = 0"
        : "SELECT greatest, holder FROM headwater_package WHERE \(RowIndex.key)")
  }

  package func beginSnapshot() throws(StoreError) {
    guard !isSnapshotOpen else { return }
    commits.mark()
    try begin.run()
    isSnapshotOpen = true
    snapshots &+= 1
  }

  package func endSnapshot() throws(StoreError) {
    guard isSnapshotOpen else { return }
    isSnapshotOpen = false
    // SQLite ends a transaction itself where the disk fails.
    guard connection.isInTransaction else { return }
    try commit.run()
    assert(!connection.holdsSnapshot, "a statement was left running")
  }

  package func readCurrentValue(
    version: UnsafeRawBufferPointer, pkgarch: UnsafeRawBufferPointer, checksum: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(StoreError) -> Bool {
    guard let current else { return false }
    if isSnapshotOpen, !commits.isUnchanged { try endSnapshot() }
    try beginSnapshot()
    current.bind(1, unowned: version)
    current.bind(2, unowned: pkgarch)
    defer { current.reset() }
    guard try current.step(), current.bytes(1).isEqual(to: checksum), !current.isNull(0) else { return false }
    body(current.bytes(0))
    return true
  }
}
