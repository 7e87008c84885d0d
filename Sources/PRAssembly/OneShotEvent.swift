// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Something that happens once, and that several may wait for.
package final class OneShotEvent: Sendable {
  private let state = Mutex(State())

  private struct State {
    var hasHappened = false
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  package init() {}

  package func happen() {
    let waiting = state.withLock { state in
      state.hasHappened = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiter in waiting { waiter.finish() }
  }

  package var hasHappened: Bool { state.withLock(\.hasHappened) }

  /// Waits until it happens, or until the task is cancelled; the others then wait on.
  package func wait() async {
    let (news, waiter) = AsyncStream<Void>.makeStream()
    state.withLock { state in
      if state.hasHappened { waiter.finish() } else { state.waiting.append(waiter) }
    }
    for await _ in news {}
  }
}
