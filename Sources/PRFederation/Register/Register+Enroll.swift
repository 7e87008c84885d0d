// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension Register {
  /// What a store that joins sends, and what the authority adds to it.
  package struct Enrollment: Hashable, Sendable {
    package var id: InvitationID
    package var proof: EnrollmentProof
    /// The certificate request, as DER.
    package var request: [UInt8]
    /// The identity of the store.
    package var store: String
    /// What a store that joins again holds.
    package var presented: PresentedNonce?
    /// The greatest last numbers that it has minted by hand, by their level.
    package var greatestByHand: [Int: UInt64]
    package var address: String

    /// A number that was minted by hand is not greater: a member that says so would use up those of its level.
    package static let maximumGreatest: UInt64 = 1_000_000_000_000

    package init(
      id: InvitationID, proof: EnrollmentProof, request: [UInt8], store: String, presented: PresentedNonce? = nil,
      greatestByHand: [Int: UInt64] = [:], address: String
    ) {
      self.id = id
      self.proof = proof
      self.request = request
      self.store = store
      self.presented = presented
      self.greatestByHand = greatestByHand
      self.address = address
    }
  }

  package struct Enrolled: Hashable, Sendable {
    package let member: Member
    /// Nil for a machine of the authority.
    package let lease: Lease?
    package let nonce: Nonce?
    /// The line was cut, and the store has asked once more: its certificate is the one that was made then.
    package let isRepeated: Bool
  }

  /// The longest certificate request with what else the proof is about, in bytes.
  package static let longestRequest = 16_384

  /// Takes a store into the federation.
  ///
  /// - Parameters:
  ///   - member: the id of a new member, random.
  ///   - shared: the identity of the authority's own store, which its machines share and no member has.
  ///   - bits: those of a nonce, random.
  package mutating func enroll(
    _ enrollment: Enrollment, member id: MemberID, shared: String? = nil, bits: UInt64, now: Int64
  ) throws(RegisterRefusal) -> Enrolled {
    guard enrollment.request.count <= Self.longestRequest else { throw .badToken }
    let place = invitations.firstIndex { $0.id == enrollment.id }
    // An unknown id is compared too, so that the time of the answer does not tell it from a wrong secret.
    let hash = place.map { invitations[$0].secretHash } ?? authority
    // A token may name the authority's key that is about to go.
    let holding = trusted.filter { key in
      enrollment.proof.holds(authority: key, id: enrollment.id, secretHash: hash, request: enrollment.request)
    }
    guard let place, !holding.isEmpty else { throw .badToken }
    if let repeated = repeated(invitations[place], enrollment, now: now) { return repeated }
    guard invitations[place].isOpen(at: now) else { throw .badToken }
    // What is no store on a path is none here.
    guard QuestionPath([enrollment.store]) != nil else { throw .badStore }
    // On a copy: a refusal changes nothing.
    var next = self
    let offer = invitations[place].offer
    if offer.kind == .machine, enrollment.store != shared { throw .machineElsewhere }
    if offer.kind != .machine, enrollment.store == shared { throw .storeTaken(by: .authority) }
    let member =
      try offer.isAgain
      ? next.joinAgain(enrollment, offer, bits: bits, now: now)
      : next.join(enrollment, invitations[place], id: id, bits: bits, now: now)
    next.invitations[place].state = .used
    next.invitations[place].use = Invitation.Use(
      request: SecureDigest(of: enrollment.request), member: member.id, nonce: member.nonce?.newest, at: now)
    self = next
    return Enrolled(member: member, lease: lease(of: member.id), nonce: member.nonce?.newest, isRepeated: false)
  }

  /// The certificate of a store that has joined was signed: the same request gets the same one.
  package mutating func keep(certificate: String, of id: InvitationID) {
    for index in invitations.indices where invitations[index].id == id {
      invitations[index].use?.certificate = certificate
    }
  }

  /// The certificate that a store got when it joined by an invitation, as PEM.
  package func certificate(of id: InvitationID) -> String? {
    invitations.first { $0.id == id }?.use?.certificate
  }

  /// The answer that was given before, as long as its receiver has not used it: then it arrived.
  private func repeated(_ invitation: Invitation, _ enrollment: Enrollment, now: Int64) -> Enrolled? {
    guard let use = invitation.use, use.request == SecureDigest(of: enrollment.request),
      now < use.at.addingClamped(Invitation.repetition), let member = member(use.member), member.state == .joined,
      member.store == enrollment.store, member.nonce?.newest == use.nonce
    else { return nil }
    return Enrolled(member: member, lease: lease(of: member.id), nonce: use.nonce, isRepeated: true)
  }

  private mutating func join(
    _ enrollment: Enrollment, _ invitation: Invitation, id: MemberID, bits: UInt64, now: Int64
  ) throws(RegisterRefusal) -> Member {
    let offer = invitation.offer
    guard member(id) == nil, member(named: offer.name) == nil else { throw .nameTaken(offer.name) }
    guard members.count < Self.maximumMembers else { throw .tooManyMembers }
    if let parent = offer.parent.flatMap(member), parent.state != .joined { throw .hasLeft(parent.name, parent.state) }
    let other = members.first { $0.isActive && $0.kind != .machine && $0.store == enrollment.store }
    if offer.kind != .machine, let other { throw .storeTaken(by: other.name) }
    let hasNonce = offer.kind != .machine
    let member = Member(
      id: id, name: offer.name, addresses: offer.addresses, kind: offer.kind, parent: offer.parent,
      level: level(of: offer.kind, below: offer.parent), rights: offer.rights, store: enrollment.store,
      nonce: hasNonce ? NonceJudge(store: enrollment.store, bits: bits) : nil, invitedBy: invitation.inviter,
      invitedAt: invitation.at, joinedAt: now)
    try lease(member, enrollment, isNew: false)
    members.append(member)
    return member
  }

  /// A member keeps its lane if its store shows that it has not gone back. Else its lane is spent.
  private mutating func joinAgain(
    _ enrollment: Enrollment, _ offer: Invitation.Offer, bits: UInt64, now: Int64
  ) throws(RegisterRefusal) -> Member {
    guard let index = members.firstIndex(where: { $0.name == offer.name }) else { throw .noMember(offer.name) }
    var member = members[index]
    guard member.state != .revoked else { throw .hasLeft(member.name, member.state) }
    guard member.store == enrollment.store else { throw .otherStore(member.name) }
    // It may have joined under another name since this one was retired.
    let other = members.first { $0.isActive && $0.kind != .machine && $0.id != member.id && $0.store == member.store }
    if member.kind != .machine, let other { throw .storeTaken(by: other.name) }
    if let presented = enrollment.presented, member.isActive,
      member.nonce?.proves(presented, store: enrollment.store) == true
    {
      let report = NonceJudge.Report(
        store: enrollment.store, presented: presented, address: enrollment.address, at: now)
      _ = member.nonce?.judge(report, bits: bits)
    } else {
      try lease(member, enrollment, isNew: member.isActive)
      member.nonce?.joinAgain(bits)
    }
    (member.state, member.rights, member.joinedAt, member.seenAt) = (.joined, offer.rights, now, now)
    if !offer.addresses.isEmpty { member.addresses = offer.addresses }
    members[index] = member
    return member
  }

  private mutating func lease(
    _ member: Member, _ enrollment: Enrollment, isNew: Bool
  ) throws(RegisterRefusal) {
    guard restoredAt == nil else { throw .restored }
    guard member.kind != .machine else { return }
    guard member.kind == .site else {
      return give(Lease(member: member.id, store: member.store, level: member.level, lane: nil, from: 0))
    }
    try raiseFloor(of: member.level, above: enrollment.greatestByHand[member.level])
    if let parent = member.parent { try checkLanes(member.level, below: parent) }
    let choice = try choose(member.level, for: member.store, isNew: isNew)
    // The store that joins ends the lane that it had by hand.
    handMade.removeAll { $0.lane.store == member.store }
    give(Lease(member: member.id, store: member.store, level: member.level, lane: choice.lane, from: choice.from))
  }

  /// Numbers that were minted by hand may stand in any lane, so all of the level go on above them.
  private mutating func raiseFloor(of level: Int, above greatest: UInt64?) throws(RegisterRefusal) {
    guard let greatest else { return }
    guard greatest <= Enrollment.maximumGreatest else { throw .numberTooGreat(greatest) }
    let (from, overflow) = greatest.addingReportingOverflow(1)
    guard !overflow else { throw .lane(.numbersUsedUp(from: greatest)) }
    guard from > floor(of: level) else { return }
    floors.removeAll { $0.level == level }
    floors.append(LevelFloor(level: level, from: from))
    for index in leases.indices where leases[index].level == level && leases[index].lane != nil {
      leases[index].from = max(leases[index].from, from)
    }
    notice()
  }
}
