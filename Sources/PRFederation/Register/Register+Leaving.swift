// SPDX-License-Identifier: Apache-2.0

extension Register {
  /// A member leaves in order: it is to report its greatest last number, and to mint nothing after it.
  package mutating func retire(_ name: MemberName, by sender: Sender, now: Int64) throws(RegisterRefusal) {
    let index = try index(of: name, for: sender)
    let member = members[index]
    guard member.isActive else { throw .hasLeft(name, member.state) }
    if member.nonce?.stop != nil { throw .unclean(name) }
    let below = members.filter { $0.isActive && $0.parent == member.id }.count
    let invited = invitations.filter { $0.isOpen(at: now) && $0.offer.parent == member.id }.count
    guard below + invited == 0 else { throw .hasMembersBelow(name, count: below + invited) }
    withdrawAll(of: member.id, name)
    guard member.kind == .site else { return leave(index, .retired) }
    members[index].state = .retiring
    notice()
  }

  package enum Retirement: Hashable, Sendable {
    /// The report may be acknowledged: the lane can be given again.
    case done
    /// The nonce does not prove the number. The member stays as the verdict says.
    case unproven(Seen)
  }

  /// The last report of a member that retires. A member whose acknowledgement was lost reports the same once more.
  ///
  /// - Parameters:
  ///   - greatest: the greatest last number that it has minted at its level; nil for none.
  ///   - bits: those of a nonce, random.
  package mutating func finishRetirement(
    _ id: MemberID, _ report: NonceJudge.Report, greatest: UInt64?, bits: UInt64
  ) throws(RegisterRefusal) -> Retirement {
    guard let index = members.firstIndex(where: { $0.id == id }) else { throw .noRight }
    let name = members[index].name
    let ended = laneRows.contains { $0.member == id && $0.state.isReturned(atLeastAbove: greatest) }
    if members[index].state == .retired, ended, members[index].store == report.store { return .done }
    guard members[index].state == .retiring else { throw .notRetiring(name) }
    let seen = try self.report(id, report, bits: bits)
    switch seen.verdict {
    case .accepted, .repeated:
      // The numbers below the lease are those of earlier holders of the lane.
      let earlier = leases.first { $0.member == id }.flatMap { $0.from > 0 ? $0.from - 1 : nil }
      endLane(of: id, .returned([greatest, earlier].compactMap(\.self).max()))
      leave(index, .retired)
      return .done
    case .handedOver, .stopped, .superseded, .otherStore, .registerIsBehind: return .unproven(seen)
    }
  }

  package struct Revoked: Hashable, Sendable {
    /// To be put on the revocation list.
    package let certificates: [Member.Certificate]
    /// What was open of the member's invitations, and of those below it.
    package let withdrawn: [MemberName]
    /// The active members below it, which have lost their way up.
    package let below: [MemberName]
  }

  /// A member is shut out. Its lane is spent.
  package mutating func revoke(
    _ name: MemberName, by sender: Sender, now: Int64
  ) throws(RegisterRefusal) -> Revoked {
    let index = try index(of: name, for: sender)
    let member = members[index]
    guard member.state != .revoked else { throw .hasLeft(name, member.state) }
    spendLane(of: member.id)
    leave(index, .revoked)
    let withdrawn = withdrawAll(of: member.id, name)
    let all = below(member.id)
    let below = members.filter { $0.isActive && all.contains($0.id) }.map(\.name).sorted()
    return Revoked(certificates: member.certificates.filter { now < $0.expires }, withdrawn: withdrawn, below: below)
  }

  private mutating func leave(_ index: Int, _ state: Member.State) {
    let id = members[index].id
    members[index].state = state
    notice()
    leases.removeAll { $0.member == id }
  }

  @discardableResult
  private mutating func withdrawAll(of id: MemberID, _ name: MemberName) -> [MemberName] {
    var names: [MemberName] = []
    let below = below(id)
    for index in invitations.indices where invitations[index].state == .open {
      let invitation = invitations[index]
      let isOfMember =
        invitation.inviter == id || invitation.offer.parent == id || invitation.offer.name == name
      guard isOfMember || invitation.offer.parent.map(below.contains) == true else { continue }
      invitations[index].state = .withdrawn
      names.append(invitation.offer.name)
    }
    return names.sorted()
  }
}
