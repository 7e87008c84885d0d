// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRFederation

/// The authority of a federation: its certificate and its key, which sign certificates of members and revocation lists.
package struct CertificateAuthority: Sendable {
  package let certificate: AuthorityCertificate
  let key: PrivateKey

  /// In seconds: 10 years.
  package static let lifetime: Int64 = 3652 * 86_400

  /// A new one, with a key of its own.
  ///
  /// - Parameters:
  ///   - now: in seconds since 1970. The certificate is valid from an hour before.
  ///   - lifetime: in seconds.
  ///   - former: the authority in whose place it comes, which endorses it; nil for the first one.
  ///   - random: the serial number's; the key is made of OpenSSL's.
  package static func make(
    federation: FederationName, at now: Int64, lifetime: Int64 = lifetime, after former: CertificateAuthority? = nil,
    using random: inout some RandomNumberGenerator
  ) throws(CertificateError) -> CertificateAuthority {
    let key = try PrivateKey()
    let endorsement = try former.map { former throws(CertificateError) in
      try AuthorityEndorsement(of: key.publicKey, in: federation, by: former.key)
    }
    let draft = CertificateDraft(
      // Two authorities of a federation differ in name: clients and OpenSSL look for an issuer by it.
      subject: [
        (NID_organizationName, federation.text),
        (NID_commonName, "Headwater authority \(key.publicKey.sha256.prefix(8).hexText)"),
      ],
      key: key.publicKey, period: try ValidityPeriod(from: now, lifetime: lifetime), serial: .random(using: &random),
      extensions: [
        (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
        (NID_key_usage, "critical,keyCertSign,cRLSign"),
        (NID_subject_key_identifier, "hash"),
        (NID_subject_alt_name, "URI:" + federation.authorityURI),
      ], endorsement: endorsement)
    let der = try draft.signed(by: nil, key)
    return CertificateAuthority(certificate: try AuthorityCertificate(reading: der), key: key)
  }

  /// - Parameters:
  ///   - certificate: as DER or PEM.
  ///   - key: as DER or PEM.
  ///   - now: in seconds since 1970.
  /// - Throws: ``CertificateError/keyMismatch``, ``CertificateError/authorityExpired`` and what reading throws.
  package init(certificate: [UInt8], key: [UInt8], at now: Int64) throws(CertificateError) {
    self.init(certificate: try AuthorityCertificate(reading: certificate), key: try PrivateKey(reading: key))
    guard self.certificate.publicKey == self.key.publicKey else { throw .keyMismatch }
    try check(at: now)
  }

  private init(certificate: AuthorityCertificate, key: PrivateKey) {
    self.certificate = certificate
    self.key = key
  }

  package func keyPEM() throws(CertificateError) -> String { try key.pem() }

  /// Whether it may sign now.
  func check(at now: Int64) throws(CertificateError) {
    guard certificate.period.notBefore <= now else { throw .authorityNotYetValid }
    guard now <= certificate.period.notAfter else { throw .authorityExpired }
  }

  /// When what it signs now is valid: no longer than the authority itself.
  func period(from now: Int64, lifetime: Int64) throws(CertificateError) -> ValidityPeriod {
    try check(at: now)
    let period = try ValidityPeriod(from: now, lifetime: lifetime)
    return ValidityPeriod(
      notBefore: period.notBefore, notAfter: min(period.notAfter, certificate.period.notAfter))
  }
}
