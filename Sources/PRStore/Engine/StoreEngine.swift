// SPDX-License-Identifier: Apache-2.0

/// What keeps the rows of a ``Store``. An engine carries out; which revision a request gets is decided above it.
///
/// Another engine has to keep these laws:
/// - A decision reads what is true when its row is committed: no other row comes in between.
/// - `done` is called once the row is as durable as the store was asked to be. What a read has seen is as durable.
/// - Serials are in the order of commits, and never given twice.
package protocol StoreEngine: Sendable {
  /// What a message names the store by.
  var path: String { get }
  /// Which store this is, across restarts; nil on a file opened read-only that this program has never written.
  var identity: String? { get }
  /// It was opened to store nothing.
  var isReadOnly: Bool { get }
  /// The rows never change.
  var isFrozen: Bool { get }
  /// Notified by each commit that may have brought rows, as long as a client waits.
  var watch: FeedNotifier { get }

  /// Queues a decision.
  func submit(_ decision: PendingDecision)

  /// Queues a read.
  func submit(_ read: PendingRead, in queue: ReadQueue)

  /// So many floors are written in one transaction at most, since other machines wait for its end; nil where a command writes
  /// all that it has in one.
  var largestTransaction: Int? { get }

  /// A client waits for rows: from now on, and as long as one does, the rows of other processes are announced, too.
  func watchOtherProcesses()

  /// - Returns: nil for an engine without one: then every request takes the way of an unknown tuple.
  func eventLoopReader() throws(StoreError) -> (any EventLoopReader)?

  func diagnosticReader() throws(StoreError) -> any DiagnosticReader

  /// What is wrong with the database at this moment.
  var troubles: [StoreTrouble] { get }
  var figures: StoreFigures { get }
  /// What the writer is doing; nil where the store is opened to store nothing.
  var writerProgress: WriterProgress? { get }

  /// Finishes the decisions that were submitted, and takes no more.
  ///
  /// - Parameter isLast: no other part of this process writes the store.
  /// - Returns: whether the database alone holds all rows.
  func close(isLast: Bool) -> Bool
}

/// A connection with the thread that reads on it.
package protocol SnapshotSource: AnyObject {
  /// Reads in one snapshot, which is taken during the call.
  ///
  /// - Parameter readsWhole: packages that are not settled are read whole.
  func readSnapshot<Value>(
    readsWhole: Bool, _ body: (any ReadContext) throws(StoreError) -> Value
  ) throws(StoreError) -> Value
}

extension StoreEngine {
  package var largestTransaction: Int? { nil }
}
