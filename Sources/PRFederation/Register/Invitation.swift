// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A row of the register: what a token is good for. Name, place and rights come from here, never from the store that
/// joins.
package struct Invitation: Hashable, Sendable {
  package let id: InvitationID
  /// SHA-256 of the token's secret.
  package let secretHash: SecureDigest
  package let offer: Offer
  /// The member that invites; nil for the operator of the authority.
  package let inviter: MemberID?
  /// Times are in seconds since 1970.
  package let at: Int64
  package var state: State = .open
  /// Set when a store has joined by it.
  package var use: Use?

  /// How long a token may be used, in seconds: 24 h.
  package static let lifetime: Int64 = 86_400
  /// How long the same request has the same answer, in seconds.
  package static let repetition: Int64 = 3600
  /// So many of one member may be open.
  package static let maximumOfMember = 16
  /// So many of one member may be on record, with those that are used, withdrawn or expired.
  package static let maximumOnRecord = 256
  /// So many may be open in all.
  package static let maximum = 1024

  package enum State: String, Hashable, Sendable, CaseIterable {
    case open, used, withdrawn, expired
  }

  /// What is offered.
  package struct Offer: Hashable, Sendable {
    package var name: MemberName
    package var kind: Member.Kind
    package var addresses: [MemberAddress]
    /// Nil right below the authority.
    package var parent: MemberID?
    package var rights: Rights
    /// The member that has the name joins once more.
    package var isAgain: Bool

    package init(
      name: MemberName, kind: Member.Kind = .site, addresses: [MemberAddress] = [], parent: MemberID? = nil,
      rights: Rights = [.read], isAgain: Bool = false
    ) {
      self.name = name
      self.kind = kind
      self.addresses = addresses
      self.parent = parent
      self.rights = rights
      self.isAgain = isAgain
    }
  }

  /// The answer that a store was given, so that it can be given once more.
  package struct Use: Hashable, Sendable {
    /// SHA-256 of the certificate request.
    package let request: SecureDigest
    package let member: MemberID
    package let nonce: Nonce?
    package let at: Int64
    /// The certificate that was signed, as PEM.
    package var certificate: String?

    package init(request: SecureDigest, member: MemberID, nonce: Nonce?, at: Int64, certificate: String? = nil) {
      self.certificate = certificate
      self.request = request
      self.member = member
      self.nonce = nonce
      self.at = at
    }
  }

  package init(id: InvitationID, secretHash: SecureDigest, offer: Offer, inviter: MemberID?, at: Int64) {
    self.id = id
    self.secretHash = secretHash
    self.offer = offer
    self.inviter = inviter
    self.at = at
  }

  package var expires: Int64 { at.addingClamped(Self.lifetime) }

  func isOpen(at now: Int64) -> Bool { state == .open && now < expires }
}
