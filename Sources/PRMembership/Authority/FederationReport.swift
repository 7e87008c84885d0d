// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// A federation as the register has it, as JSON. Source: docs/federation.md, "As JSON".
package struct FederationReport: Codable, Hashable, Sendable {
  package var federation: String
  package var addresses: [String]
  package var lanes: UInt64
  package var members: [Entry]
  package var invitations: [Invited]
  /// Nil where there is none, and at a member.
  package var handMade: [HandMade]?
  /// While the authority changes its key.
  package var rekeying: Change?

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
    /// `announced` or `signing`.
    package var phase: String
    /// Seconds since 1970.
    package var since: Int64
    /// Members and invitations for which the phase waits.
    package var members, invitations: [String]
  }

  package struct Entry: Codable, Hashable, Sendable {
    package var name, kind, state, store: String
    package var parent: String?
    package var level: Int
    package var lane: String?
    package var from: UInt64?
    package var addresses: [String]
    package var rights: String?
    /// Seconds since 1970.
    package var joinedAt, seenAt: Int64?
    package var certificateExpires: Int64?
    /// Why the authority has stopped it.
    package var stop: String?
  }

  package struct Invited: Codable, Hashable, Sendable {
    package var name, kind: String
    package var parent: String?
    /// Seconds since 1970.
    package var expires: Int64
  }

  package init(_ register: Register, at now: Int64) {
    federation = register.federation.text
    addresses = register.addresses.map(\.description)
    lanes = register.lanes.count
    members = register.members.map { member in
      let lease = register.lease(of: member.id)
      return Entry(
        name: member.name.text, kind: member.kind.rawValue, state: member.state.rawValue, store: member.store,
        parent: member.parent.flatMap(register.member)?.name.text, level: member.level,
        lane: lease?.lane?.description, from: lease?.from, addresses: member.addresses.map(\.description),
        rights: member.rights.description, joinedAt: member.joinedAt, seenAt: member.seenAt,
        certificateExpires: member.certificate?.expires, stop: member.nonce?.stop.map { $0.cause.rawValue })
    }
    invitations = register.invitations.filter { $0.state == .open && now < $0.expires }.map { invitation in
      Invited(
        name: invitation.offer.name.text, kind: invitation.offer.kind.rawValue,
        parent: invitation.offer.parent.flatMap(register.member)?.name.text, expires: invitation.expires)
    }
    let nodes = register.handMade.map { node in
      HandMade(
        store: node.lane.store, level: node.level, lane: node.lane.lane.description, address: node.address,
        seenAt: node.seenAt, isForgotten: node.isForgotten)
    }
    handMade = nodes.isEmpty ? nil : nodes
    if let change = register.rekeying, let wait = register.rekeyingWait(now: now) {
      rekeying = Change(
        phase: change.phase.rawValue, since: change.since, members: wait.members.map(\.text),
        invitations: wait.invitations.map(\.text))
    }
  }

  /// What a member has of it: itself.
  package init(_ membership: Membership) {
    federation = membership.federation.text
    addresses = membership.authority.map(\.description)
    lanes = membership.lease.lane?.count ?? 0
    let lease = membership.lease
    members = [
      Entry(
        name: membership.name.text, kind: membership.kind.rawValue, state: "joined", store: lease.store,
        parent: membership.upstream.name == .authority ? nil : membership.upstream.name.text, level: lease.level,
        lane: lease.lane?.description, from: lease.from, addresses: [], rights: nil, joinedAt: nil, seenAt: nil,
        certificateExpires: nil, stop: membership.nonce.stop?.rawValue)
    ]
    invitations = []
  }

  package var text: String { JSONText.text(self) }
}
