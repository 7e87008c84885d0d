// SPDX-License-Identifier: Apache-2.0

/// Which of the questions for news that are held back have to look for rows, a few at a time.
///
/// A commit does not wake all of them: with a thousand followers that would take longer than a builder may wait. A
/// question that has come as far as the feed is never looked at.
struct PollTurns: Sendable {
  /// How far a question has come, or the feed.
  struct Place: Hashable, Sendable {
    /// The serial of the last row.
    var serial: Int64
    /// How often rows had left the feed. Another number makes the digests of askers void.
    var removals: Int64
    /// The serial of the last floor; nil for a question that asks for none.
    var floors: Int64?

    func isBehind(_ feed: Place) -> Bool {
      if let floors, floors < feed.floors ?? 0 { return true }
      return serial < feed.serial || removals != feed.removals
    }
  }

  private var waiting: [Int: Place] = [:]
  private var feed: Place?
  /// The feed as it was when `due` was chosen.
  private var chosenFor: Place?
  /// In the order in which they began to wait. Some may have left since.
  private var due: ArraySlice<Int> = []

  /// Questions that are held back.
  var count: Int { waiting.count }

  /// Whether ``next(atMost:)`` may find one.
  var hasDue: Bool { !due.isEmpty || (chosenFor != feed && !waiting.isEmpty) }

  /// Holds a question back.
  ///
  /// - Parameters:
  ///   - number: greater than that of each question before.
  ///   - place: where its last look ended.
  mutating func wait(_ number: Int, at place: Place) {
    waiting[number] = place
    if let feed, feed == chosenFor, place.isBehind(feed) { due.append(number) }
  }

  mutating func leave(_ number: Int) { waiting[number] = nil }

  /// A commit took the feed here.
  mutating func announce(_ place: Place) { feed = place }

  /// Takes the next questions that have to look. They wait no more.
  mutating func next(atMost maximum: Int) -> [Int] {
    var taken: [Int] = []
    while taken.count < maximum {
      if due.isEmpty, !choose() { break }
      guard let number = due.popFirst() else { continue }
      if waiting.removeValue(forKey: number) != nil { taken.append(number) }
    }
    return taken
  }

  /// - Returns: false when there is nothing to choose for.
  private mutating func choose() -> Bool {
    guard let feed, feed != chosenFor else { return false }
    chosenFor = feed
    // Sorted, so that the order is that of their numbers and not the dictionary's.
    due = waiting.filter { $0.value.isBehind(feed) }.keys.sorted()[...]
    return true
  }
}
