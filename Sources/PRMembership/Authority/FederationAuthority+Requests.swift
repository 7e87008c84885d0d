// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire

extension FederationAuthority {
  // MARK: Joining

  /// All tokens that are not accepted are refused alike.
  func enroll(
    _ request: FederationRequest, _ peer: FederationPeer, _ answer: @escaping Node.Answer<String>
  ) throws(FederationRefusal) {
    let address = request.origin(from: peer, in: federation)
    guard admit(address) else { throw .tooManyAttempts }
    let fields = try EnrollFields.read(request)
    try carryOut(.enroll(fields, from: address), noting: seenByHand, answer) { [self] in forgive(address) }
  }

  func renew(
    _ request: FederationRequest, _ peer: FederationPeer, _ answer: @escaping Node.Answer<String>
  ) throws(FederationRefusal) {
    let fields = try RenewFields.read(request)
    let sender = try sender(peer, fields.relayed)
    try carryOut(.renew(fields, of: sender.id.description), answer)
  }

  // MARK: Changes by members

  func invite(
    _ request: FederationRequest, _ peer: FederationPeer, _ answer: @escaping Node.Answer<String>
  ) throws(FederationRefusal) {
    let fields = try InviteFields.read(request)
    let sender = try sender(peer, fields.relayed)
    let parent = try fields.parent.map { name throws(FederationRefusal) in
      try register.sender(try MemberName(asked: name)).id
    }
    let (offer, id, hash) = try fields.offer(parent: parent ?? sender.id)
    let (now, seen, hasRights) = (part.now, seenByHand, fields.rights != nil)
    change(answer) { register throws(FederationFailure) in
      register.note(seen, now: now)
      return try FederationFailure.ofRegister { () throws(RegisterRefusal) in
        try register.invite(
          register.completed(offer, hasRights: hasRights), by: .member(sender.id), id: id, secretHash: hash,
          now: now)
      }
    } then: { [part] invitation, register in
      part.log("\(sender.name) has invited \(invitation.offer.name)")
      return InviteAnswer(
        authority: register.authority.text, addresses: register.addresses(above: invitation.offer.parent))
    }
  }

  func change(
    _ request: FederationRequest, _ peer: FederationPeer, _ answer: @escaping Node.Answer<String>
  ) throws(FederationRefusal) {
    let fields = try ChangeFields.read(request)
    let sender = try sender(peer, fields.relayed)
    let name = try MemberName(asked: fields.name)
    let new = try fields.newName.map { name throws(FederationRefusal) in try MemberName(asked: name) }
    guard let change = FederationChange(request.kind, name, newName: new) else {
      throw FederationRefusal("the fields of the \(request.kind.rawValue) cannot be read")
    }
    if change.needsSignature(in: register), let order = SigningOrder(change, by: .member(sender.id)) {
      return try carryOut(order, answer)
    }
    let now = part.now
    self.change(answer) { register throws(FederationFailure) in
      try register.make(change, by: .member(sender.id), now: now, signing: nil)
    } then: { [part] text, _ in
      part.log("\(sender.name): \(text)")
      return ChangeAnswer(text: text)
    }
  }
}

extension FederationRefusal {
  static let tooManyAttempts = FederationRefusal("too many tokens were tried; try again in a minute")
}

extension FederationRequest {
  /// Where a token is tried. A member has many clients behind its address, and says which one it is. A client without a certificate
  /// of the federation has passed nothing on: its fields are not read.
  func origin(from peer: FederationPeer, in federation: FederationName) -> String {
    guard peer.certificate?.identity.federation == federation, let fields = try? EnrollFields.read(self) else {
      return peer.address
    }
    return fields.relayed?.origin ?? peer.address
  }
}

extension MemberName {
  /// A name that was sent.
  package init(asked text: String) throws(FederationRefusal) {
    do throws(NameError) {
      try self.init(text)
    } catch {
      throw FederationRefusal("the member's name cannot be used: \(error)")
    }
  }
}

