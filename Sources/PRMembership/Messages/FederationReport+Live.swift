// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRNode
import PRStore

extension FederationAuthority {
  /// The federation as the authority has it, with what members have said of themselves.
  package var report: FederationReport {
    let (facts, register) = (facts, register)
    var report = FederationReport(register, at: part.now, here: part.keys.machine(in: register)?.id) { member, entry in
      if let facts = facts[member.id], member.isActive { entry.take(facts) }
    }
    report.sayHere(part)
    return report.plain
  }
}

extension FederationMember {
  /// What its report is made of, beside the alarms of the node.
  struct ReportSource: Equatable, Sendable {
    let membership: Membership
    let above: [Above]
    let reportedAt: Int64?
    let belowChanges: Int
  }

  var reportSource: ReportSource {
    state.withLock { state in
      ReportSource(
        membership: state.membership, above: state.above, reportedAt: state.reportedAt,
        belowChanges: state.belowChanges)
    }
  }

  /// The federation as a member has it: what stands above it, and what has reported through it.
  package var report: FederationReport {
    let now = part.now
    var report = FederationReport(membership, above: above)
    report.sayHere(part, seenAt: reportedAt)
    for below in below.values.sorted(by: { $0.name < $1.name }) {
      let isAbsent = now - below.seenAt >= FederationReport.State.absence
      var entry = FederationReport.Entry(
        name: below.name, parent: below.path.first ?? report.here?.name,
        kind: below.lease?.lane == nil ? .mirror : .site, state: isAbsent ? .absent : .joined)
      (entry.level, entry.lane, entry.from) = (below.lease?.level, below.lease?.lane?.description, below.lease?.from)
      entry.seenAt = below.seenAt
      entry.take(below.facts)
      report.members.append(entry)
    }
    return report.plain
  }
}

extension FederationReport {
  /// What a member's database has of the federation.
  ///
  /// - Parameter above: the members above, from the authority's down, as far as an answer has named them.
  package init(_ place: Membership, above: [FederationMember.Above] = []) {
    var top = Entry(name: MemberName.authority.text, parent: nil, kind: .authority, state: .above)
    (top.level, top.addresses) = (0, place.authority.map(\.description))
    var members = [top]
    for other in above {
      let kind = Member.Kind(rawValue: other.kind).map { Kind($0) } ?? .site
      var entry = Entry(name: other.name, parent: members.last?.name, kind: kind, state: .above)
      (entry.level, entry.page) = (other.level, other.page)
      members.append(entry)
    }
    let upstream = place.upstream.name.text
    if members.last?.name != upstream {
      members.append(Entry(name: upstream, parent: members.last?.name, kind: .site, state: .above))
    }
    if upstream != top.name { members[members.count - 1].addresses = place.upstream.addresses.map(\.description) }
    let stop = place.nonce.stop
    var own = Entry(
      name: place.name.text, parent: upstream, kind: Kind(place.kind),
      state: stop == nil ? .joined : stop == .retired ? .retired : .stopped)
    (own.isHere, own.level, own.lane) = (true, place.lease.level, place.lease.lane?.description)
    (own.from, own.store, own.stop) = (place.lease.from, place.lease.store, stop?.rawValue)
    self.init(
      name: place.federation.text, addresses: top.addresses, lanes: place.lease.lane?.count, members: members + [own])
  }

  /// What the node that makes the report says of itself.
  fileprivate mutating func sayHere(_ part: FederationPart, seenAt: Int64? = nil) {
    guard let here = members.firstIndex(where: \.isHere) else { return }
    members[here].version = part.version
    members[here].alarms = part.alarms.all.all.map(\.cause)
    members[here].seenAt = seenAt
  }

  package var text: String { JSONLine.text(self) }
}

extension FederationReport.Entry {
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
