// SPDX-License-Identifier: Apache-2.0

extension Register {
  /// The register was restored from a backup: leases may be missing, so it gives none.
  package mutating func markRestored(now: Int64) {
    restoredAt = now
    for index in members.indices { members[index].nonce?.markRestored() }
  }

  /// A member that joined after the backup was made, by its own account and by a certificate that was checked.
  ///
  /// - Parameters:
  ///   - member: with the name, parent and rights of its certificate; its nonce is the one that it presents.
  ///   - lease: what it reports.
  package mutating func adopt(_ member: Member, lease: Lease?) throws(RegisterRefusal) {
    guard restoredAt != nil else { throw .notRestored }
    guard members.count < Self.maximumMembers else { throw .tooManyMembers }
    guard self.member(member.id) == nil, isFree(member.name, now: member.joinedAt) else {
      throw .nameTaken(member.name)
    }
    if let other = members.first(where: { $0.isActive && $0.kind != .machine && $0.store == member.store }) {
      throw .storeTaken(by: other.name)
    }
    if let lease { try takeOver(lease, of: member) }
    var member = member
    member.nonce?.markRestored()
    members.append(member)
  }

  /// Gives lanes again.
  ///
  /// - Parameter takesWord: the operator confirms that members which have not reported were given no lane since the
  ///   backup.
  package mutating func afterRestore(takesWord: Bool) throws(RegisterRefusal) {
    guard let restoredAt else { throw .notRestored }
    let awaited = members.filter { $0.isActive && $0.nonce != nil && $0.seenAt < restoredAt }.map(\.name).sorted()
    guard takesWord || awaited.isEmpty else { throw .awaiting(Array(awaited.prefix(8)), count: awaited.count) }
    self.restoredAt = nil
    for index in members.indices { members[index].nonce?.endRestore() }
  }
}
