// SPDX-License-Identifier: Apache-2.0

/// What a slice of a long read leads to.
package enum ReadStep<Place: Sendable, Value: Sendable>: Sendable {
  /// The read goes on from here, after the turns of the other clients.
  case again(Place)
  case done(Value)
}

extension Store {
  /// Reads on a reader's thread. All that `body` reads is one snapshot, which is taken during the call.
  ///
  /// - Parameters:
  ///   - queue: reads that may take longer than a few point reads go into ``ReadQueue/long``.
  ///   - client: whose turn it takes.
  package func read<Value: Sendable>(
    in queue: ReadQueue = .short, for client: ReadClient = .node,
    _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    read(
      in: queue, for: client, from: (),
      { reader, _ throws(StoreError) in ReadStep<Void, Value>.done(try body(reader)) }, done: done)
  }

  /// Reads slice by slice. Between two slices the other clients have their turns.
  ///
  /// - Parameters:
  ///   - place: where the first slice begins.
  ///   - slice: reads from a place on. Each slice is a snapshot of its own.
  package func read<Place: Sendable, Value: Sendable>(
    in queue: ReadQueue, for client: ReadClient, from place: Place,
    _ slice: @escaping @Sendable (any ReadContext, Place) throws(StoreError) -> ReadStep<Place, Value>,
    done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) {
    engine.submit(pending(in: queue, for: client, from: place, slice, done), in: queue)
  }

  private func pending<Place: Sendable, Value: Sendable>(
    in queue: ReadQueue, for client: ReadClient, from place: Place, isWhole: Bool = false,
    _ slice: @escaping @Sendable (any ReadContext, Place) throws(StoreError) -> ReadStep<Place, Value>,
    _ done: @escaping @Sendable (Result<Value, StoreError>) -> Void
  ) -> PendingRead {
    PendingRead(client: client) { [self] source in
      do throws(StoreError) {
        switch try source.readSnapshot(readsWhole: isWhole, { reader throws(StoreError) in try slice(reader, place) }) {
        case .again(let next): return pending(in: queue, for: client, from: next, slice, done)
        case .done(let value): done(.success(value))
        }
      } catch .unsettled(let package) {
        // Where nothing can be written, as on a full disk, the package is read whole.
        settling.settle(package, engine) { error in
          self.engine.submit(
            self.pending(in: queue, for: client, from: place, isWhole: error != nil, slice, done), in: queue)
        }
      } catch {
        done(.failure(isFrozen ? error.ofFrozenFile : error))
      }
      return nil
    }
  }

  /// ``read(in:for:_:done:)`` for callers that can suspend.
  package func read<Value: Sendable>(
    in queue: ReadQueue = .short, _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    // The node itself never leaves, so its reads are always answered.
    try await withCheckedContinuation { continuation in
      read(in: queue, for: .node, body) { continuation.resume(returning: $0) }
    }.get()
  }
}
