// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a member may mint: numbers of one level, in one lane, with no last number below `from`. It is bound to a store.
package struct Lease: Hashable, Sendable {
  package let member: MemberID
  /// The identity of the store that may mint by it.
  package let store: String
  /// How many nodes that mint are above.
  package let level: Int
  /// Nil for a mirror, which mints nothing.
  package let lane: Lane?
  /// The least last number that may be minted.
  package var from: UInt64

  package init(member: MemberID, store: String, level: Int, lane: Lane?, from: UInt64) {
    self.member = member
    self.store = store
    self.level = level
    self.lane = lane
    self.from = from
  }
}

/// A lane of a level that was given once: which lanes may be given again follows from these rows.
package struct LaneRow: Hashable, Sendable {
  package let level: Int
  package let index: UInt64
  /// The member that has it, or had it last.
  package var member: MemberID
  package var state: State

  package enum State: Hashable, Sendable {
    /// A member mints in it.
    case held
    /// Numbers of it may be anywhere: it is never given again.
    case spent
    /// Its member has left, and has minted no last number above this one; nil when it has minted none.
    case returned(UInt64?)
  }

  package init(level: Int, index: UInt64, member: MemberID, state: State) {
    self.level = level
    self.index = index
    self.member = member
    self.state = state
  }
}

extension LaneRow.State {
  /// The lane was given back, and is leased again above a number at the least.
  func isReturned(atLeastAbove greatest: UInt64?) -> Bool {
    guard case .returned(let last) = self else { return false }
    guard let greatest else { return true }
    return last.map { greatest <= $0 } ?? false
  }

  /// As it stands in a table: `held`, `spent`, `returned`, or `returned:` and a number.
  package var text: String {
    switch self {
    case .held: "held"
    case .spent: "spent"
    case .returned(nil): "returned"
    case .returned(let last?): "returned:\(last)"
    }
  }

  package init?(text: String) {
    switch text {
    case "held": self = .held
    case "spent": self = .spent
    case "returned": self = .returned(nil)
    default:
      guard text.hasPrefix("returned:"), let last = UInt64(text.dropFirst(9)),
        text == LaneRow.State.returned(last).text
      else { return nil }
      self = .returned(last)
    }
  }
}
