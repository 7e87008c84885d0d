// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How far the feed has come, as a commit announced it.
package struct FeedMark: Hashable, Sendable {
  /// The serial of the last row.
  package var serial: Int64
  /// How often rows have left the feed.
  package var removals: Int64
  /// The serial of the last floor.
  package var floors: Int64

  package init(serial: Int64, removals: Int64, floors: Int64) {
    self.serial = serial
    self.removals = removals
    self.floors = floors
  }
}

/// Wakes the parties that wait for rows. A commit that adds no row and no floor wakes none of them.
package final class FeedNotifier: Sendable {
  private let state = Mutex(State())
  private let count = Atomic(0)

  package init() {}

  private struct State {
    var waiting: [(ticket: Int, wake: @Sendable () -> Void)] = []
    var tickets = 0
    var mark: FeedMark?
  }

  package var isWatched: Bool { count.load(ordering: .acquiring) > 0 }

  /// What was announced last.
  var mark: FeedMark? { state.withLock { $0.mark } }

  func wait(_ wake: @escaping @Sendable () -> Void) -> Int {
    state.withLock { state in
      state.tickets += 1
      state.waiting.append((state.tickets, wake))
      count.store(state.waiting.count, ordering: .releasing)
      return state.tickets
    }
  }

  func leave(_ ticket: Int) {
    state.withLock { state in
      state.waiting.removeAll { $0.ticket == ticket }
      count.store(state.waiting.count, ordering: .releasing)
    }
  }

  /// Wakes all that wait, each once, if the feed has moved.
  ///
  /// - Parameter mark: nil for a file without a feed.
  package func announce(_ mark: FeedMark?) {
    let woken = state.withLock { state in
      if let mark {
        // Two announcers may come in the wrong order. None of the numbers ever goes down.
        let known = state.mark ?? mark
        let now = FeedMark(
          serial: max(known.serial, mark.serial), removals: max(known.removals, mark.removals),
          floors: max(known.floors, mark.floors))
        guard now != state.mark else { return [(ticket: Int, wake: @Sendable () -> Void)]() }
        state.mark = now
      }
      defer {
        state.waiting = []
        count.store(0, ordering: .releasing)
      }
      return state.waiting
    }
    for (_, wake) in woken { wake() }
  }
}
