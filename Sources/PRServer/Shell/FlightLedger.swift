// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The bytes of requests and answers that a server holds for all of its connections, and their ceiling.
///
/// Above the ceiling no large answer is begun, and connections that hold more than a little are not read. It is a ceiling
/// for what is begun: an answer that is under way is finished.
final class FlightLedger: Sendable {
  private let ceiling: Int
  private let total = Atomic(0)
  private let isAwaited = Atomic(false)
  private let waiting = Mutex<[@Sendable () -> Void]>([])
  private let memory: FreedMemory

  init(ceiling: Int, memory: FreedMemory = FreedMemory()) {
    self.ceiling = ceiling
    self.memory = memory
  }

  var bytes: Int { total.load(ordering: .relaxed) }

  @inline(__always)
  var isCrowded: Bool { bytes > ceiling }

  /// Counts what a connection holds more, or less, than before.
  func add(_ bytes: Int) {
    let now = total.wrappingAdd(bytes, ordering: .sequentiallyConsistent).newValue
    memory.note(now)
    guard now <= ceiling, isAwaited.load(ordering: .sequentiallyConsistent) else { return }
    let woken = waiting.withLock { waiting in
      isAwaited.store(false, ordering: .sequentiallyConsistent)
      defer { waiting = [] }
      return waiting
    }
    for body in woken { body() }
  }

  /// Calls `body` once, on any thread, when the ceiling is no longer exceeded.
  func whenThereIsRoom(_ body: @escaping @Sendable () -> Void) {
    waiting.withLock { waiting in
      waiting.append(body)
      isAwaited.store(true, ordering: .sequentiallyConsistent)
    }
    // Bytes may have been freed before the body stood in the list.
    add(0)
  }
}
