// SPDX-License-Identifier: Apache-2.0

/// Two releases, read together in the order of their places. It holds what was supplied and is not used yet, and the values
/// of one place.
struct ReleaseMerge: Sendable {
  private var old = Side()
  private var new = Side()

  enum Step: Hashable {
    /// Nothing can be said before more of this side is supplied.
    case needs(ReleaseSide)
    /// The values of the next place; none where a side does not have it.
    case place(ReleasePlace, old: [String], new: [String])
    case finished
  }

  /// - Parameter entries: the next ones of a side, in their order; none when there are no more.
  mutating func supply(_ entries: [ReleaseEntry], to side: ReleaseSide) {
    switch side {
    case .old: old.supply(entries)
    case .new: new.supply(entries)
    }
  }

  mutating func next() -> Step {
    guard old.gather() else { return .needs(.old) }
    guard new.gather() else { return .needs(.new) }
    switch (old.place, new.place) {
    case (nil, nil): return .finished
    case (let place?, nil): return .place(place, old: old.take(), new: [])
    case (nil, let place?): return .place(place, old: [], new: new.take())
    case (let left?, let right?) where left < right: return .place(left, old: old.take(), new: [])
    case (let left?, let right?) where right < left: return .place(right, old: [], new: new.take())
    case (let place?, _?): return .place(place, old: old.take(), new: new.take())
    }
  }

  private struct Side {
    private var entries: [ReleaseEntry] = []
    private var used = 0
    private var isEnded = false
    private(set) var place: ReleasePlace?
    private var values: [String] = []

    mutating func supply(_ more: [ReleaseEntry]) {
      entries.removeFirst(used)
      used = 0
      entries += more
      isEnded = more.isEmpty
    }

    /// Takes the entries of the next place.
    ///
    /// - Returns: whether they are all there, or there is none.
    mutating func gather() -> Bool {
      while used < entries.count {
        let entry = entries[used]
        if let place, place != entry.place { return true }
        place = entry.place
        values.append(entry.value)
        used += 1
      }
      return isEnded
    }

    mutating func take() -> [String] {
      place = nil
      defer { values = [] }
      return values
    }
  }
}
