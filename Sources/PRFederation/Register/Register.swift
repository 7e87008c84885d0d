// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The members of a federation, their leases, and the invitations: what the authority decides by.
///
/// Its arrays are the rows of tables. An operation changes rows, or throws and changes none; the caller reads the
/// register and writes what differs in one transaction. Each operation is a function of the register, what is asked,
/// and the time.
package struct Register: Hashable, Sendable {
  package let federation: FederationName
  /// SHA-256 of the authority's public key.
  package var authority: SecureDigest
  package let lanes: LaneChooser
  /// Where the authority is reached.
  package var addresses: [MemberAddress] = []
  /// The certificates that are revoked; nil before the first list is signed.
  package var revocations: Revocations?
  package internal(set) var members = MemberList([])
  /// One for each member that is part of the federation and has a store of its own.
  package internal(set) var leases: [Lease] = []
  package internal(set) var laneRows: [LaneRow] = []
  package internal(set) var invitations: [Invitation] = []
  package internal(set) var floors: [LevelFloor] = []
  /// Stores that mint in lanes which were set by hand.
  package internal(set) var handMade: [HandMade] = []
  /// The change to another key of the authority, while there are two.
  package internal(set) var rekeying: Rekeying?
  /// What machines of the authority without its key wait for.
  package internal(set) var pending: [PendingRequest] = []
  /// Since when no lane is given, in seconds since 1970; nil unless the register was restored.
  package internal(set) var restoredAt: Int64?

  package static let maximumMembers = 4096

  /// The least last number of a level: above every one that was minted there by hand.
  package struct LevelFloor: Hashable, Sendable {
    package let level: Int
    package var from: UInt64

    package init(level: Int, from: UInt64) {
      self.level = level
      self.from = from
    }
  }

  /// The last list that was signed.
  package struct Revocations: Hashable, Sendable {
    package let number: UInt64
    /// As PEM.
    package let list: String

    package init(number: UInt64, list: String) {
      self.number = number
      self.list = list
    }
  }

  /// Counts all changes: two registers of one federation with the same number are equal.
  package var version: Int64 = 0
  /// Counts the changes that members are to get soon, and not with their next report.
  package internal(set) var notices: Int64 = 0
  /// How long the certificates of members are good, in seconds.
  package var certificateLifetime: Int64 = standardLifetime

  /// In seconds: 90 days.
  package static let standardLifetime: Int64 = 90 * 86_400

  /// What asks for a change.
  package enum Sender: Hashable, Sendable {
    /// The operator of the authority.
    case authority
    case member(MemberID)
  }

  /// A new federation: it has no members.
  package init(
    federation: FederationName, authority: SecureDigest, lanes: LaneChooser = .standard, addresses: [MemberAddress] = []
  ) {
    self.addresses = addresses
    self.federation = federation
    self.authority = authority
    self.lanes = lanes
  }

  /// As it stands in tables.
  package init(
    federation: FederationName, authority: SecureDigest, lanes: LaneChooser, members: [Member], leases: [Lease],
    laneRows: [LaneRow], invitations: [Invitation], floors: [LevelFloor], restoredAt: Int64?,
    handMade: [HandMade] = [], rekeying: Rekeying? = nil, pending: [PendingRequest] = []
  ) {
    self.init(federation: federation, authority: authority, lanes: lanes)
    self.members = MemberList(members)
    self.leases = leases
    self.laneRows = laneRows
    self.invitations = invitations
    self.floors = floors
    self.restoredAt = restoredAt
    self.handMade = handMade
    self.rekeying = rekeying
    self.pending = pending
  }

  /// As it stands in a table.
  package init(_ federation: Register, version: Int64, notices: Int64, certificateLifetime: Int64) {
    self = federation
    self.version = version
    self.notices = notices
    self.certificateLifetime = certificateLifetime
  }

  /// Members are to get the list of revoked certificates, or the authority's addresses, soon.
  package mutating func notice() { notices = notices.addingClamped(1) }

  package func member(_ id: MemberID) -> Member? { members.firstIndex(of: id).map { members[$0] } }

  package func member(named name: MemberName) -> Member? { members.firstIndex(named: name).map { members[$0] } }

  package func lease(of id: MemberID) -> Lease? { leases.first { $0.member == id } }

  /// The least last number of a level.
  package func floor(of level: Int) -> UInt64 { floors.first { $0.level == level }?.from ?? 0 }

  /// Whether a member is somewhere below another.
  package func isBelow(_ id: MemberID, _ ancestor: MemberID) -> Bool {
    var (place, steps) = (member(id)?.parent, 0)
    // A register that was damaged may have a circle.
    while let parent = place, steps <= members.count {
      if parent == ancestor { return true }
      (place, steps) = (member(parent)?.parent, steps + 1)
    }
    return false
  }

  /// All members that are somewhere below another.
  func below(_ ancestor: MemberID) -> Set<MemberID> {
    var found: Set<MemberID> = []
    var isGrowing = true
    while isGrowing {
      let count = found.count
      for member in members {
        if let parent = member.parent, parent == ancestor || found.contains(parent) { found.insert(member.id) }
      }
      isGrowing = found.count > count
    }
    return found
  }

  // MARK: What the operations share

  /// The place of a member, after a check that the sender may change it.
  func index(of name: MemberName, for sender: Sender) throws(RegisterRefusal) -> Int {
    guard let index = members.firstIndex(where: { $0.name == name }) else { throw .noMember(name) }
    if case .member(let asking) = sender {
      _ = try inviting(asking)
      guard isBelow(members[index].id, asking) else { throw .notBelow(name) }
    }
    return index
  }

  /// A member that may invite.
  func inviting(_ id: MemberID) throws(RegisterRefusal) -> Member {
    guard let member = member(id), member.state == .joined, member.rights.contains(.invite) else { throw .noRight }
    return member
  }

  func rows(of level: Int) -> [LaneRow] { laneRows.filter { $0.level == level } }

  /// - Parameter store: the one that is to mint there: a lane that it had by hand is no obstacle.
  func choose(_ level: Int, for store: String? = nil, isNew: Bool) throws(RegisterRefusal) -> LaneChooser.Choice {
    guard restoredAt == nil else { throw .restored }
    let others = handMadeLanes(of: level).filter { $0.store != store }
    do throws(LaneRefusal) {
      return try lanes.choose(given: rows(of: level), handMade: others, from: floor(of: level), isNew: isNew)
    } catch { throw .lane(error) }
  }

  /// Gives a member a lease in the place of what it has.
  mutating func give(_ lease: Lease) {
    spendLane(of: lease.member)
    leases.removeAll { $0.member == lease.member }
    leases.append(lease)
    guard let lane = lease.lane else { return }
    laneRows.removeAll { $0.level == lease.level && $0.index == lane.index }
    laneRows.append(LaneRow(level: lease.level, index: lane.index, member: lease.member, state: .held))
  }

  mutating func spendLane(of id: MemberID) { endLane(of: id, .spent) }

  mutating func endLane(of id: MemberID, _ state: LaneRow.State) {
    for index in laneRows.indices where laneRows[index].member == id && laneRows[index].state == .held {
      laneRows[index].state = state
    }
  }
}
