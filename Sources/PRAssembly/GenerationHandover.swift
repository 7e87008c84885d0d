// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import Synchronization

/// When a generation may begin, and when it has made room for the next: two never take from one queue.
final class GenerationHandover: Sendable {
  private let beginning = OneShotEvent()
  private let ending = OneShotEvent()
  private let holders: Mutex<Int>
  private let madeRoom: @Sendable () -> Void

  /// - Parameters:
  ///   - holders: how many take from a queue.
  ///   - madeRoom: called when none of them does any more.
  init(holders: Int, madeRoom: @escaping @Sendable () -> Void) {
    self.holders = Mutex(holders)
    self.madeRoom = madeRoom
  }

  func begin() { beginning.happen() }

  /// Another one is to take over.
  func end() { ending.happen() }

  /// Waits until it begins, or until the waiting generation is stopped.
  func wait() async {
    await cancelWhenGracefulShutdown { await self.beginning.wait() }
  }

  /// Another one was to take over.
  var hasEnded: Bool { ending.hasHappened }

  /// Waits until another one is to take over.
  func waitForEnd() async { await ending.wait() }

  /// One of the holders takes no more.
  func leave() {
    let left = holders.withLock { holders in
      holders -= 1
      return holders
    }
    if left == 0 { madeRoom() }
  }
}
