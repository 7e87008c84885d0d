// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Wakes those who wait for rows. A wake says that there may be some: whoever is woken looks.
final class FeedWatch: Sendable {
  private let waiting = Mutex<[Int: @Sendable () -> Void]>([:])
  private let count = Atomic(0)
  private let next = Atomic(0)

  var isWatched: Bool { count.load(ordering: .acquiring) > 0 }

  func wait(_ wake: @escaping @Sendable () -> Void) -> Int {
    let ticket = next.wrappingAdd(1, ordering: .relaxed).newValue
    waiting.withLock { waiting in
      waiting[ticket] = wake
      count.store(waiting.count, ordering: .releasing)
    }
    return ticket
  }

  func leave(_ ticket: Int) {
    waiting.withLock { waiting in
      waiting[ticket] = nil
      count.store(waiting.count, ordering: .releasing)
    }
  }

  func wakeAll() {
    guard isWatched else { return }
    let woken = waiting.withLock { waiting in
      defer {
        waiting = [:]
        count.store(0, ordering: .releasing)
      }
      return waiting.values
    }
    for wake in woken { wake() }
  }
}
