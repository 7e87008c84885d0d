// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How far the feed has come, as a commit announced it.
package struct FeedMark: Hashable, Sendable {
  /// The serial of the last row.
  package var serial: Int64
  /// How often rows have left the feed.
  package var removals: Int64
}

/// Wakes the parties that wait for rows. A commit that adds no row wakes none of them.
final class FeedNotifier: Sendable {
  private let state = Mutex(State())
  private let count = Atomic(0)

  private struct State {
    var waiting: [(ticket: Int, wake: @Sendable () -> Void)] = []
    var tickets = 0
    var mark: FeedMark?
  }

  var isWatched: Bool { count.load(ordering: .acquiring) > 0 }

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
  func announce(_ mark: FeedMark?) {
    let woken = state.withLock { state in
      if let mark {
        // Two announcers may come in the wrong order. Neither number ever goes down.
        let known = state.mark ?? mark
        let now = FeedMark(serial: max(known.serial, mark.serial), removals: max(known.removals, mark.removals))
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

/// Reads how far the feed has come. For one thread at a time, as its connection.
final class FeedMarkReading {
  private let connection: Connection
  private var statement: Statement?

  init(_ connection: Connection) { self.connection = connection }

  /// - Returns: nil for a file without a feed.
  func mark() throws(StoreError) -> FeedMark? {
    guard let statement = try prepared() else { return nil }
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    return FeedMark(serial: statement.number(0), removals: statement.number(1))
  }

  private func prepared() throws(StoreError) -> Statement? {
    if let statement { return statement }
    guard try connection.hasTable("headwater_feed") else { return nil }
    let removals =
      "SELECT CAST(value AS INTEGER) FROM headwater_store WHERE key = 'note: \(StoreMetadata.removals.rawValue)'"
    let ready = try connection.prepare(
      "SELECT ifnull(max(serial), 0), ifnull((\(removals)), 0) FROM headwater_feed")
    statement = ready
    return ready
  }
}
