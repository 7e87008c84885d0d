// SPDX-License-Identifier: Apache-2.0

/// Point reads for one event loop. The reads of a turn share a snapshot as long as nothing is committed, since taking
/// one costs more than the read. After a commit of any connection, in this process or another, the next read takes a
/// new snapshot: an answer is never older than its question.
///
/// Not `Sendable`: it belongs to the thread of its event loop.
package final class EventLoopReader {
  private let connection: Connection
  /// Nil on a file without this program's tables: nothing is a point read there.
  private let current: Statement?
  private let begin: Statement
  private let commit: Statement
  private var commits: CommitWitness
  package private(set) var isSnapshotOpen = false
  /// How many snapshots were taken.
  private(set) var snapshots = 0

  /// - Parameter isImmutable: the file never changes, so that one snapshot is as good as another.
  init(_ connection: Connection, isImmutable: Bool) throws(StoreError) {
    self.connection = connection
    current =
      try connection.hasTable("headwater_package")
      ? connection.prepare("SELECT greatest, holder FROM headwater_package WHERE version = ?1 AND pkgarch = ?2") : nil
    begin = try connection.prepare("BEGIN")
    commit = try connection.prepare("COMMIT")
    commits = try CommitWitness(of: connection, isImmutable: isImmutable)
  }

  /// Begins a turn, unless one is open. Its snapshot is taken by the first read.
  package func beginSnapshot() throws(StoreError) {
    guard !isSnapshotOpen else { return }
    commits.mark()
    try begin.run()
    isSnapshotOpen = true
    snapshots &+= 1
  }

  /// Lets go of the snapshot.
  package func endSnapshot() throws(StoreError) {
    guard isSnapshotOpen else { return }
    isSnapshotOpen = false
    try commit.run()
    assert(!connection.holdsSnapshot, "a statement was left running")
  }

  /// Calls `body` with the spelling of a tuple's value, if the tuple holds the greatest value of its package and one
  /// point read tells so. What was committed before the call is seen.
  ///
  /// - Parameters: the UTF-8 of the tuple's names; used only during the call.
  /// - Returns: nil for every other tuple: those are for the writer.
  @inline(__always)
  package func withCurrentValue<Result>(
    version: UnsafeRawBufferPointer, pkgarch: UnsafeRawBufferPointer, checksum: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(StoreError) -> Result? {
    guard let current else { return nil }
    if isSnapshotOpen, !commits.isUnchanged { try endSnapshot() }
    try beginSnapshot()
    current.bind(1, unowned: version)
    current.bind(2, unowned: pkgarch)
    defer { current.reset() }
    guard try current.step(), current.bytes(1).isEqual(to: checksum), !current.isNull(0) else { return nil }
    return body(current.bytes(0))
  }
}
