// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Counts the bytes that readers and writers look at, so that tests can compare the cost of a message with its length.
/// The counter exists in debug builds only.
package enum ReadingCost {
  #if DEBUG
    @TaskLocal private static var counter: Counter?

    private final class Counter: Sendable {
      let bytes = Atomic<Int>(0)
    }
  #endif

  @inline(__always)
  package static func add(_ bytes: @autoclosure () -> Int) {
    #if DEBUG
      counter?.bytes.wrappingAdd(bytes(), ordering: .relaxed)
    #endif
  }

  /// - Returns: how many bytes `body` looked at; nil in a release build.
  package static func of(_ body: () throws -> Void) rethrows -> Int? {
    #if DEBUG
      let counter = Counter()
      try $counter.withValue(counter) { try body() }
      return counter.bytes.load(ordering: .relaxed)
    #else
      try body()
      return nil
    #endif
  }
}
