// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Copies a server without a feed once: all its rows, read as a stream, of which the new ones are added. A value without I/O:
/// it takes events and returns the next actions.
///
/// Rows of such a server never vanish, unless it lost them. If it has fewer rows than were copied of it, everything is read
/// again into a fresh copy, which takes the place of the copy.
///
/// A driver feeds `begun`, carries out the actions in the order of the list, and feeds the result of the last one. An event
/// that the state does not expect changes nothing.
struct ExportSync: Hashable, Sendable {
  private(set) var state = State.idle
  /// Of the copy before the export.
  private var before = Before(rows: 0, newest: 0)
  private var news = 0

  enum State: Hashable, Sendable {
    /// May become `counting`.
    case idle
    /// The rows of the copy are counted. May become `reading`.
    case counting
    /// The next rows of the export are awaited. May become `writing`, `beginning`, `swapping`, `completing`.
    case reading(FeedSync.Target, rows: Int)
    /// May become `reading`.
    case writing(FeedSync.Target, rows: Int)
    /// A fresh copy is begun. May become `reading`.
    case beginning
    /// The fresh copy takes the place of the copy. May become `completing`.
    case swapping
    /// The copy is marked as whole. May become `ended`.
    case completing
    /// Nothing follows.
    case ended
  }

  struct Before: Hashable, Sendable {
    var rows: Int
    /// The serial of the newest row of this node.
    var newest: Int64
  }

  enum Event: Hashable, Sendable {
    case begun
    /// The result of `count`.
    case counted(Before)
    /// A result of `next`.
    case read([Row])
    /// A result of `next`: the export has ended, and so many of its rows could not be copied.
    case ended(passedOver: Int)
    /// The result of `write`.
    case written(news: Int)
    /// The result of `beginFresh`.
    case freshBegun
    /// The result of `swap`: how many rows the copy had that the fresh one has not; nil when another process was faster.
    case swapped(vanished: Int?)
    /// The result of `complete`: how many rows the copy has.
    case completed(rows: Int)
  }

  enum Action: Hashable, Sendable {
    case count
    /// Asks for everything.
    case export
    /// Reads the next rows of the export.
    case next
    case write([Row], FeedSync.Target)
    case beginFresh
    /// Puts the fresh copy in the copy's place. Rows with a greater serial stay: they came as live answers while it was made.
    case swap(sparingAfter: Int64)
    /// Marks the copy as whole.
    case complete
    case note(SyncNote)
  }

  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = .counting
      return [.count]
    case (.counting, .counted(let before)):
      self.before = before
      return export(into: .copy)
    case (.reading(let target, let count), .read(let rows)):
      state = .writing(target, rows: count + rows.count)
      return [.write(rows, target)]
    case (.writing(let target, let rows), .written(let more)):
      state = .reading(target, rows: rows)
      if target == .copy { news += more }
      return [.next]
    case (.reading(.copy, let rows), .ended(let passedOver)): return ended(rows, passedOver)
    case (.reading(.fresh, _), .ended):
      state = .swapping
      return [.swap(sparingAfter: before.newest)]
    case (.beginning, .freshBegun): return export(into: .fresh)
    case (.swapping, .swapped(let vanished)): return swapped(vanished ?? 0)
    case (.completing, .completed(let rows)):
      state = .ended
      return [.note(.applied(news: news)), .note(.worked), .note(.arrived(nil)), .note(.complete(rows: rows))]
    case (.idle, _), (.counting, _), (.reading, _), (.writing, _), (.beginning, _), (.swapping, _), (.completing, _),
      (.ended, _):
      return []
    }
  }

  private mutating func export(into target: FeedSync.Target) -> [Action] {
    state = .reading(target, rows: 0)
    return [.export, .next]
  }

  private mutating func ended(_ rows: Int, _ passedOver: Int) -> [Action] {
    let notes: [Action] = passedOver > 0 ? [.note(.passedOver(rows: passedOver))] : []
    // What comes as live answers meanwhile is in neither number.
    guard before.rows + news > rows else { return notes + complete() }
    state = .beginning
    return notes + [.beginFresh]
  }

  private mutating func complete() -> [Action] {
    state = .completing
    return [.complete]
  }

  private mutating func swapped(_ vanished: Int) -> [Action] {
    guard vanished > 0 else { return complete() }
    let reason = "rows that it had are gone: it lost its database, or was restored from a backup"
    return [.note(.reset(reason: reason)), .note(.swapped(vanished: vanished))] + complete()
  }
}
