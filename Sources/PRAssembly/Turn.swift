// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import Synchronization

/// When a generation may begin, and when it has made room for the next: two never take from one queue.
final class Turn: Sendable {
  private let beginning: AsyncStream<Void>
  private let begins: AsyncStream<Void>.Continuation
  private let ending: AsyncStream<Void>
  private let ends: AsyncStream<Void>.Continuation
  private let holders: Mutex<Int>
  private let madeRoom: @Sendable () -> Void

  /// - Parameters:
  ///   - holders: how many take from a queue.
  ///   - madeRoom: called when none of them does any more.
  init(holders: Int, madeRoom: @escaping @Sendable () -> Void) {
    (beginning, begins) = AsyncStream.makeStream()
    (ending, ends) = AsyncStream.makeStream()
    self.holders = Mutex(holders)
    self.madeRoom = madeRoom
  }

  func begin() { begins.finish() }

  /// Another one is to take over.
  func end() { ends.finish() }

  /// Waits until it begins, or until it is told to stop.
  func wait() async {
    await withGracefulShutdownHandler {
      for await _ in beginning {}
    } onGracefulShutdown: {
      self.begin()
    }
  }

  /// Waits until another one is to take over, or until it is told to stop.
  func waitForEnd() async {
    await withGracefulShutdownHandler {
      for await _ in ending {}
    } onGracefulShutdown: {
      self.end()
    }
  }

  /// One of the holders takes no more.
  func leave() {
    let left = holders.withLock { holders in
      holders -= 1
      return holders
    }
    if left == 0 { madeRoom() }
  }
}
