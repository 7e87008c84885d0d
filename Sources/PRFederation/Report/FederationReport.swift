// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A federation as far as a node has it: what `/api/federation`, the request `federation` and `headwater federation --json` say,
/// key for key. At the authority that is all of it, at a member what stands above and below. Source: docs/federation.md, "As JSON".
package struct FederationReport: Codable, Hashable, Sendable {
  package var name: String
  /// Where the authority is reached.
  package var addresses: [String]
  /// How many lanes a level has; nil at a mirror.
  package var lanes: UInt64?
  /// The authority first, each after the one above it.
  package var members: [Entry]
  /// The members after this name are left: see ``page(after:)``.
  package var next: String?
  /// Stores with lanes that were set by hand. Nil where there are none, and at a member.
  package var handMade: [HandMade]?
  /// While the authority changes its key.
  package var rekeying: Change?

  package init(name: String, addresses: [String] = [], lanes: UInt64? = nil, members: [Entry]) {
    self.name = name
    self.addresses = addresses
    self.lanes = lanes
    self.members = members
  }

  /// A store with a lane that was set by hand.
  package struct HandMade: Codable, Hashable, Sendable {
    package var store: String
    package var level: Int
    package var lane, address: String
    /// Seconds since 1970.
    package var seenAt: Int64
    package var isForgotten: Bool
  }

  package struct Change: Codable, Hashable, Sendable {
    package var phase: Rekeying.Phase
    /// Seconds since 1970.
    package var since: Int64
    /// Members and invitations for which the phase waits.
    package var members, invitations: [String]

    package var wait: Register.RekeyingWait {
      Register.RekeyingWait(
        members: members.compactMap { try? MemberName($0) }, invitations: invitations.compactMap { try? MemberName($0) }
      )
    }
  }

  /// Times are in seconds since 1970.
  package struct Entry: Codable, Hashable, Sendable {
    package var name: String
    /// The member right above; nil for the authority.
    package var parent: String?
    package var isHere = false
    package var kind: Kind
    package var state: State
    package var level: Int?
    package var lane: String?
    /// The least last number that it mints.
    package var from: UInt64?
    /// Where members below reach it.
    package var addresses: [String] = []
    package var rights: String?
    package var store: String?
    package var joinedAt, seenAt: Int64?
    package var certificateExpires: Int64?
    /// Until when an invitation that is open may be used.
    package var invitedUntil: Int64?
    /// Why the authority has stopped it.
    package var stop: String?
    package var version: String?
    /// Where its status page is.
    package var page: String?
    package var copyLagSeconds: Int64?
    package var requestsPerSecond: Double?
    package var hitRatio: Double?
    /// The names of its alarms, the first of them.
    package var alarms: [String] = []

    package init(name: String, parent: String?, kind: Kind, state: State) {
      self.name = name
      self.parent = parent
      self.kind = kind
      self.state = state
    }
  }

  package enum Kind: String, Codable, Hashable, Sendable {
    case authority, site, mirror, machine

    package init(_ kind: Member.Kind) {
      self =
        switch kind {
        case .site: .site
        case .mirror: .mirror
        case .machine: .machine
        }
    }
  }

  package enum State: String, Codable, Hashable, Sendable {
    case joined
    /// It has not reported for an hour.
    case absent
    /// It mints nothing: the authority has found a clone, or a restored backup.
    case stopped
    case retiring, retired, revoked
    /// It is above this node, which gets no reports of it.
    case above
    case invited

    /// After so many seconds without a report.
    package static let absence: Int64 = 3600

    package init(_ member: Member, at now: Int64) {
      self =
        switch member.state {
        case .revoked: .revoked
        case .retired: .retired
        case .retiring: .retiring
        case .joined where member.nonce?.stop != nil: .stopped
        case .joined: member.reports && now - member.seenAt >= Self.absence ? .absent : .joined
        }
    }
  }
}

