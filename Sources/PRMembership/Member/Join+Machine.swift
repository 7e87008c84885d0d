// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRStore
import PRWire

/// A further machine of the authority joins. It has the authority's database, and makes a key of its own: it gets neither a lane nor the
/// authority's key.
extension Join {
  package struct Machine: Sendable {
    package let federation: FederationName
    package let name: MemberName
    /// Where members reach the machine.
    package let addresses: [MemberAddress]
  }

  package func runMachine(at address: MemberAddress, with token: EnrollmentToken) async throws -> Machine {
    let identity = try await check(token)
    try keys.make()
    let (key, request) = try joining(token)
    let (authority, authorities) = try await authorities(at: address, of: token)
    let plain = EnrollFields(
      id: token.id.description, proof: "", request: try request.pem(), store: identity, nonce: nil, greatest: [:])
    guard let fields = plain.proven(by: token, request) else {
      throw FederationRefusal("OpenSSL cannot make the proof of the token")
    }
    let answer = try await enroll(fields, by: token, at: address, trusting: authorities)
    let issued = try Issued(answer, key, authority, at: clock())
    guard answer.kind == Member.Kind.machine.rawValue, issued.certificate.identity.member == .authority else {
      throw FederationRefusal("the authority has not taken this store as a machine of its own")
    }
    try issued.write(key, to: keys)
    keys.remove(keys.joiningFile(token.id.description))
    return Machine(
      federation: try FederationName(answer.federation), name: try MemberName(answer.name),
      addresses: answer.addresses.compactMap { MemberAddress($0) })
  }

  /// - Returns: the identity of the authority's store.
  private func check(_ token: EnrollmentToken) async throws -> String {
    let register = try await store.read { reader throws(StoreError) in try reader.register() }
    guard let register else {
      throw FederationRefusal(
        "the database is not that of a federation's authority: a machine of it shares its database. A site has a database of its "
          + "own, in a file")
    }
    guard register.trusted.contains(token.authority) else {
      throw FederationRefusal("the token is of another authority than this database; check --database")
    }
    if let invitation = register.invitations.first(where: { $0.id == token.id }), invitation.offer.kind != .machine {
      throw FederationRefusal(
        "the token is for the site \(invitation.offer.name), which has a database of its own, in a file: name it with --database"
      )
    }
    guard !keys.hasAuthorityKey || keys.machine(in: register) != nil else {
      throw FederationRefusal(
        "\(keys.path) is the folder of the machine on which the federation began: name another one with --keys")
    }
    guard let identity = store.identity else { throw FederationRefusal(RegisterRefusal.badStore.description) }
    return identity
  }
}

extension Store {
  /// Whether a token of this register invites a machine of the authority.
  package func isOfMachine(_ token: EnrollmentToken) async throws(StoreError) -> Bool {
    let register = try await read { reader throws(StoreError) in try reader.register() }
    return register?.invitations.contains { $0.id == token.id && $0.offer.kind == .machine } ?? false
  }
}
