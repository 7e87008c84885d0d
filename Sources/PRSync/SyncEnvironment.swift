// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// What a copy uses of its machine beside its store: threads, clocks, randomness. They are passed in, so that a test runs it
/// in virtual time and in an order that follows from a seed.
package struct SyncEnvironment: Sendable {
  /// Where its tasks run.
  package var executor: any TaskExecutor
  /// Where its connections live.
  package var loops: any EventLoopGroup
  /// A clock that is never set.
  package var now: @Sendable () -> ContinuousClock.Instant
  /// Waits for so long, or until the task is cancelled.
  package var pause: @Sendable (Duration) async -> Void
  /// From 0 up to 1. It spreads the pulls of many nodes.
  package var jitter: @Sendable () -> Double

  package init(
    executor: any TaskExecutor, loops: any EventLoopGroup, now: @escaping @Sendable () -> ContinuousClock.Instant,
    pause: @escaping @Sendable (Duration) async -> Void, jitter: @escaping @Sendable () -> Double
  ) {
    self.executor = executor
    self.loops = loops
    self.now = now
    self.pause = pause
    self.jitter = jitter
  }

  /// The machine's own.
  package static var system: SyncEnvironment {
    SyncEnvironment(
      executor: SyncExecutor(), loops: .singletonMultiThreadedEventLoopGroup, now: { .now },
      pause: { try? await Task.sleep(for: $0) }, jitter: { .random(in: 0..<1) })
  }
}
