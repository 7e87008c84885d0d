// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The write transaction of an engine, in which ``GroupCommit`` has a group of decisions made. Only its thread calls it,
/// but for ``stopUpkeep()``.
package protocol GroupTransaction: Sendable {
  /// - Throws: ``StoreError/locked(path:seconds:)`` while another process has the lock: it is tried again.
  func begin() throws(StoreError)

  /// While another process has the lock: reads as of now, and answers the decisions for which that is enough.
  ///
  /// - Returns: the decisions that need a row.
  func answerWhatNeedsNoRow(_ group: [PendingDecision]) -> [PendingDecision]

  /// Runs every decision, commits, and passes each its outcome.
  ///
  /// - Returns: what must run again, since a decision among them failed after it had written.
  func run(_ group: [PendingDecision]) -> [PendingDecision]

  /// Does what no answer waits for: announces the rows, and goes on with the upkeep of the log.
  func finishGroup()

  func locked(for timeout: Duration) -> StoreError

  /// Ends what other threads do for the store.
  func stopUpkeep()

  /// - Returns: whether the database alone holds all rows.
  func moveLogToDatabase() -> Bool
}

/// A decision that waits for its transaction.
package struct PendingDecision: Sendable {
  /// Kept while the decision waits: the queue tells clients apart by identity.
  package let client: ReadClient
  /// Until when it waits for a lock that another process holds. ``GroupCommit`` sets it.
  package var deadline = ContinuousClock.Instant.now
  /// The tuples whose facts it asks for first: an engine may fetch those of a group at once. For speed alone.
  package let about: [TupleKey]
  /// Decides and writes; what it returns is called once the transaction is committed.
  package let decide: @Sendable (any WriteContext) throws(StoreError) -> @Sendable () -> Void
  package let fail: @Sendable (StoreError) -> Void

  init<Value: Sendable>(
    for client: ReadClient, about: [TupleKey] = [],
    _ decide: @escaping @Sendable (any WriteContext) throws(StoreError) -> Value,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    self.client = client
    self.about = about
    self.decide = { context throws(StoreError) in
      let value = try decide(context)
      return { done(.success(value)) }
    }
    fail = { done(.failure($0)) }
  }
}