extension FederationReport {
  /// As the register has it.
  ///
  /// - Parameters:
  ///   - now: in seconds since 1970.
  ///   - here: the machine of the authority that makes the report; nil for the one on which the federation began.
  ///   - tell: adds what a member has said of itself.
  package init(
    _ register: Register, at now: Int64, here: MemberID? = nil, tell: (Member, inout Entry) -> Void = { _, _ in }
  ) {
    var top = Entry(name: MemberName.authority.text, parent: nil, kind: .authority, state: .joined)
    (top.isHere, top.level, top.addresses) = (here == nil, 0, register.addresses.map(\.description))
    let names = Dictionary(register.members.map { ($0.id, $0.name.text) }) { first, _ in first }
    let leases = Dictionary(register.leases.map { ($0.member, $0) }) { first, _ in first }
    let parent = { (id: MemberID?) in id.flatMap { names[$0] } ?? top.name }
    var members = register.members.map { member in
      var entry = Entry(
        name: member.name.text, parent: parent(member.parent), kind: Kind(member.kind), state: State(member, at: now))
      let lease = leases[member.id]
      entry.isHere = member.id == here
      (entry.level, entry.lane, entry.from) = (member.level, lease?.lane?.description, lease?.from)
      (entry.addresses, entry.rights) = (member.addresses.map(\.description), member.rights.description)
      (entry.store, entry.joinedAt, entry.seenAt) = (member.store, member.joinedAt, member.seenAt)
      entry.certificateExpires = member.certificate?.expires
      entry.stop = member.nonce?.stop.map { $0.cause.rawValue }
      tell(member, &entry)
      return entry
    }
    let places = Dictionary(members.enumerated().map { ($1.name, $0) }) { first, _ in first }
    for invitation in register.invitations where invitation.isOpen(at: now) {
      let offer = invitation.offer
      // A member that is invited once more has its place.
      if let known = places[offer.name.text] {
        members[known].invitedUntil = invitation.expires
      } else {
        var entry = Entry(
          name: offer.name.text, parent: parent(offer.parent), kind: Kind(offer.kind), state: .invited)
        (entry.addresses, entry.rights) = (offer.addresses.map(\.description), offer.rights.description)
        entry.invitedUntil = invitation.expires
        members.append(entry)
      }
    }
    self.init(
      name: register.federation.text, addresses: top.addresses, lanes: register.lanes.count, members: [top] + members)
    let nodes = register.handMade.map { node in
      HandMade(
        store: node.lane.store, level: node.level, lane: node.lane.lane.description, address: node.address,
        seenAt: node.seenAt, isForgotten: node.isForgotten)
    }
    handMade = nodes.isEmpty ? nil : nodes
    if let change = register.rekeying, let wait = register.rekeyingWait(now: now) {
      rekeying = Change(
        phase: change.phase, since: change.since, members: wait.members.map(\.text),
        invitations: wait.invitations.map(\.text))
    }
  }

  /// Its names, addresses and lanes are such: a server may send anything. Other texts are made ``plain``.
  package var isSound: Bool {
    (try? FederationName(name)) != nil && Self.areAddresses(addresses)
      && members.allSatisfy { member in
        ([member.name] + [member.parent].compactMap(\.self)).allSatisfy { (try? MemberName($0)) != nil }
          && Self.areAddresses(member.addresses) && member.lane.map { Lane($0) != nil } ?? true
      }
      && (handMade ?? []).allSatisfy { Lane($0.lane) != nil }
  }

  /// The same report with texts that can be shown on a terminal: what one member says of itself hides no other.
  package var plain: FederationReport {
    var report = self
    for index in report.members.indices { report.members[index].makePlain() }
    report.handMade = report.handMade?.map { node in
      var node = node
      (node.store, node.address) = (node.store.madePlain, node.address.madePlain)
      return node
    }
    return report
  }

  private static func areAddresses(_ texts: [String]) -> Bool { texts.allSatisfy { MemberAddress($0) != nil } }

  /// The node that the report comes from.
  package var here: Entry? { members.first(where: \.isHere) }

  /// The authority made it: it has all members.
  package var isWhole: Bool { here?.kind == .authority || here?.kind == .machine }
}

extension FederationReport {
  /// No node has more: the authority, its members, and the invitations that are open.
  package static let maximumMembers = 1 + Register.maximumMembers + Invitation.maximum

  /// So many members stand on a page: no answer is long, however many members there are.
  package static let pageLength = 64

  /// Some of the members, in the order of their names. The report has ``next`` where there are more.
  ///
  /// - Parameter name: the members before it, and itself, were on an earlier page; nil for the first page.
  package func page(after name: String?) -> FederationReport {
    let pages = ReportPages(self)
    return pages.page(from: pages.start(after: name), isFirst: name == nil)
  }

  /// Adds the members of the page that follows.
  package mutating func add(_ page: FederationReport) {
    members += page.members
    next = page.next
  }
}

extension FederationReport.Entry {
  fileprivate mutating func makePlain() {
    (version, stop, rights, store) = (version?.madePlain, stop?.madePlain, rights?.madePlain, store?.madePlain)
    if page?.isPlainPage == false { page = nil }
    alarms = alarms.map(\.madePlain)
  }
}
