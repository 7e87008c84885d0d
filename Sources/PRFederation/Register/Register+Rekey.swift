// SPDX-License-Identifier: Apache-2.0

extension Register {
  /// SHA-256 of the authority's keys that members are to trust.
  package var trusted: [SecureDigest] { rekeying.map { [$0.former.digest, $0.next.digest] } ?? [authority] }

  /// Begins a change of the authority's key: from now on members get the certificate of the next one.
  package mutating func beginRekeying(
    from former: Rekeying.Key, to next: Rekeying.Key, now: Int64
  ) throws(RegisterRefusal) {
    guard restoredAt == nil else { throw .restored }
    guard rekeying == nil else { throw .rekeying }
    guard former.digest == authority, next.digest != authority else { throw .otherAuthority }
    rekeying = Rekeying(former: former, next: next, since: now)
    notice()
  }

  /// The last list of revoked certificates by the key that does not sign certificates now.
  package mutating func keep(otherList list: Revocations) { rekeying?.otherList = list }

  /// What a member says of the keys that it has. Only while there are two.
  ///
  /// - Parameters:
  ///   - trusts: SHA-256 of the keys that it trusts.
  ///   - issuer: SHA-256 of the key that has signed its certificate.
  package mutating func note(trusts: [SecureDigest], issuer: SecureDigest?, of id: MemberID) {
    guard var change = rekeying, let member = member(id), member.isActive else { return }
    let hasNext = trusts.contains(change.next.digest)
    let step: Rekeying.Progress.Step? =
      hasNext ? (issuer == change.next.digest ? .renewed : .trusts) : nil
    guard change.step(of: id) != step else { return }
    change.progress.removeAll { $0.member == id }
    if let step { change.progress.append(Rekeying.Progress(member: id, step: step)) }
    rekeying = change
  }

  /// What the change of the key waits for.
  package struct RekeyingWait: Hashable, Sendable {
    package let members: [MemberName]
    /// Invitations whose tokens name the former key.
    package let invitations: [MemberName]

    package var isOver: Bool { members.isEmpty && invitations.isEmpty }
  }

  /// - Returns: nil where the authority has one key.
  package func rekeyingWait(now: Int64) -> RekeyingWait? {
    guard let change = rekeying else { return nil }
    let done = change.done
    let members = members.filter { $0.isActive && $0.reports && !done.contains($0.id) }
    let open = invitations.filter { change.phase == .signing && $0.isOpen(at: now) && $0.at <= change.since }
    return RekeyingWait(members: members.map(\.name).sorted(), invitations: open.map(\.offer.name).sorted())
  }

  /// Goes on to the next phase of the change; the last one ends it.
  ///
  /// - Parameter waits: nothing may be waited for. False: what is waited for has to be invited anew.
  /// - Returns: whether the register has changed.
  package mutating func advanceRekeying(waits: Bool, now: Int64) -> Bool {
    guard var change = rekeying, let wait = rekeyingWait(now: now), wait.isOver || !waits else { return false }
    switch change.phase {
    case .announced:
      change.phase = .signing
      change.since = now
      // The lists take each other's place with the keys.
      if let list = change.otherList { (revocations, change.otherList) = (list, revocations) }
      authority = change.next.digest
      rekeying = change
    case .signing:
      for index in invitations.indices where wait.invitations.contains(invitations[index].offer.name) {
        if invitations[index].isOpen(at: now) { invitations[index].state = .withdrawn }
      }
      rekeying = nil
    }
    notice()
    return true
  }

  /// The authority has another key, and members have no way from the former one to it: each has to join again.
  ///
  /// - Returns: the members, those above before those below them.
  package mutating func replaceAuthority(with key: SecureDigest) -> [MemberName] {
    authority = key
    rekeying = nil
    for index in invitations.indices where invitations[index].state == .open { invitations[index].state = .withdrawn }
    notice()
    let places = members.filter { $0.isActive && $0.reports }.map { (depth: depth(of: $0), name: $0.name) }
    return places.sorted { ($0.depth, $0.name) < ($1.depth, $1.name) }.map(\.name)
  }

  /// A register that was restored from a backup has the key from before a change; the authority's folder has the later one.
  ///
  /// - Returns: whether the register has changed.
  package mutating func takeOverAuthority(_ key: SecureDigest) -> Bool {
    guard authority != key, rekeying == nil else { return false }
    authority = key
    notice()
    return true
  }

  /// How many members are above one.
  private func depth(of member: Member) -> Int {
    var (place, depth) = (member.parent, 0)
    // A register that was damaged may have a circle.
    while let above = place.flatMap(self.member), depth < members.count { (place, depth) = (above.parent, depth + 1) }
    return depth
  }
}
