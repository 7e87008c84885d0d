// SPDX-License-Identifier: Apache-2.0
import Foundation

/// All threads of the cooperative pool, taken until they are let go.
final class BusyPool: Sendable {
  private let taken = DispatchSemaphore(value: 0)
  private let gate = DispatchSemaphore(value: 0)
  private let threads = ProcessInfo.processInfo.activeProcessorCount

  /// Waits until it has them.
  func take() {
    for _ in 0..<threads { Task.detached { self.hold() } }
    for _ in 0..<threads { taken.wait() }
  }

  func release() { for _ in 0..<threads { gate.signal() } }

  private func hold() {
    taken.signal()
    gate.wait()
  }
}
