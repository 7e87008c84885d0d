// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Runs `body` on as many threads at once, each with its number, and waits for all of them.
///
/// - Returns: what each returned, in the order of their numbers.
/// - Throws: the first error that one of them threw.
func inParallel<Value: Sendable>(
  _ threads: Int, _ body: @escaping @Sendable (Int) throws -> Value
) throws -> [Value] {
  try ParallelWork(threads, body).finish()
}

/// Threads at work.
final class ParallelWork<Value: Sendable>: Sendable {
  private let threads: Int
  private let outcomes = Mutex<[Int: Result<Value, any Error>]>([:])
  private let finished = DispatchSemaphore(value: 0)

  /// Starts them.
  init(_ threads: Int, _ body: @escaping @Sendable (Int) throws -> Value) {
    self.threads = threads
    for number in 0..<threads {
      Thread.detachNewThread { [self] in
        let outcome = Result { try body(number) }
        outcomes.withLock { $0[number] = outcome }
        finished.signal()
      }
    }
  }

  /// Waits for all of them.
  func finish() throws -> [Value] {
    for _ in 0..<threads { finished.wait() }
    return try outcomes.withLock { outcomes in try (0..<threads).map { try outcomes[$0]!.get() } }
  }
}

/// A number that threads count up.
final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }

  /// - Returns: the number after counting.
  @discardableResult
  func increment() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}
