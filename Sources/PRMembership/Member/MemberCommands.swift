// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRFederation
import PRNode
import PRRevision
import PRStore
import PRWire

/// An invitation as it is printed.
package struct Invited: Sendable {
  package let address: MemberAddress
  package let token: EnrollmentToken
}

/// What a member asks of the authority for its operator: the request goes to its upstream, and up from there.
package struct MemberCommands {
  private let membership: Membership
  private let link: MemberLink

  package init(_ membership: Membership, keys: KeyFolder, in environment: MembershipEnvironment = .system) {
    self.membership = membership
    link = MemberLink(keys: keys, in: environment)
  }

  /// - Parameter hasRights: the rights of the offer were asked for.
  package func invite(_ offer: Invitation.Offer, hasRights: Bool) async throws(FederationRefusal) -> Invited {
    var random = SystemRandomNumberGenerator()
    let (id, secret) = (InvitationID(random.next()), EnrollmentSecret(using: &random))
    let fields = InviteFields(
      name: offer.name.text, kind: offer.kind.rawValue, addresses: offer.addresses.map(\.description), parent: nil,
      rights: hasRights ? offer.rights.description : nil, again: offer.isAgain, id: id.description,
      secretHash: secret.hash.text)
    let answer: InviteAnswer = try await ask(fields.request(.invite))
    guard let authority = SecureDigest(text: answer.authority),
      let address = answer.addresses.compactMap({ MemberAddress($0) }).first
    else { throw FederationRefusal("the answer of the authority cannot be read; is it of this version?") }
    return Invited(address: address, token: EnrollmentToken(authority: authority, id: id, secret: secret))
  }

  /// - Returns: what was done.
  package func make(_ change: FederationChange) async throws(FederationRefusal) -> String {
    let (kind, name, newName): (RequestKind, MemberName, MemberName?)
    switch change {
    case .retire(let member): (kind, name, newName) = (.retire, member, nil)
    case .revoke(let member): (kind, name, newName) = (.revoke, member, nil)
    case .rename(let member, let new): (kind, name, newName) = (.rename, member, new)
    case .relane:
      throw FederationRefusal("a lane is given at the authority: run this with the authority's database")
    }
    let answer: ChangeAnswer = try await ask(
      ChangeFields(name: name.text, newName: newName?.text).request(kind))
    return answer.text
  }

  private func ask<Answer: Decodable>(_ request: FederationRequest) async throws(FederationRefusal) -> Answer {
    let connection = try await link.connect(
      to: membership.upstream.addresses, of: membership.federation, names: [membership.upstream.name])
    do throws(FederationRefusal) {
      let answer: Answer = try await connection.ask(request)
      await connection.close()
      return answer
    } catch {
      await connection.close()
      throw error
    }
  }
}

extension Store {
  /// Invites at the authority.
  ///
  /// - Parameters:
  ///   - hasRights: the rights of the offer were asked for.
  ///   - keys: the folder of this machine, whose own address the line names, if it has one.
  package func invite(
    _ offer: Invitation.Offer, hasRights: Bool, keys: KeyFolder? = nil, at now: Int64
  ) async throws(FederationFailure) -> Invited {
    var random = SystemRandomNumberGenerator()
    let (id, secret) = (InvitationID(random.next()), EnrollmentSecret(using: &random))
    let (authority, addresses) = try await changeFederation { register throws(FederationFailure) in
      let final = register.completed(offer, hasRights: hasRights)
      let invitation = try FederationFailure.ofRegister { () throws(RegisterRefusal) in
        try register.invite(final, by: .authority, id: id, secretHash: secret.hash, now: now)
      }
      let parent = invitation.offer.parent
      let own = parent == nil ? keys?.machine(in: register)?.addresses.map(\.description) ?? [] : []
      return (register.authority, own + register.addresses(above: parent))
    }
    guard let address = addresses.compactMap({ MemberAddress($0) }).first else { throw .noFederation }
    return Invited(address: address, token: EnrollmentToken(authority: authority, id: id, secret: secret))
  }
}

extension Register {
  /// An offer with what was left out: a member that joins again keeps its place, its kind and its rights.
  ///
  /// - Parameter hasRights: the rights of the offer were asked for.
  package func completed(_ offer: Invitation.Offer, hasRights: Bool) -> Invitation.Offer {
    var offer = offer
    let member = offer.isAgain ? member(named: offer.name) : nil
    if let member {
      (offer.parent, offer.kind) = (member.parent, member.kind)
      // Another member may have them by now.
      if offer.addresses.isEmpty { offer.addresses = member.addresses }
    }
    if offer.kind == .machine {
      // Its certificate is one of the authority's own.
      offer.rights = []
    } else if !hasRights {
      offer.rights = member?.rights ?? (offer.addresses.isEmpty ? .read : [.read, .invite])
    }
    return offer
  }

  /// Marks the register as restored, or ends that.
  ///
  /// - Returns: whether it is marked now and was not before.
  package mutating func endRestore(takesWord: Bool, at now: Int64) throws(FederationFailure) -> Bool {
    guard restoredAt != nil else {
      markRestored(now: now)
      return true
    }
    try FederationFailure.ofRegister { () throws(RegisterRefusal) in try afterRestore(takesWord: takesWord) }
    return false
  }
}
