// SPDX-License-Identifier: Apache-2.0

/// What a store uses of its machine beside SQLite: threads, clocks, randomness and files. They are passed in, so that a test
/// runs a store in virtual time, on one thread, on a simulated disk, and in an order that follows from a seed.
package struct StoreEnvironment: Sendable {
  /// Makes the queue of one of the store's threads.
  package var queue: @Sendable (StoreThread) -> any SerialQueue
  package var clock: StoreClock
  package var random: @Sendable () -> UInt64
  package var files: any StoreFiles

  package init(
    queue: @escaping @Sendable (StoreThread) -> any SerialQueue, clock: StoreClock,
    random: @escaping @Sendable () -> UInt64, files: any StoreFiles
  ) {
    self.queue = queue
    self.clock = clock
    self.random = random
    self.files = files
  }

  /// The machine's own.
  package static let system = StoreEnvironment(
    queue: { SystemQueue($0) }, clock: .system, random: { UInt64.random(in: .min ... .max) },
    files: SystemFiles())
}

/// The threads of a store, each with a queue and a connection of its own.
package enum StoreThread: String, Sendable, CaseIterable {
  case writer, reader, checkpoint, mark, externalChanges, diagnostics
}

/// Runs pieces of work one after another, in the order in which they came.
package protocol SerialQueue: Sendable {
  func async(_ work: @escaping @Sendable () -> Void)

  /// Returns when the work and all that came before it is done. Not to be called from work of the same queue.
  func sync<Value>(_ work: () -> Value) -> Value

  /// Keeps the thread awake for some time in which work is likely to come. To be called from work of the queue.
  func linger(for time: Duration, until hasWork: () -> Bool)
}

/// A clock that is never set, and callbacks by it.
package struct StoreClock: Sendable {
  package var now: @Sendable () -> ContinuousClock.Instant
  /// Calls back once, later, on a thread of its own choice.
  package var schedule: @Sendable (_ delay: Duration, _ body: @escaping @Sendable () -> Void) -> Void

  package init(
    now: @escaping @Sendable () -> ContinuousClock.Instant,
    schedule: @escaping @Sendable (_ delay: Duration, _ body: @escaping @Sendable () -> Void) -> Void
  ) {
    self.now = now
    self.schedule = schedule
  }
}
