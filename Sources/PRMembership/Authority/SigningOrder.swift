// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRStore
import PRWire

/// What is to be signed: by this machine of the authority, or by another one that reads it in the register.
enum SigningOrder: Codable, Sendable {
  case enroll(EnrollFields, from: String)
  case renew(RenewFields, of: String)
  case change(Change)
  /// The certificate of a machine of the authority.
  case machine(Machine)

  struct Change: Codable, Hashable, Sendable {
    var kind, name: String
    /// The member that asks; nil for the operator of the authority.
    var sender: String?
  }

  struct Machine: Codable, Hashable, Sendable {
    var id: String
    /// A certificate request, as PEM.
    var request: String
  }

  var text: String { JSONLine.text(self) }

  init(reading text: String) throws(FederationRefusal) {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    } catch {
      throw .unreadable
    }
  }

  /// - Returns: nil for a change that is made without a signature.
  init?(_ change: FederationChange, by sender: Register.Sender) {
    let id: String? = if case .member(let id) = sender { id.description } else { nil }
    switch change {
    case .retire(let name): self = .change(Change(kind: RequestKind.retire.rawValue, name: name.text, sender: id))
    case .revoke(let name): self = .change(Change(kind: RequestKind.revoke.rawValue, name: name.text, sender: id))
    case .rename, .relane: return nil
    }
  }
}

/// An order that was read.
struct SigningWork: Sendable {
  struct Signed: Sendable {
    /// JSON.
    let answer: String
    /// For the log; nil for what happens every day.
    let note: String?
    /// The answer was given before: nothing was signed.
    var isRepeated = false
  }

  /// What can be said without a signature.
  ///
  /// - Returns: the answer that was given before, if it was.
  let check: @Sendable (Register, Int64) throws(FederationFailure) -> String?
  let sign: @Sendable (inout Register, Signing) throws(FederationFailure) -> Signed
}

extension SigningOrder {
  /// Reads the order.
  ///
  /// - Parameter register: as it was read last: the register of the transaction decides.
  func work(in register: Register, of part: FederationPart) throws(FederationRefusal) -> SigningWork {
    switch self {
    case .enroll(let fields, let address): try Self.enrolling(fields, from: address, part)
    case .renew(let fields, let id): try Self.renewing(fields, of: id, in: register, part)
    case .change(let change): try Self.changing(change)
    case .machine(let machine): try Self.certifying(machine)
    }
  }

  private static func enrolling(
    _ fields: EnrollFields, from address: String, _ part: FederationPart
  ) throws(FederationRefusal) -> SigningWork {
    let ((enrollment, key), shared) = (try fields.enrollment(from: address), part.store.identity)
    return SigningWork { register, now throws(FederationFailure) in
      // On a copy: which member it is to be is decided where it is signed.
      var trial = register
      let enrolled = try FederationFailure.ofRegister { () throws(RegisterRefusal) in
        try trial.enroll(enrollment, member: MemberID(enrollment.id.number), shared: shared, bits: 0, now: now)
      }
      guard enrolled.isRepeated, let certificate = trial.repeatedCertificate(of: enrollment.id) else { return nil }
      return JSONLine.text(EnrollAnswer(enrolled, certificate, trial))
    } sign: { register, signing throws(FederationFailure) in
      let (enrolled, certificate) = try register.enroll(enrollment, for: key, shared: shared, signing: signing)
      let name = enrolled.member.name
      let joined = enrolled.member.kind == .machine ? "the machine \(name)" : "the store of \(name)"
      return SigningWork.Signed(
        answer: JSONLine.text(EnrollAnswer(enrolled, certificate, register)),
        note: enrolled.isRepeated ? nil : "\(joined) has joined from \(address)", isRepeated: enrolled.isRepeated)
    }
  }

  private static func renewing(
    _ fields: RenewFields, of text: String, in register: Register, _ part: FederationPart
  ) throws(FederationRefusal) -> SigningWork {
    guard let id = MemberID(text: text), let sender = register.member(id) else { throw .unreadable }
    let (key, present) = try fields.key(of: sender, in: register, at: part)
    return SigningWork { register, now throws(FederationFailure) in
      guard let member = register.member(id), member.isActive else {
        throw .refused(.hasLeft(sender.name, register.member(id)?.state ?? .revoked))
      }
      return nil
    } sign: { register, signing throws(FederationFailure) in
      guard let member = register.member(id) else { throw .refused(.noMember(sender.name)) }
      // The list in use may be older: what the register has revoked is good no more.
      guard !register.hasRevoked(present, by: try signing.authority(of: register).certificate) else {
        throw .refused(.hasLeft(member.name, .revoked))
      }
      // A register that was restored may lack it; to revoke the member is to revoke it too.
      if !member.certificates.contains(present) {
        try FederationFailure.ofRegister { () throws(RegisterRefusal) in
          try register.issue(present, to: id, now: signing.now)
        }
      }
      let certificate = try register.issue(to: member, for: key, signing: signing)
      return SigningWork.Signed(answer: try certificate.renewal, note: nil)
    }
  }

  private static func changing(_ order: Change) throws(FederationRefusal) -> SigningWork {
    let sender: Register.Sender
    if let text = order.sender {
      guard let id = MemberID(text: text) else { throw .unreadable }
      sender = .member(id)
    } else {
      sender = .authority
    }
    let name = try MemberName(asked: order.name)
    guard let kind = RequestKind(rawValue: order.kind), let change = FederationChange(kind, name, newName: nil) else {
      throw .unreadable
    }
    return SigningWork { _, _ in
      nil
    } sign: { register, signing throws(FederationFailure) in
      let text = try register.make(change, by: sender, now: signing.now, signing: signing)
      var asked = "the operator"
      if case .member(let id) = sender { asked = register.member(id)?.name.text ?? asked }
      return SigningWork.Signed(answer: JSONLine.text(ChangeAnswer(text: text)), note: "\(asked): \(text)")
    }
  }

  private static func certifying(_ machine: Machine) throws(FederationRefusal) -> SigningWork {
    guard let id = MemberID(text: machine.id) else { throw .unreadable }
    let key = try SigningRequest(sent: machine.request).publicKey
    return SigningWork { _, _ in
      nil
    } sign: { register, signing throws(FederationFailure) in
      guard let member = register.member(id), member.kind == .machine else { throw .refused(.noRight) }
      let certificate = try register.issue(to: member, for: key, signing: signing)
      return SigningWork.Signed(
        answer: try certificate.renewal, note: "the certificate of the machine \(member.name) was renewed")
    }
  }
}

extension MemberCertificate {
  /// The answer to a renewal.
  fileprivate var renewal: String {
    get throws(FederationFailure) {
      let text = try FederationFailure.ofCertificates { () throws(CertificateError) in try pem() }
      return JSONLine.text(RenewAnswer(certificate: text))
    }
  }
}

extension FederationRefusal {
  fileprivate static let unreadable = FederationRefusal(
    "the machine with the authority's key cannot read the request; is it of this version?")
}
