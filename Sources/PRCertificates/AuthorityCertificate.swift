// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRFederation

/// The certificate of a federation's authority: what others believe.
package struct AuthorityCertificate: Hashable, Sendable {
  package let federation: FederationName
  package let period: ValidityPeriod
  /// Its hash names the authority.
  package let publicKey: PublicKey
  package let der: [UInt8]
  /// By the key before this one; nil for the first key of a federation.
  let endorsement: AuthorityEndorsement?

  /// Its own signature is checked, but not whether it is valid now.
  ///
  /// - Parameter bytes: DER or PEM.
  package init(reading bytes: [UInt8]) throws(CertificateError) {
    let der = try EncodedKind.certificate.der(of: bytes)
    let handle = try CertificateReading.handle(der)
    defer { X509_free(handle) }
    let reading = try CertificateReading(handle, der)
    // All bits are set where it does not say.
    let usage = X509_get_key_usage(handle)
    let signing = UInt32(clamping: KU_KEY_CERT_SIGN | KU_CRL_SIGN)
    guard reading.isAuthority, usage != .max, usage & signing == signing else { throw .notAnAuthority }
    guard let federation = FederationName(authorityURI: reading.names.uri), reading.names.hosts.isEmpty else {
      throw .malformed(.certificate, reason: "its URI name does not name a federation alone")
    }
    let key = try reading.publicKey.handle(of: .certificate)
    defer {
      EVP_PKEY_free(key)
      ErrorQueue.clear()
    }
    guard X509_verify(handle, key) == 1 else { throw .badSignature(.certificate) }
    endorsement = try Self.endorsement(of: handle)
    self.federation = federation
    period = reading.period
    publicKey = reading.publicKey
    self.der = der
  }

  private static func endorsement(
    of certificate: OpaquePointer
  ) throws(CertificateError) -> AuthorityEndorsement? {
    guard let der = try CertificateReading.ownExtension(AuthorityEndorsement.objectIdentifier, of: certificate) else {
      return nil
    }
    guard let endorsement = AuthorityEndorsement(der: der) else {
      throw .malformed(.certificate, reason: "what it says of the key before it cannot be read")
    }
    return endorsement
  }

  package func pem() throws(CertificateError) -> String { try PEMText.text(.certificate, der) }

  /// - Returns: an `X509`, which the caller frees.
  func handle() throws(CertificateError) -> OpaquePointer {
    try CertificateReading.handle(der)
  }
}
