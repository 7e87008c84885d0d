// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRRevision
import PRStore

/// What changes the register and has to be signed with it.
extension Register {
  /// Takes a store into the federation, and signs its certificate.
  mutating func enroll(
    _ enrollment: Enrollment, for key: PublicKey, shared: String?, signing: Signing
  ) throws(FederationFailure) -> (Enrolled, MemberCertificate) {
    var random = SystemRandomNumberGenerator()
    let enrolled = try FederationFailure.ofRegister { () throws(RegisterRefusal) in
      try enroll(enrollment, member: MemberID(random.next()), shared: shared, bits: random.next(), now: signing.now)
    }
    if enrolled.isRepeated, let certificate = repeatedCertificate(of: enrollment.id) { return (enrolled, certificate) }
    // A member joins again where its key was lost, or fell into other hands.
    let former = enrolled.member.certificates.filter { signing.now < $0.expires }
    if !former.isEmpty {
      let inviter = invitations.first { $0.id == enrollment.id }?.inviter
      try signList(
        adding: former.compactMap { SerialNumber(hex: $0.serial) }, for: inviter.map { .member($0) } ?? .authority,
        signing)
      dropCertificates(of: enrolled.member.id)
    }
    let certificate = try issue(to: enrolled.member, for: key, signing: signing)
    let pem = try FederationFailure.ofCertificates { () throws(CertificateError) in try certificate.pem() }
    keep(certificate: pem, of: enrollment.id)
    return (enrolled, certificate)
  }

  /// The certificate that a store got when it joined.
  func repeatedCertificate(of id: InvitationID) -> MemberCertificate? {
    certificate(of: id).flatMap { try? MemberCertificate(reading: Array($0.utf8)) }
  }

  /// Signs another certificate of a member.
  mutating func issue(
    to member: Member, for key: PublicKey, signing: Signing
  ) throws(FederationFailure) -> MemberCertificate {
    let (lifetime, own, signer) = (certificateLifetime, addresses, try signing.authority(of: self))
    let certificate = try FederationFailure.ofCertificates { () throws(CertificateError) in
      // A machine of the authority is the authority: its certificate has that name, and no rights.
      member.kind == .machine
        ? try signing.certificate(
          of: .authority, at: member.addresses + own, for: key, lifetime: lifetime, by: signer)
        : try signing.certificate(of: member, for: key, lifetime: lifetime, by: signer)
    }
    try FederationFailure.ofRegister { () throws(RegisterRefusal) in
      try issue(
        Member.Certificate(serial: certificate.serial.description, expires: certificate.period.notAfter),
        to: member.id, now: signing.now)
    }
    return certificate
  }

  /// Shuts a member out: its certificates are on the next list.
  package mutating func revoke(
    _ name: MemberName, by sender: Sender, now: Int64, signing: Signing?
  ) throws(FederationFailure) -> Revoked {
    let revoked = try FederationFailure.ofRegister { () throws(RegisterRefusal) in
      try revoke(name, by: sender, now: now)
    }
    guard let signing else { throw .needsKey }
    try signList(adding: revoked.certificates.compactMap { SerialNumber(hex: $0.serial) }, for: sender, signing)
    return revoked
  }

  /// Whether a certificate is on the register's list, which a node's own may lag behind.
  func hasRevoked(_ certificate: Member.Certificate, by authority: AuthorityCertificate) -> Bool {
    guard let revocations, let serial = SerialNumber(hex: certificate.serial) else { return false }
    let list = try? RevocationList(
      reading: Array(revocations.list.utf8), of: CertificateAuthority.Trust(authority))
    return list?.contains(serial) ?? false
  }

  /// Half of a list: what members have revoked leaves room for what the operator revokes.
  package static let maximumRevocationsOfMembers = RevocationList.maximumEntries / 2

  /// Signs the next list of revoked certificates, and while there are two keys, one with each that is at hand.
  ///
  /// - Parameter sender: who has the certificates revoked.
  package mutating func signList(
    adding more: [SerialNumber] = [], for sender: Sender = .authority, _ signing: Signing
  ) throws(FederationFailure) {
    let (register, signer) = (self, try signing.authority(of: self))
    let (count, own, other) = try FederationFailure.ofCertificates { () throws(CertificateError) in
      let lists = try signing.lists(for: register, adding: more, by: signer)
      return (
        lists.own.entries.count,
        try Revocations(lists.own),
        try lists.other.map { list throws(CertificateError) in try Revocations(list) }
      )
    }
    if case .member = sender, !more.isEmpty, count > Self.maximumRevocationsOfMembers {
      throw .refused(.revocationsOfMembers(maximum: Self.maximumRevocationsOfMembers))
    }
    revocations = own
    if let other { keep(otherList: other) }
    notice()
  }
}

/// Why a change of the federation was not made.
package enum FederationFailure: Error, Hashable, Sendable {
  case refused(RegisterRefusal)
  case certificate(CertificateError)
  case keys(KeyFolderError)
  /// It takes a signature, and there is no key.
  case needsKey
  /// Another machine has asked for what cannot be read.
  case unreadable(String)
  case store(StoreError)
  /// The store has no register.
  case noFederation

  static func ofRegister<Value>(
    _ body: () throws(RegisterRefusal) -> Value
  ) throws(FederationFailure) -> Value {
    do throws(RegisterRefusal) { return try body() } catch { throw .refused(error) }
  }

  static func ofCertificates<Value>(
    _ body: () throws(CertificateError) -> Value
  ) throws(FederationFailure) -> Value {
    do throws(CertificateError) { return try body() } catch { throw .certificate(error) }
  }
}

extension FederationFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .refused(let refusal): refusal.description
    case .certificate(let error): error.description
    case .keys(let error): error.description
    case .needsKey: "this takes a signature of the authority, and was changed meanwhile; try again"
    case .unreadable(let reason): reason
    case .store(let error): error.description
    case .noFederation:
      "the database is not that of an authority; run this where 'headwater federation create' was run"
    }
  }
}

extension WriteContext {
  /// Changes the register where the change may fail for other reasons than the register's.
  ///
  /// - Returns: what the change returned, and the register as it is now.
  package func changeFederation<Value>(
    known: Register? = nil, _ change: (inout Register) throws(FederationFailure) -> Value
  ) throws(StoreError) -> Result<(Value, Register), FederationFailure> {
    var failure = FederationFailure.noFederation
    let outcome: Result<(Value, Register), RegisterRefusal>? = try changeRegister(known: known) {
      register throws(RegisterRefusal) in
      // On a copy: a failure changes nothing.
      var changed = register
      do throws(FederationFailure) {
        let value = try change(&changed)
        register = changed
        return (value, changed)
      } catch {
        failure = error
        throw .noRight
      }
    }
    guard case .success((let value, var register))? = outcome else { return .failure(failure) }
    register.version = try reader.federation()?.version ?? register.version
    return .success((value, register))
  }
}

extension Store {
  /// Changes the register in one transaction.
  package func changeFederation<Value: Sendable>(
    _ change: @escaping @Sendable (inout Register) throws(FederationFailure) -> Value
  ) async throws(FederationFailure) -> Value {
    let outcome: Result<(Value, Register), FederationFailure>
    do throws(StoreError) {
      outcome = try await write { context throws(StoreError) in try context.changeFederation(change) }
    } catch {
      throw .store(error)
    }
    return try outcome.get().0
  }
}
