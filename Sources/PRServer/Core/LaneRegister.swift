// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The stores that were seen right below a node, each with the lane in which it mints: all of them stand at one level.
///
/// Two of them whose lanes overlap may give one number to two contents.
package struct LaneRegister: Hashable, Sendable {
  /// A store that was seen.
  package struct Member: Hashable, Sendable {
    package let store: String
    package fileprivate(set) var lane: Lane
    /// The name in its certificate, and its address.
    package fileprivate(set) var peer: String
    /// How many of its connections are open.
    fileprivate var connections = 0
    /// When the last of them ended, in milliseconds of a clock that only goes on.
    fileprivate var seenAt: Int64
    /// The first of the others whose lane overlaps.
    package fileprivate(set) var rival: Rival?
  }

  /// A store whose lane overlaps with another's.
  package struct Rival: Hashable, Sendable {
    package let store: String
    package let lane: Lane
  }

  package private(set) var members: [Member] = []

  /// So many stores are watched; each new one is compared with all. Beyond it the one that was away for longest makes room.
  package static let maximum = 128

  /// A store that was not seen for so many milliseconds is forgotten: 7 days.
  package static let memory: Int64 = 7 * 24 * 3600 * 1000

  /// What a connection did.
  package enum Change: Hashable, Sendable {
    /// A store has come, has gone, or mints in another lane than before.
    case came, went, moved
    case nothing
  }

  package init() {}

  /// The stores whose lane overlaps with that of another.
  package var overlapping: [Member] { members.filter { $0.rival != nil } }

  /// Who was seen with it last.
  package func peer(of store: String) -> String? { members.first { $0.store == store }?.peer }

  package func rival(of store: String) -> Rival? { members.first { $0.store == store }?.rival }

  /// A connection of a store has begun.
  package mutating func arrive(_ store: String, _ lane: Lane, _ peer: String, at now: Int64) -> Change {
    forget(at: now)
    guard let index = members.firstIndex(where: { $0.store == store }) else {
      guard makeRoom() else { return .nothing }
      members.append(Member(store: store, lane: lane, peer: peer, connections: 1, seenAt: now))
      compare()
      return .came
    }
    let wasAway = members[index].connections == 0
    members[index].connections += 1
    members[index].peer = peer
    guard members[index].lane != lane else { return wasAway ? .came : .nothing }
    members[index].lane = lane
    compare()
    return .moved
  }

  /// A connection of a store has ended.
  package mutating func leave(_ store: String, at now: Int64) -> Change {
    guard let index = members.firstIndex(where: { $0.store == store }), members[index].connections > 0 else {
      return .nothing
    }
    members[index].connections -= 1
    members[index].seenAt = now
    return members[index].connections == 0 ? .went : .nothing
  }

  /// A store mints nothing more, and its numbers are on record: its lane may be given again.
  ///
  /// - Returns: whether it was there.
  package mutating func release(_ store: String) -> Bool {
    let count = members.count
    members.removeAll { $0.store == store }
    guard members.count < count else { return false }
    compare()
    return true
  }

  /// Drops what was not seen for long.
  ///
  /// - Returns: whether there was any.
  @discardableResult
  package mutating func forget(at now: Int64) -> Bool {
    let count = members.count
    members.removeAll { $0.connections == 0 && now - $0.seenAt > Self.memory }
    guard members.count < count else { return false }
    compare()
    return true
  }

  private mutating func makeRoom() -> Bool {
    guard members.count >= Self.maximum else { return true }
    let away = members.indices.filter { members[$0].connections == 0 }
    guard let oldest = away.min(by: { members[$0].seenAt < members[$1].seenAt }) else { return false }
    members.remove(at: oldest)
    return true
  }

  private mutating func compare() {
    for index in members.indices {
      let member = members[index]
      let other = members.first { $0.store != member.store && $0.lane.overlaps(member.lane) }
      members[index].rival = other.map { Rival(store: $0.store, lane: $0.lane) }
    }
  }
}
