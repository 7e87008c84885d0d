// SPDX-License-Identifier: Apache-2.0

/// Point reads for one event loop. The reads of a turn share a snapshot as long as nothing is committed, since taking
/// one costs more than the read. After a commit of any connection, in this process or another, the next read takes a
/// new snapshot: an answer is never older than its question.
///
/// Not `Sendable`: it belongs to the thread of its event loop.
package protocol EventLoopReader: AnyObject {
  var isSnapshotOpen: Bool { get }

  /// Begins a turn, unless one is open. Its snapshot is taken by the first read.
  func beginSnapshot() throws(StoreError)

  /// Lets go of the snapshot.
  func endSnapshot() throws(StoreError)

  /// Calls `body` with the spelling of a tuple's value, if the tuple holds the greatest value of its package and one
  /// point read tells so. What was committed before the call is seen.
  ///
  /// - Parameters: the UTF-8 of the tuple's names; used only during the call.
  /// - Returns: false for every other tuple: those are for the writer.
  func readCurrentValue(
    version: UnsafeRawBufferPointer, pkgarch: UnsafeRawBufferPointer, checksum: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(StoreError) -> Bool
}

/// Reads a store for diagnosis, on a connection and a thread of its own: no request waits for it, and each read has a
/// limit of time.
package protocol DiagnosticReader: Sendable {
  /// Reads one snapshot, which is taken during the call. What takes longer than `time` fails, and so does what is read for
  /// a client that has left.
  func read<Value: Sendable>(
    within time: Duration, for client: ReadClient,
    _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value
}

extension DiagnosticReader {
  package func read<Value: Sendable>(
    within time: Duration, _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await read(within: time, for: .node, body)
  }
}
