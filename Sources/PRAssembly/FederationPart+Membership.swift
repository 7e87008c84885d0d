// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRMembership
import PRRevision
import PRStatus

extension StatusReport.FederationPart {
  /// As the authority sees it.
  ///
  /// - Parameters:
  ///   - alarms: the names of this node's.
  ///   - now: in seconds since 1970.
  init(_ authority: FederationAuthority, alarms: [String], at now: Int64) {
    let (register, facts) = (authority.register, authority.facts)
    var top = Member(name: MemberName.authority.text, parent: nil, kind: .authority, state: .joined)
    (top.isHere, top.level) = (true, 0)
    (top.version, top.alarms) = (headwaterVersion, alarms)
    let members = register.members.map { member -> Member in
      let parent = member.parent.flatMap(register.member)?.name ?? .authority
      var entry = Member(
        name: member.name.text, parent: parent.text, kind: Kind(rawValue: member.kind.rawValue) ?? .site,
        state: State(member, at: now))
      (entry.level, entry.lane) = (member.level, register.lease(of: member.id)?.lane?.description)
      entry.seenAt = member.seenAt * 1000
      entry.certificateExpires = member.certificate?.expires
      if let facts = facts[member.id], member.isActive { entry.take(facts) }
      return entry
    }
    let invited = register.invitations.filter { $0.state == .open && now < $0.expires && !$0.offer.isAgain }
    let places = invited.map { invitation in
      Member(
        name: invitation.offer.name.text,
        parent: (invitation.offer.parent.flatMap(register.member)?.name ?? .authority).text,
        kind: Kind(rawValue: invitation.offer.kind.rawValue) ?? .site, state: .invited)
    }
    self.init(name: register.federation.text, members: [top] + members + places)
  }

  /// As a member sees it: what stands above it, and what has reported through it.
  ///
  /// - Parameters:
  ///   - alarms: the names of this node's.
  ///   - now: in seconds since 1970.
  init(_ member: FederationMember, alarms: [String], at now: Int64) {
    let place = member.membership
    var members: [Member] = []
    var top = Member(name: MemberName.authority.text, parent: nil, kind: .authority, state: .above)
    top.level = 0
    members.append(top)
    for above in member.above {
      var entry = Member(
        name: above.name, parent: members.last?.name, kind: Kind(rawValue: above.kind) ?? .site, state: .above)
      (entry.level, entry.page) = (above.level, above.page)
      members.append(entry)
    }
    var own = Member(
      name: place.name.text, parent: members.last?.name, kind: Kind(rawValue: place.kind.rawValue) ?? .site,
      state: place.nonce.stop == nil ? .joined : place.nonce.stop == .retired ? .retired : .stopped)
    (own.isHere, own.level, own.lane) = (true, place.lease.level, place.lease.lane?.description)
    own.seenAt = member.reportedAt.map { $0 * 1000 }
    (own.version, own.alarms) = (headwaterVersion, alarms)
    members.append(own)
    for below in member.below.values.sorted(by: { $0.name < $1.name }) {
      let isAbsent = now - below.seenAt >= State.absence
      var entry = Member(
        name: below.name, parent: below.path.first ?? place.name.text,
        kind: below.lease?.lane == nil ? .mirror : .site, state: isAbsent ? .absent : .joined)
      (entry.level, entry.lane) = (below.lease?.level, below.lease?.lane?.description)
      entry.seenAt = below.seenAt * 1000
      entry.take(below.facts)
      members.append(entry)
    }
    self.init(name: place.federation.text, members: members)
  }
}

extension StatusReport.FederationPart.State {
  /// After so many seconds without a report.
  static let absence: Int64 = 3600

  fileprivate init(_ member: Member, at now: Int64) {
    self =
      switch member.state {
      case .revoked: .revoked
      case .retired: .retired
      case .retiring: .retiring
      case .joined where member.nonce?.stop != nil: .stopped
      case .joined: member.nonce != nil && now - member.seenAt >= Self.absence ? .absent : .joined
      }
  }
}

extension StatusReport.FederationPart.Member {
  fileprivate mutating func take(_ facts: MemberFacts) {
    version = facts.version
    page = facts.page
    copyLagSeconds = facts.copyLag
    requestsPerSecond = facts.requestsPerSecond
    hitRatio = facts.hitRatio
    alarms = facts.alarms
    certificateExpires = facts.certificateExpires ?? certificateExpires
  }
}
