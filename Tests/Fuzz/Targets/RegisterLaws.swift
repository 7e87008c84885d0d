// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

/// What holds for every register, whatever was asked of it.
struct RegisterLaws {
  private let register: Register
  private let now: Int64

  init(_ register: Register, at now: Int64) {
    self.register = register
    self.now = now
  }

  /// - Parameter before: the register before the last change; nil where it was restored from a backup.
  func check(after before: Register?) throws {
    try checkMembers()
    try checkLeases()
    try checkLimits()
    guard let before else { return }
    try checkLanes(after: before)
    try checkTokens(after: before)
    try require(register.notices >= before.notices, "the notices have gone back")
    let ids = Set(register.members.map(\.id))
    try require(before.members.allSatisfy { ids.contains($0.id) }, "a member's row is gone")
  }

  private func checkMembers() throws {
    let members = register.members
    try require(Set(members.map(\.id)).count == members.count, "two members have one id")
    // A name that a certificate still has is a name.
    let names = members.flatMap { member in
      Set([member.name] + member.formerNames.filter { now < $0.until }.map(\.name))
    }
    try require(Set(names).count == names.count, "two members have one name: \(names)")
    try require(!names.contains(.authority), "a member is called like the authority")
    let stores = members.filter { $0.isActive && $0.kind != .machine }.map(\.store)
    try require(Set(stores).count == stores.count, "two members have one store: \(stores)")
    let addresses = members.filter(\.isActive).flatMap(\.addresses)
    try require(Set(addresses).count == addresses.count, "two members have one address: \(addresses)")
    for member in members {
      let above = member.parent.map { register.member($0) }
      try require(above.map { $0 != nil && $0?.kind != .machine } ?? true, "\(member.name) hangs on nothing")
      try require(
        member.level == register.level(of: member.kind, below: member.parent) && 0...Partition.deepest ~= member.level,
        "\(member.name) has the level \(member.level)")
      try require(!register.isBelow(member.id, member.id), "\(member.name) is below itself")
    }
  }

  private func checkLeases() throws {
    let places = register.laneRows.map { Place($0) }
    try require(Set(places).count == places.count, "two rows of one lane: \(places)")
    let held = register.laneRows.filter { $0.state == .held }.map(\.member)
    try require(Set(held).count == held.count, "a member holds two lanes: \(register.laneRows)")
    try require(
      held.allSatisfy { id in register.leases.contains { $0.member == id && $0.lane != nil } },
      "a lane is held without a lease: \(register.laneRows)")
    try require(Set(register.leases.map(\.member)).count == register.leases.count, "a member has two leases")
    for lease in register.leases {
      guard let member = register.member(lease.member), member.isActive else {
        throw BrokenProperty(description: "a lease of no member: \(lease)")
      }
      try require(
        lease.store == member.store && lease.level == member.level, "\(member.name) has the lease of another: \(lease)")
      try require((lease.lane != nil) == (member.kind == .site), "a \(member.kind) has the lease \(lease)")
      guard let lane = lease.lane else { continue }
      try require(lease.from >= register.floor(of: lease.level), "\(lease) goes below the floor of its level")
      let row = register.laneRows.first { $0.level == lease.level && $0.index == lane.index }
      let isStopped = row?.state == .spent && member.nonce?.stop != nil
      try require(
        lane.count == register.lanes.count && row?.member == member.id && (row?.state == .held || isStopped),
        "\(member.name) has a lease without its lane: \(lease), \(String(describing: row))")
    }
    // One that was adopted may have said nothing of its lease.
    guard register.restoredAt == nil else { return }
    for member in register.members where member.isActive && member.kind != .machine {
      try require(
        register.lease(of: member.id) != nil || member.joinedAt == member.invitedAt, "\(member.name) has no lease")
    }
  }

  private func checkLimits() throws {
    let open = register.invitations.filter { $0.state == .open }
    for (inviter, theirs) in Dictionary(grouping: open, by: \.inviter) where inviter != nil {
      try require(theirs.count <= Invitation.maximumOfMember, "\(theirs.count) invitations of one member are open")
    }
    try require(open.count <= Invitation.maximum, "\(open.count) invitations are open")
    let names = open.map(\.offer.name)
    try require(Set(names).count == names.count, "two invitations for one name are open: \(names)")
    let nodes = register.handMade
    try require(nodes.count <= Register.maximumHandMade, "\(nodes.count) stores with lanes set by hand")
    try require(Set(nodes.map(\.lane.store)).count == nodes.count, "a store has two lanes set by hand")
    for (address, theirs) in Dictionary(grouping: nodes, by: \.address) {
      try require(
        theirs.count <= Register.maximumHandMadeOfAddress, "\(theirs.count) stores with lanes set by hand at \(address)"
      )
    }
    try require(register.members.count <= Register.maximumMembers, "\(register.members.count) members")
    for member in register.members {
      try require(
        member.certificates.filter { now < $0.expires }.count <= Member.maximumCertificates
          && member.formerNames.filter { now < $0.until }.count <= Member.maximumFormerNames
          && member.addresses.count <= MemberAddress.maximum, "\(member.name) has more than it may: \(member)")
    }
    let moving = register.rekeying?.progress.map(\.member) ?? []
    try require(Set(moving).count == moving.count, "a member is twice on its way to the next key")
  }

  /// A lane that is spent stays so; one that is held goes to no other member; one that was returned goes on above its last number.
  private func checkLanes(after before: Register) throws {
    let rows = Dictionary(uniqueKeysWithValues: register.laneRows.map { (Place($0), $0) })
    for old in before.laneRows {
      guard let new = rows[Place(old)] else {
        throw BrokenProperty(description: "the lane \(old) is forgotten")
      }
      switch old.state {
      case .spent: try require(new == old, "the spent lane \(old) has become \(new)")
      case .held: try require(new.member == old.member, "the lane \(old) has become \(new)")
      case .returned(let last):
        guard new != old else { continue }
        let from = register.lease(of: new.member)?.from
        try require(
          new.state == .held && last.map { $0 < from ?? 0 } ?? true,
          "the lane \(old) has become \(new), from \(String(describing: from))")
      }
    }
    // A new lane is none that was set by hand.
    for row in register.laneRows where !before.laneRows.contains(where: { Place($0) == Place(row) }) {
      let others = before.handMade.filter { node in
        node.level == row.level && !node.isForgotten && register.handMade.contains(node)
          && Lane(index: row.index, count: register.lanes.count).map(node.lane.lane.overlaps) ?? false
      }
      let isTaken = others.contains { node in
        !register.members.contains { $0.isActive && $0.store == node.lane.store }
      }
      let isRestored = before.restoredAt != nil || register.restoredAt != nil
      try require(!isTaken || isRestored, "\(row) was set by hand: \(others)")
    }
  }

  private func checkTokens(after before: Register) throws {
    for old in before.invitations where old.state != .open {
      let new = register.invitations.first { $0.id == old.id }
      try require(new.map { $0.state == old.state } ?? true, "an invitation that was \(old.state) is open again")
    }
  }

  private struct Place: Hashable {
    let level: Int
    let index: UInt64

    init(_ row: LaneRow) { (level, index) = (row.level, row.index) }
  }
}
