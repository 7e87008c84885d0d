// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension Register {
  /// Offers a place in the federation.
  ///
  /// - Parameters:
  ///   - id: random, like the secret.
  ///   - now: in seconds since 1970; the same for the other operations.
  /// - Returns: the invitation, whose lane is chosen when a store joins by it.
  package mutating func invite(
    _ offer: Invitation.Offer, by sender: Sender, id: InvitationID, secretHash: SecureDigest, now: Int64
  ) throws(RegisterRefusal) -> Invitation {
    guard restoredAt == nil else { throw .restored }
    // On a copy: a refusal changes nothing.
    var next = self
    next.sweep(now: now)
    try next.checkInviter(offer, sender)
    try next.checkName(offer, now: now)
    try next.checkAddresses(offer)
    if case .member(let id) = sender { try next.checkHosts(offer, of: id) }
    try next.checkPlace(offer)
    guard !next.invitations.contains(where: { $0.id == id }) else { throw .badToken }
    let inviter: MemberID? = if case .member(let id) = sender { id } else { nil }
    let invitation = Invitation(id: id, secretHash: secretHash, offer: offer, inviter: inviter, at: now)
    next.invitations.append(invitation)
    self = next
    return invitation
  }

  /// Takes an open invitation back.
  package mutating func withdraw(_ name: MemberName, by sender: Sender, now: Int64) throws(RegisterRefusal) {
    let open = invitations.firstIndex { $0.offer.name == name && $0.isOpen(at: now) }
    guard let open else { throw .notInvited(name) }
    if case .member(let asking) = sender {
      _ = try inviting(asking)
      let parent = invitations[open].offer.parent
      guard parent == asking || parent.map({ isBelow($0, asking) }) == true else { throw .notBelow(name) }
    }
    invitations[open].state = .withdrawn
  }

  /// Ends invitations whose time is over, and drops those that no store can be answered for any more, and lanes set by hand that
  /// were not seen for long.
  ///
  /// The end is written down: a clock that is set back opens none again.
  package mutating func sweep(now: Int64) {
    for index in invitations.indices where invitations[index].state == .open && now >= invitations[index].expires {
      invitations[index].state = .expired
    }
    invitations.removeAll { invitation in
      let end = max(invitation.expires, (invitation.use?.at ?? invitation.at).addingClamped(Invitation.repetition))
      return invitation.state != .open && now >= end
    }
    sweepHandMade(now: now)
  }

  private func checkInviter(_ offer: Invitation.Offer, _ sender: Sender) throws(RegisterRefusal) {
    let open = invitations.filter { $0.state == .open }
    guard open.count < Invitation.maximum else { throw .tooManyInvitations(maximum: Invitation.maximum) }
    guard case .member(let id) = sender else { return }
    let inviter = try inviting(id)
    guard offer.kind != .machine else { throw .machineBelow }
    guard offer.parent == id || offer.parent.map({ isBelow($0, id) }) == true else { throw .notBelow(offer.name) }
    guard offer.rights.isSubset(of: inviter.rights) else { throw .rightsAbove(inviter: inviter.rights) }
    guard open.filter({ $0.inviter == id }).count < Invitation.maximumOfMember else {
      throw .tooManyInvitations(maximum: Invitation.maximumOfMember)
    }
    guard invitations.count(where: { $0.inviter == id }) < Invitation.maximumOnRecord else {
      throw .tooManyInvitationsOnRecord(maximum: Invitation.maximumOnRecord)
    }
  }

  private func checkName(_ offer: Invitation.Offer, now: Int64) throws(RegisterRefusal) {
    let name = offer.name
    guard !invitations.contains(where: { $0.offer.name == name && $0.state == .open }) else {
      throw .alreadyInvited(name)
    }
    if offer.isAgain {
      guard let member = member(named: name) else { throw .noMember(name) }
      guard member.state != .revoked else { throw .hasLeft(name, member.state) }
      guard member.parent == offer.parent, member.kind == offer.kind else { throw .notBelow(name) }
      return
    }
    guard members.count < Self.maximumMembers else { throw .tooManyMembers }
    guard isFree(name, now: now) else { throw .nameTaken(name) }
  }

  /// Whether no member has the name, or has it in a certificate that is good.
  func isFree(_ name: MemberName, now: Int64) -> Bool {
    guard name != .authority else { return false }
    return !members.contains { member in
      member.name == name || member.formerNames.contains { $0.name == name && now < $0.until }
    }
  }

  private func checkAddresses(_ offer: Invitation.Offer) throws(RegisterRefusal) {
    guard offer.addresses.count <= MemberAddress.maximum else { throw .tooManyAddresses }
    for address in offer.addresses {
      guard !addresses.contains(address) else { throw .addressTaken(address, by: .authority) }
      if let other = members.first(where: {
        $0.isActive && $0.name != offer.name && $0.addresses.contains(address)
      }) {
        throw .addressTaken(address, by: other.name)
      }
      if let other = invitations.first(where: { $0.state == .open && $0.offer.addresses.contains(address) }) {
        throw .addressTaken(address, by: other.offer.name)
      }
    }
  }

  /// A certificate names hosts and not ports: a member invites to no host of the authority, or of a member that is not below it.
  private func checkHosts(_ offer: Invitation.Offer, of sender: MemberID) throws(RegisterRefusal) {
    for address in offer.addresses where !address.isOfThisMachine {
      if addresses.contains(where: { $0.host == address.host }) { throw .addressTaken(address, by: .authority) }
      let other = members.first { member in
        member.isActive && member.name != offer.name && member.id != sender && !isBelow(member.id, sender)
          && member.addresses.contains { $0.host == address.host }
      }
      if let other { throw .addressTaken(address, by: other.name) }
    }
  }

  private func checkPlace(_ offer: Invitation.Offer) throws(RegisterRefusal) {
    guard offer.kind != .machine || offer.parent == nil else { throw .machineBelow }
    if let id = offer.parent {
      guard let parent = member(id) else { throw .noRight }
      guard parent.kind != .machine else { throw .machineBelow }
      guard parent.state == .joined else { throw .hasLeft(parent.name, parent.state) }
      guard !parent.addresses.isEmpty else { throw .parentWithoutAddress(parent.name) }
    }
    let level = level(of: offer.kind, below: offer.parent)
    guard level <= Partition.deepest else { throw .tooDeep(maximum: Partition.deepest) }
    guard !offer.isAgain else { return }
    if let parent = offer.parent {
      try checkMembers(below: parent)
      if offer.kind == .site { try checkLanes(level, below: parent) }
    }
    guard offer.kind == .site else { return }
    _ = try choose(level, isNew: false)
    let promised = invitations.filter { other in
      other.state == .open && other.offer.kind == .site && !other.offer.isAgain
        && self.level(of: .site, below: other.offer.parent) == level
    }
    let left = lanes.left(given: rows(of: level), handMade: handMadeLanes(of: level))
    guard promised.count < left else { throw .lane(.noneLeft(count: lanes.count, isNew: false)) }
  }

  /// A mirror has the level of what it mirrors, so that a node below it has the same level as beside it.
  package func level(of kind: Member.Kind, below parent: MemberID?) -> Int {
    let above = parent.flatMap(member)?.level ?? 0
    return kind == .site ? above + 1 : above
  }
}
