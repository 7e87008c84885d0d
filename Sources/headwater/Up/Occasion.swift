// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Something that happens once, and that several may wait for.
final class Occasion: Sendable {
  private let state = Mutex(State())

  private struct State {
    var hasHappened = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  func happen() {
    let waiting = state.withLock { state in
      state.hasHappened = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  var hasHappened: Bool { state.withLock(\.hasHappened) }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.hasHappened { state.waiting.append(continuation) }
        return state.hasHappened
      }
      if isOver { continuation.resume() }
    }
  }
}
