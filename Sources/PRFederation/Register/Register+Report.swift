// SPDX-License-Identifier: Apache-2.0

extension Register {
  /// What the answer to a report says.
  package struct Seen: Hashable, Sendable {
    package let verdict: NonceVerdict
    /// As it stands now: the member takes it over where it differs from its own. Nil for a copy that has none.
    package let lease: Lease?
    /// The member is to report its greatest last number, and to mint nothing after it.
    package let isRetiring: Bool
  }

  /// Takes a report of a member whose certificate was checked.
  ///
  /// - Parameters:
  ///   - lease: what the member has by its own account. It counts only where the register was restored.
  ///   - bits: those of a nonce, random.
  package mutating func report(
    _ id: MemberID, _ report: NonceJudge.Report, lease reported: Lease? = nil, bits: UInt64
  ) throws(RegisterRefusal) -> Seen {
    let index = try reporting(id)
    var member = members[index]
    guard var nonce = member.nonce else { throw .noLane(member.name) }
    let before = nonce.newest.generation
    var verdict = nonce.judge(report, bits: bits)
    // The member was given what the register does not have: the register went back, and gives no lane until that is settled.
    let hasGoneBack = verdict == .registerIsBehind && restoredAt == nil
    if hasGoneBack {
      nonce.markRestored()
      verdict = nonce.judge(report, bits: bits)
    }
    // It comes first: a refusal changes nothing.
    if nonce.newest.generation > before {
      if let reported {
        try takeOver(reported, of: member)
      } else if hasSpentLane(id) {
        // It has got another lane since the backup, and does not say which.
        throw .noLane(member.name)
      }
    }
    if hasGoneBack { markRestored(now: report.at) }
    if verdict != .otherStore { member.seenAt = max(member.seenAt, report.at) }
    if case .stopped = verdict {
      spendLane(of: id)
      // The other copy has a report that waits, and goes on minting until it is answered.
      if member.nonce?.stop == nil { notice() }
    }
    member.nonce = nonce
    members[index] = member
    let hasLease = verdict != .superseded && verdict != .otherStore
    return Seen(verdict: verdict, lease: hasLease ? lease(of: id) : nil, isRetiring: member.state == .retiring)
  }

  private func hasSpentLane(_ id: MemberID) -> Bool {
    guard let lease = lease(of: id), let lane = lease.lane else { return false }
    return laneRows.contains { $0.level == lease.level && $0.index == lane.index && $0.state == .spent }
  }

  private func reporting(_ id: MemberID) throws(RegisterRefusal) -> Int {
    guard let index = members.firstIndex(where: { $0.id == id }) else { throw .noRight }
    guard members[index].isActive else { throw .hasLeft(members[index].name, members[index].state) }
    return index
  }

  /// A lease that was given after the backup from which the register was restored.
  mutating func takeOver(_ lease: Lease, of member: Member) throws(RegisterRefusal) {
    guard lease.member == member.id, lease.store == member.store, lease.level == member.level else {
      throw .otherStore(member.name)
    }
    guard (lease.lane != nil) == (member.kind == .site) else { throw .noLane(member.name) }
    guard let lane = lease.lane else { return give(lease) }
    guard lane.count == lanes.count else { throw .noLane(member.name) }
    let row = laneRows.first { $0.level == lease.level && $0.index == lane.index }
    if let row, !row.mayBecome(lease) { throw .laneTaken(by: self.member(row.member)?.name ?? member.name) }
    var lease = lease
    lease.from = max(lease.from, floor(of: lease.level))
    give(lease)
  }
}

extension LaneRow {
  /// Whether the lane may have been given since the backup: one that was spent was not, and one that was returned goes on above its
  /// last number.
  fileprivate func mayBecome(_ lease: Lease) -> Bool {
    switch state {
    case .held: member == lease.member
    case .spent: false
    case .returned(let last): last.map { $0 < lease.from } ?? true
    }
  }
}
