// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads

/// Reads what a process writes into a pipe, on a thread of its own, so that the process never waits for us and we can
/// wait for what it writes.
///
/// `@unchecked Sendable`: `collected` and `isAtEnd` are only touched while `changed` is locked.
package final class OutputCollector: @unchecked Sendable {
  private let changed = NSCondition()
  private var collected: [UInt8] = []
  private var isAtEnd = false

  /// - Parameter descriptor: the pipe's reading end; closed when its writers are gone.
  package init(_ descriptor: CInt) {
    Thread.detachNewThread { [self] in
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = read(descriptor, &piece, piece.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        take(piece[..<count])
      }
      close(descriptor)
      finish()
    }
  }

  private func take(_ bytes: ArraySlice<UInt8>) {
    changed.lock()
    collected += bytes
    changed.broadcast()
    changed.unlock()
  }

  private func finish() {
    changed.lock()
    isAtEnd = true
    changed.broadcast()
    changed.unlock()
  }

  package var text: String {
    changed.lock()
    defer { changed.unlock() }
    return String(decoding: collected, as: UTF8.self)
  }

  /// The lines that are complete.
  package var lines: [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// Waits until the text satisfies a condition.
  ///
  /// - Returns: false when the writers were gone, or the time was up, before it did.
  package func wait(seconds: Double = Limit.seconds, until condition: (String) -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    changed.lock()
    defer { changed.unlock() }
    while !condition(String(decoding: collected, as: UTF8.self)) {
      if isAtEnd || !changed.wait(until: deadline) { return condition(String(decoding: collected, as: UTF8.self)) }
    }
    return true
  }

  /// Waits until nobody can write any more.
  ///
  /// - Returns: false when the time was up before.
  package func waitForEnd(until deadline: Date) -> Bool {
    changed.lock()
    defer { changed.unlock() }
    while !isAtEnd {
      if !changed.wait(until: deadline) { return isAtEnd }
    }
    return true
  }
}
