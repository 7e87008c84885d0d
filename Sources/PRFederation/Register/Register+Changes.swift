// SPDX-License-Identifier: Apache-2.0

extension Register {
  /// The certificate of a member was signed.
  ///
  /// - Parameter now: in seconds since 1970.
  package mutating func issue(
    _ certificate: Member.Certificate, to id: MemberID, now: Int64
  ) throws(RegisterRefusal) {
    guard let index = members.firstIndex(where: { $0.id == id }) else { throw .noRight }
    guard members[index].isActive else { throw .hasLeft(members[index].name, members[index].state) }
    let former = members[index].certificates.filter { now < $0.expires }
    guard former.count < Member.maximumCertificates else { throw .renewedTooOften(members[index].name) }
    members[index].certificates = former + [certificate]
  }

  /// The certificates of a member were revoked, as those of a member that joins again: they count no more. A machine of the authority
  /// finds its row by the last one.
  package mutating func dropCertificates(of id: MemberID) {
    guard let index = members.firstIndex(of: id) else { return }
    members[index].certificates = members[index].kind == .machine ? members[index].certificates.suffix(1) : []
  }

  /// Calls a member by another name. Its certificate has to be made anew; until the present one expires, no other
  /// member gets the old name.
  package mutating func rename(
    _ name: MemberName, to new: MemberName, by sender: Sender, now: Int64
  ) throws(RegisterRefusal) {
    let index = try index(of: name, for: sender)
    guard members[index].isActive else { throw .hasLeft(name, members[index].state) }
    guard !invitations.contains(where: { $0.offer.name == name && $0.isOpen(at: now) }) else {
      throw .alreadyInvited(name)
    }
    let former = members[index].formerNames.filter { now < $0.until }
    let isOwn = former.contains { $0.name == new }
    let isReserved = invitations.contains { $0.offer.name == new && $0.isOpen(at: now) }
    guard isOwn || isFree(new, now: now), !isReserved else { throw .nameTaken(new) }
    guard former.count < Member.maximumFormerNames else { throw .renamedTooOften(name) }
    members[index].formerNames = former.filter { $0.name != new }
    // The certificate of a machine has the authority's name.
    if let certificate = members[index].certificate, members[index].kind != .machine {
      members[index].formerNames.append(Member.FormerName(name: name, until: certificate.expires))
    }
    members[index].name = new
    notice()
  }

  /// Gives a member a lane that was never given, in the place of its own, which is spent. Its next report gets it.
  ///
  /// - Parameter bits: those of a nonce, random.
  package mutating func relane(
    _ name: MemberName, by sender: Sender, bits: UInt64, now: Int64
  ) throws(RegisterRefusal) -> Lease {
    let index = try index(of: name, for: sender)
    let member = members[index]
    guard member.isActive else { throw .hasLeft(name, member.state) }
    guard member.kind == .site else { throw .noLane(name) }
    // On a copy: a refusal changes nothing.
    var swept = self
    swept.sweepHandMade(now: now)
    let choice = try swept.choose(member.level, for: member.store, isNew: true)
    self = swept
    let lease = Lease(
      member: member.id, store: member.store, level: member.level, lane: choice.lane, from: choice.from)
    give(lease)
    notice()
    members[index].nonce?.relane(bits)
    return lease
  }
}
