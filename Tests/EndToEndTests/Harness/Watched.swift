// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads

/// A value that threads change, and whose changes they wait for.
///
/// `@unchecked Sendable`: `value` is only touched while `changed` is locked.
final class Watched<Value: Sendable>: @unchecked Sendable {
  private let changed = NSCondition()
  private var value: Value

  init(_ value: Value) { self.value = value }

  var current: Value { withLock { $0 } }

  func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    changed.lock()
    defer {
      changed.broadcast()
      changed.unlock()
    }
    return try body(&value)
  }

  /// Waits until the value satisfies a condition.
  ///
  /// - Returns: false when the time was up before it did.
  @discardableResult
  func wait(seconds: Double = Limit.seconds, until condition: (Value) -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    changed.lock()
    defer { changed.unlock() }
    while !condition(value) {
      if !changed.wait(until: deadline) { return condition(value) }
    }
    return true
  }
}
