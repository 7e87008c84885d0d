// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension Register {
  /// A store that mints in a lane which was set by hand, as far as greetings and reports say: none of it is proven.
  package struct HandMade: Hashable, Sendable {
    package let level: Int
    package let lane: LaneChooser.HandMade
    /// Where it was seen, for the operator.
    package let address: String
    /// In seconds since 1970. A store that is seen again within a day keeps its row.
    package var seenAt: Int64
    /// The operator has said that this lane counts no more.
    package var isForgotten: Bool

    package init(
      level: Int, lane: LaneChooser.HandMade, address: String = "", seenAt: Int64 = 0, isForgotten: Bool = false
    ) {
      self.level = level
      self.lane = lane
      self.address = address
      self.seenAt = seenAt
      self.isForgotten = isForgotten
    }
  }

  /// So many of them are on record.
  package static let maximumHandMade = 100
  /// So many of them with one address: a client that makes up stores takes no more places.
  package static let maximumHandMadeOfAddress = 16
  /// In seconds: 7 days. One that was not seen for so long is dropped.
  package static let handMadeMemory: Int64 = 7 * 86_400
  /// In seconds: the time on record is set anew when it is as old, and a store is away that was not seen for twice as long.
  private static let handMadeRefresh: Int64 = 86_400

  /// The lanes of a level that count.
  func handMadeLanes(of level: Int) -> [LaneChooser.HandMade] {
    handMade.filter { $0.level == level && !$0.isForgotten && !isMember($0.lane.store) }.map(\.lane)
  }

  private func isMember(_ store: String) -> Bool { members.contains { $0.isActive && $0.store == store } }

  /// Puts on record what was seen. What is on record is changed only where a lane is new or another one, or the time is older
  /// than a day.
  package mutating func note(_ seen: [HandMade], now: Int64) {
    sweepHandMade(now: now)
    for node in seen where (1...Partition.deepest).contains(node.level) && !isMember(node.lane.store) {
      note(node, now: now)
    }
  }

  private mutating func note(_ node: HandMade, now: Int64) {
    guard QuestionPath([node.lane.store]) != nil, node.seenAt.addingClamped(Self.handMadeMemory) > now else { return }
    if let index = handMade.firstIndex(where: { $0.lane.store == node.lane.store }) {
      let before = handMade[index]
      // A node on the way keeps what it has seen for days, and reports it again.
      guard node.seenAt >= before.seenAt else { return }
      // What the operator has forgotten counts again with another lane.
      guard before.level != node.level || before.lane != node.lane else {
        if node.seenAt >= before.seenAt.addingClamped(Self.handMadeRefresh) { handMade[index].seenAt = node.seenAt }
        return
      }
      handMade.remove(at: index)
    } else {
      let ofAddress = handMade.indices.filter { handMade[$0].address == node.address }
      guard
        makeRoom(among: ofAddress, Self.maximumHandMadeOfAddress, now: now),
        makeRoom(among: Array(handMade.indices), Self.maximumHandMade, now: now)
      else { return }
    }
    handMade.append(node)
  }

  /// Drops one that the operator has forgotten, or the one that was away for longest. One that may be there keeps its place.
  private mutating func makeRoom(among indices: [Int], _ maximum: Int, now: Int64) -> Bool {
    guard indices.count >= maximum else { return true }
    if let forgotten = indices.first(where: { handMade[$0].isForgotten }) {
      handMade.remove(at: forgotten)
      return true
    }
    guard let oldest = indices.min(by: { handMade[$0].seenAt < handMade[$1].seenAt }),
      now >= handMade[oldest].seenAt.addingClamped(2 * Self.handMadeRefresh)
    else { return false }
    handMade.remove(at: oldest)
    return true
  }

  mutating func sweepHandMade(now: Int64) {
    handMade.removeAll { now >= $0.seenAt.addingClamped(Self.handMadeMemory) }
  }

  /// The operator confirms that a lane counts no more: the store is gone, or never was there. It counts again when the
  /// store names another lane, and after 7 days in which it was not seen.
  ///
  /// - Parameter store: nil for all.
  /// - Returns: the stores.
  package mutating func forgetLane(of store: String?) throws(RegisterRefusal) -> [String] {
    let found = handMade.indices.filter { index in
      !handMade[index].isForgotten && (store.map { $0 == handMade[index].lane.store } ?? true)
    }
    guard !found.isEmpty else { throw .noHandMade }
    for index in found { handMade[index].isForgotten = true }
    return found.map { handMade[$0].lane.store }.sorted()
  }

  /// A lane that was set by hand, and the lane of the federation with which it overlaps.
  package struct HandMadeOverlap: Hashable, Sendable {
    package let node: HandMade
    /// The member that has the other lane, or had it last.
    package let member: MemberName
    package let lane: Lane
    /// A lane of the level that is free for the store.
    package let free: Lane?
  }

  /// The lanes set by hand that overlap with one that was given.
  package var handMadeOverlaps: [HandMadeOverlap] {
    handMade.filter { !$0.isForgotten && !isMember($0.lane.store) }.compactMap { node in
      let rows = rows(of: node.level)
      guard let rival = lanes.rival(of: node.lane, given: rows),
        let lane = Lane(index: rival.index, count: lanes.count),
        let member = member(rival.member)
      else { return nil }
      return HandMadeOverlap(
        node: node, member: member.name, lane: lane,
        free: lanes.firstFree(given: rows, handMade: handMadeLanes(of: node.level)))
    }
  }
}
