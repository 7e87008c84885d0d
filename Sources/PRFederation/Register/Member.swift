// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A row of the register: a store that has joined, for good. A member that leaves keeps its row, and its name.
package struct Member: Hashable, Sendable {
  package let id: MemberID
  package var name: MemberName
  /// Names in certificates that have not expired yet. No other member may have them.
  package var formerNames: [FormerName] = []
  package var addresses: [MemberAddress]
  package let kind: Kind
  /// Nil right below the authority.
  package let parent: MemberID?
  /// How many nodes that mint are above; for a mirror, the level of what it mirrors.
  package let level: Int
  package var rights: Rights
  package var state: State = .joined
  /// Those that were signed and have not expired, the newest last.
  package var certificates: [Certificate] = []
  package let store: String
  /// Nil for a machine of the authority, which writes into the register that it is there.
  package var nonce: NonceJudge?
  /// Nil when the operator of the authority did.
  package let invitedBy: MemberID?
  /// Times are in seconds since 1970.
  package let invitedAt: Int64
  package var joinedAt: Int64
  package var seenAt: Int64

  /// So many former names of a member are good at a time.
  package static let maximumFormerNames = 8

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// It mints.
    case site
    /// It mints nothing, and adds no level.
    case mirror
    /// One of several machines of the authority, whose database it shares.
    case machine
  }

  package enum State: String, Hashable, Sendable, CaseIterable {
    case joined
    /// It is to report its greatest last number, and to mint nothing after it.
    case retiring
    case retired
    case revoked
  }

  package struct FormerName: Hashable, Sendable {
    package let name: MemberName
    /// When the last certificate with it expires, in seconds since 1970.
    package let until: Int64

    package init(name: MemberName, until: Int64) {
      self.name = name
      self.until = until
    }
  }

  package struct Certificate: Hashable, Sendable {
    /// In hexadecimal digits.
    package let serial: String
    /// In seconds since 1970.
    package let expires: Int64

    package init(serial: String, expires: Int64) {
      self.serial = serial
      self.expires = expires
    }
  }

  /// So many certificates of a member are good at a time.
  package static let maximumCertificates = 16

  /// The one that was signed last.
  package var certificate: Certificate? { certificates.last }

  /// Whether it is to be seen again and again.
  package var reports: Bool { nonce != nil || kind == .machine }

  /// Whether it is part of the federation.
  package var isActive: Bool { state == .joined || state == .retiring }

  package init(
    id: MemberID, name: MemberName, addresses: [MemberAddress], kind: Kind, parent: MemberID?, level: Int,
    rights: Rights, store: String, nonce: NonceJudge?, invitedBy: MemberID?, invitedAt: Int64, joinedAt: Int64
  ) {
    self.id = id
    self.name = name
    self.addresses = addresses
    self.kind = kind
    self.parent = parent
    self.level = level
    self.rights = rights
    self.store = store
    self.nonce = nonce
    self.invitedBy = invitedBy
    self.invitedAt = invitedAt
    self.joinedAt = joinedAt
    seenAt = joinedAt
  }
}
