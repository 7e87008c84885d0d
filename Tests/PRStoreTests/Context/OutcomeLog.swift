// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRStore
import PRStoreSQLite

/// Writes that are submitted in a known order, and what became of each.
final class OutcomeLog: Sendable {
  typealias Outcome = (name: String, result: Result<Int, StoreError>)

  private let store: Store
  private let stream: AsyncStream<Outcome>
  private let continuation: AsyncStream<Outcome>.Continuation

  init(_ store: Store) {
    self.store = store
    (stream, continuation) = AsyncStream.makeStream()
  }

  func submit(_ name: String, _ decide: @escaping @Sendable (any WriteContext) throws(StoreError) -> Int) {
    store.write(decide) { [continuation] in continuation.yield((name, $0)) }
  }

  /// Keeps the writer's thread until the semaphore lets go: what is submitted meanwhile makes one group.
  func hold(_ gate: DispatchSemaphore) async {
    await withCheckedContinuation { isHeld in
      submit("gate") { _ in
        isHeld.resume()
        gate.wait()
        return 0
      }
    }
  }

  /// Closes the store, which finishes what was submitted, and gives every outcome in the order of delivery.
  func close() async -> [Outcome] {
    store.close()
    continuation.finish()
    return await stream.reduce(into: []) { $0.append($1) }
  }
}
