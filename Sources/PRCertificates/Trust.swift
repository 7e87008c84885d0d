// SPDX-License-Identifier: Apache-2.0
import COpenSSL

extension CertificateAuthority {
  /// The authorities that are believed: one, or two while members change from an old one to a new one.
  package struct Trust: Hashable, Sendable {
    package let authorities: [AuthorityCertificate]

    package init(_ first: AuthorityCertificate, _ second: AuthorityCertificate? = nil) {
      authorities = [first] + (second.map { [$0] } ?? [])
    }

    /// Whether a certificate holds, and why not.
    package enum Verdict: Hashable, Sendable {
      case holds
      case refused(Reason)
    }

    package enum Reason: Hashable, Sendable {
      /// None of the authorities signed it, or OpenSSL's rules forbid it.
      case notOurs
      /// It names another federation than the authority that signed it.
      case otherFederation
      case authorityExpired
      case notYetValid
      case expired
      /// - Parameter at: in seconds since 1970.
      case revoked(at: Int64)
    }

    /// Says of a certificate whether an authority signed it, whether it is in time, and whether it is revoked.
    ///
    /// A list that is old, or missing, refuses nothing: it is an alarm.
    ///
    /// - Parameters:
    ///   - lists: of any of the authorities.
    ///   - now: in seconds since 1970.
    package func verdict(
      of certificate: MemberCertificate, lists: [RevocationList], at now: Int64
    ) throws(CertificateError) -> Verdict {
      guard let authority = try issuer(of: certificate) else { return .refused(.notOurs) }
      guard authority.federation == certificate.identity.federation else { return .refused(.otherFederation) }
      guard now <= authority.period.notAfter else { return .refused(.authorityExpired) }
      guard certificate.period.notBefore <= now else { return .refused(.notYetValid) }
      guard now <= certificate.period.notAfter else { return .refused(.expired) }
      for list in lists where list.authority == authority.publicKey {
        if let entry = list.entry(certificate.serial) { return .refused(.revoked(at: entry.time)) }
      }
      return .holds
    }

    /// The authority that signed a certificate, by OpenSSL's verification without its clock.
    ///
    /// - Returns: nil if none did.
    package func issuer(of certificate: MemberCertificate) throws(CertificateError) -> AuthorityCertificate? {
      let leaf = try CertificateReading.handle(certificate.der)
      defer { X509_free(leaf) }
      for authority in authorities where try Self.isSigned(leaf, by: authority) { return authority }
      return nil
    }

    private static func isSigned(
      _ leaf: OpaquePointer, by authority: AuthorityCertificate
    ) throws(CertificateError) -> Bool {
      let signer = try authority.handle()
      defer { X509_free(signer) }
      ErrorQueue.clear()
      guard let store = X509_STORE_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
      defer { X509_STORE_free(store) }
      guard let context = X509_STORE_CTX_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
      defer {
        X509_STORE_CTX_free(context)
        ErrorQueue.clear()
      }
      let rules = UInt(clamping: X509_V_FLAG_X509_STRICT | X509_V_FLAG_NO_CHECK_TIME)
      guard X509_STORE_add_cert(store, signer) == 1, X509_STORE_set_flags(store, rules) == 1,
        X509_STORE_CTX_init(context, store, leaf, nil) == 1
      else { throw .openSSL(reason: ErrorQueue.drain().text) }
      return X509_verify_cert(context) == 1
    }
  }
}

extension CertificateAuthority.Trust.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notOurs: "the federation's authority did not sign the certificate; join the federation with an invitation"
    case .otherFederation: "the certificate names another federation than its authority"
    case .authorityExpired:
      "the authority's certificate has expired; run 'headwater federation rekey' at the authority"
    case .notYetValid: "the certificate is not valid yet; check the clocks of the member and of this machine"
    case .expired: "the certificate has expired; invite the member anew with 'headwater invite NAME --again'"
    case .revoked: "the authority has revoked the certificate"
    }
  }
}