extension EnrollFields {
  func enrollment(from address: String) throws(FederationRefusal) -> (Register.Enrollment, PublicKey) {
    let csr = try SigningRequest(sent: request)
    guard let id = InvitationID(text: id), let digest = SecureDigest(text: proof) else {
      throw FederationRefusal(RegisterRefusal.badToken.description)
    }
    let presented = nonce.flatMap { PresentedNonce($0) }
    let enrollment = Register.Enrollment(
      id: id, proof: EnrollmentProof(digest: digest), request: proven(csr.der), store: store, presented: presented,
      greatestByHand: greatest, address: address)
    return (enrollment, csr.publicKey)
  }

  /// What the proof is about: the certificate request, and what the store says of itself. A node that passes the request on has no
  /// token, and can change none of it.
  func proven(_ request: [UInt8]) -> [UInt8] {
    let greatest = greatest.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
    return request + Array("\n\(store)\n\(nonce ?? "")\n\(greatest)".utf8)
  }

  /// The same fields with the proof of the token's holder.
  ///
  /// - Returns: nil where OpenSSL cannot make it.
  func proven(by token: EnrollmentToken, _ request: SigningRequest) -> EnrollFields? {
    guard let proof = EnrollmentProof(token: token, request: proven(request.der)) else { return nil }
    var fields = self
    fields.proof = proof.digest.text
    return fields
  }
}

extension RenewFields {
  /// The key of the request, which is that of the present certificate, and that certificate.
  func key(
    of sender: Member, in register: Register, at part: FederationPart
  ) throws(FederationRefusal) -> (PublicKey, Member.Certificate) {
    let request = try SigningRequest(sent: request)
    let present: MemberCertificate
    let verdict: CertificateAuthority.Trust.Verdict
    do {
      present = try MemberCertificate(reading: Array(certificate.utf8))
      verdict = try part.keys.trust().verdict(of: present, lists: part.keys.revocations(), at: part.now)
    } catch {
      throw FederationRefusal("the present certificate cannot be read: \(error)")
    }
    if case .refused(let reason) = verdict { throw FederationRefusal("\(reason)", isOfRights: true) }
    guard present.publicKey == request.publicKey, try register.sender(present.identity.member).id == sender.id else {
      throw FederationRefusal(
        "the request is not made with the key of the present certificate of \(sender.name)", isOfRights: true)
    }
    return (
      request.publicKey,
      Member.Certificate(serial: present.serial.description, expires: present.period.notAfter)
    )
  }
}

extension SigningRequest {
  /// A request that was sent, as PEM.
  init(sent text: String) throws(FederationRefusal) {
    do throws(CertificateError) {
      try self.init(reading: Array(text.utf8))
    } catch {
      throw FederationRefusal("the certificate request is refused: \(error)")
    }
  }
}

extension InviteFields {
  package func offer(
    parent: MemberID?
  ) throws(FederationRefusal) -> (Invitation.Offer, InvitationID, SecureDigest) {
    guard let kind = Member.Kind(rawValue: kind), let asked = Rights(rights ?? "none"), let id = InvitationID(text: id),
      let hash = SecureDigest(text: secretHash)
    else { throw FederationRefusal("the fields of the invite cannot be read; is its sender of this version?") }
    var places: [MemberAddress] = []
    for text in addresses.prefix(MemberAddress.maximum + 1) {
      guard let address = MemberAddress(text) else {
        throw FederationRefusal("an address of the invitation cannot be used; write HOST:PORT")
      }
      places.append(address)
    }
    let offer = Invitation.Offer(
      name: try MemberName(asked: name), kind: kind, addresses: places, parent: parent, rights: asked, isAgain: again)
    return (offer, id, hash)
  }
}

extension EnrollAnswer {
  init(
    _ enrolled: Register.Enrolled, _ certificate: MemberCertificate, _ register: Register
  ) {
    let member = enrolled.member
    self.init(
      federation: register.federation.text, name: member.name.text, id: member.id.description,
      kind: member.kind.rawValue, level: enrolled.lease?.level ?? member.level,
      lane: enrolled.lease?.lane?.description, from: enrolled.lease?.from ?? 0,
      nonce: enrolled.nonce?.description, certificate: (try? certificate.pem()) ?? "",
      revocations: register.revocations?.list, otherRevocations: register.rekeying?.otherList?.list,
      authorities: register.rekeying.map { [$0.former.certificate, $0.next.certificate] },
      addresses: member.addresses.map(\.description),
      upstream: register.upstream(below: member.parent),
      authorityAddresses: register.places.map(\.description))
  }
}
