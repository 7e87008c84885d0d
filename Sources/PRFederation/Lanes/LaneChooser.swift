// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Which lane of a level a member gets: the least that was never given; when there is none, the least that was
/// returned, above its last number. Source: docs/decisions/0061-nonces-in-pairs.md, "Lanes".
///
/// A lane that was set by hand is in order when it takes up exactly one lane of the federation, and that one was never
/// given. The chooser leaves it out. Any other overlaps with a lane that was given or will be, so nothing is given
/// until it is set anew.
package struct LaneChooser: Hashable, Sendable {
  /// How many lanes each level of the federation has.
  package let count: UInt64

  package static let standard = LaneChooser(unchecked: 256)
  /// So that a choice takes a bounded time.
  package static let maximum: UInt64 = 65_536

  /// - Returns: nil unless there are 1 to 65,536 lanes.
  package init?(count: UInt64) {
    guard 1...Self.maximum ~= count else { return nil }
    self.count = count
  }

  private init(unchecked count: UInt64) { self.count = count }

  /// A store whose lane was set by an option.
  package struct HandMade: Hashable, Sendable {
    package let store: String
    package let lane: Lane

    package init(store: String, lane: Lane) {
      self.store = store
      self.lane = lane
    }
  }

  package struct Choice: Hashable, Sendable {
    package let lane: Lane
    /// No last number below it may be minted.
    package let from: UInt64
  }

  /// - Parameters:
  ///   - given: the rows of the level, each lane once.
  ///   - handMade: the lanes of the level that were set by hand, as far as nodes have named them.
  ///   - from: the level's own bound; 0 when nothing was minted there by hand.
  ///   - isNew: only a lane that was never given will do, as after a clone.
  package func choose(
    given: [LaneRow], handMade: [HandMade] = [], from: UInt64 = 0, isNew: Bool = false
  ) throws(LaneRefusal) -> Choice {
    try check(handMade, given: given)
    if let index = free(given: given, handMade: handMade).first {
      return try choice(index, from: from)
    }
    guard !isNew else { throw .noneLeft(count: count, isNew: true) }
    let returned = given.sorted { $0.index < $1.index }
    for row in returned where row.index < count {
      guard case .returned(let last) = row.state else { continue }
      let (next, isFull) = last.map { $0.addingReportingOverflow(1) } ?? (0, false)
      if !isFull, let choice = try? choice(row.index, from: max(next, from)) { return choice }
    }
    throw .noneLeft(count: count, isNew: false)
  }

  /// How many stores could be given a lane now.
  package func left(given: [LaneRow], handMade: [HandMade] = []) -> Int {
    let returned = given.filter { if case .returned = $0.state { $0.index < count } else { false } }
    return free(given: given, handMade: handMade).count + returned.count
  }

  /// Those never given, in order.
  private func free(given: [LaneRow], handMade: [HandMade]) -> [UInt64] {
    var taken = [Bool](repeating: false, count: Int(clamping: count))
    for index in given.map(\.index) + handMade.filter({ isSingle($0.lane) }).map({ $0.lane.index % count }) {
      // Rows of a federation that had more lanes once.
      if index < count { taken[Int(clamping: index)] = true }
    }
    return taken.indices.filter { !taken[$0] }.map { UInt64(clamping: $0) }
  }

  /// Whether the lane lies within one lane of the federation.
  private func isSingle(_ lane: Lane) -> Bool { lane.count % count == 0 }

  private func check(_ handMade: [HandMade], given: [LaneRow]) throws(LaneRefusal) {
    for other in handMade.sorted(by: { $0.store < $1.store }) {
      guard !isSingle(other.lane) || rival(of: other, given: given) != nil else { continue }
      throw .handMade(
        store: other.store, lane: other.lane, set: firstFree(given: given, handMade: handMade))
    }
  }

  /// The first lane that was given and that a lane set by hand overlaps with.
  func rival(of other: HandMade, given: [LaneRow]) -> LaneRow? {
    given.first { Lane(index: $0.index, count: count).map(other.lane.overlaps) ?? false }
  }

  func firstFree(given: [LaneRow], handMade: [HandMade]) -> Lane? {
    free(given: given, handMade: handMade).first.flatMap { Lane(index: $0, count: count) }
  }

  private func choice(_ index: UInt64, from: UInt64) throws(LaneRefusal) -> Choice {
    guard let lane = Lane(index: index, count: count), lane.first(from: from) != nil else {
      throw .numbersUsedUp(from: from)
    }
    return Choice(lane: lane, from: from)
  }
}

/// Why no lane can be given.
package enum LaneRefusal: Error, Hashable, Sendable {
  /// A store mints in a lane that was set by hand, and that overlaps with others. `set` is the lane to set there; nil
  /// when no lane is left.
  case handMade(store: String, lane: Lane, set: Lane?)
  case noneLeft(count: UInt64, isNew: Bool)
  case numbersUsedUp(from: UInt64)
}

extension LaneRefusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .handMade(let store, let lane, let set?):
      "the store \(store) mints in the lane \(lane), which was set by hand and overlaps with lanes of the federation; "
        + "start it with '--lane \(set)', or let it join; if it is gone, run 'headwater federation forget-lane \(store)'"
    case .handMade(let store, let lane, nil):
      "the store \(store) mints in the lane \(lane), which was set by hand and overlaps with lanes of the federation, "
        + "and none of the level's lanes is left for it; stop it from minting, then run 'headwater federation forget-lane "
        + "\(store)'"
    case .noneLeft(let count, false):
      "all \(count) lanes of the level are given; retire a member of the level that is not needed any more"
    case .noneLeft(let count, true):
      "each of the \(count) lanes of the level was given before, and this store needs one that was not; "
        + "invite its site below another member"
    case .numbersUsedUp(let from):
      "the lane has no number from \(from) on; the level cannot be minted at any more"
    }
  }
}
