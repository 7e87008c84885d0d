// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension Store {
  /// Decides inside a write transaction. Decisions that wait at the same moment share one.
  ///
  /// - Parameters:
  ///   - client: whose turn it takes.
  ///   - about: the tuples whose facts it asks for first, for speed alone.
  ///   - decide: runs on the writer's thread; it may run again when another decision of the group fails.
  ///   - done: called once the row is as durable as the store was asked to be, on the writer's thread.
  package func write<Value: Sendable>(
    for client: ReadClient = .node, about: [TupleKey] = [],
    _ decide: @escaping @Sendable (any WriteContext) throws(StoreError) -> Value,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    writeOnce(for: client, about: about, decide) { outcome in
      guard case .failure(.unsettled(let package)) = outcome else { return done(outcome) }
      self.settling.settle(package, self.engine) { error in
        switch error {
        case nil: self.write(for: client, about: about, decide, done: done)
        case .locked?, .closed?: done(.failure(error ?? .closed))
        case let error?: self.writeUnsettled(for: client, about: about, decide, error, done: done)
        }
      }
    }
  }

  /// Decides on a package that cannot be settled, as on a full disk: what needs no row is answered all the same.
  private func writeUnsettled<Value: Sendable>(
    for client: ReadClient, about: [TupleKey],
    _ decide: @escaping @Sendable (any WriteContext) throws(StoreError) -> Value,
    _ error: StoreError,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    writeOnce(for: client, about: about) { context throws(StoreError) in
      try context.readingWhole { () throws(StoreError) in try decide(context) }
    } done: { outcome in
      if case .failure(.unsettled) = outcome { done(.failure(error)) } else { done(outcome) }
    }
  }

  /// The same for a decision that waits for no package.
  private func writeOnce<Value: Sendable>(
    for client: ReadClient, about: [TupleKey],
    _ decide: @escaping @Sendable (any WriteContext) throws(StoreError) -> Value,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    engine.submit(PendingDecision(for: client, about: about, decide, done: done))
  }

  /// ``write(for:_:done:)`` for callers that can suspend.
  package func write<Value: Sendable>(
    about: [TupleKey] = [],
    _ decide: @escaping @Sendable (any WriteContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await withCheckedContinuation { continuation in
      write(about: about, decide) { continuation.resume(returning: $0) }
    }.get()
  }
}
