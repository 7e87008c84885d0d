// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRFederation

/// A member's certificate, as it says of itself. Whether it holds is said by ``CertificateAuthority/Trust``.
package struct MemberCertificate: Hashable, Sendable {
  package let serial: SerialNumber
  package let period: ValidityPeriod
  package let identity: MemberURI
  package let names: [HostName]
  /// None where the extension is missing.
  package let rights: CertificateRights
  package let publicKey: PublicKey
  /// SHA-256 of ``der``: 32 bytes.
  package let fingerprint: [UInt8]
  package let der: [UInt8]

  /// - Parameter bytes: DER or PEM.
  package init(reading bytes: [UInt8]) throws(CertificateError) {
    let der = try EncodedKind.certificate.der(of: bytes)
    let handle = try CertificateReading.handle(der)
    defer { X509_free(handle) }
    let reading = try CertificateReading(handle, der)
    guard !reading.isAuthority else {
      throw .malformed(.certificate, reason: "it is an authority's and not a member's")
    }
    guard let identity = MemberURI(reading.names.uri) else {
      throw .malformed(.certificate, reason: "its URI name does not name a federation and a member")
    }
    self.identity = identity
    serial = reading.serial
    period = reading.period
    names = reading.names.hosts
    rights = try Self.rights(of: handle)
    publicKey = reading.publicKey
    fingerprint = try DERCoding.sha256(der)
    self.der = der
  }

  package func pem() throws(CertificateError) -> String { try PEMText.text(.certificate, der) }

  private static func rights(of certificate: OpaquePointer) throws(CertificateError) -> CertificateRights {
    guard let der = try CertificateReading.ownExtension(CertificateRights.objectIdentifier, of: certificate) else {
      return .none
    }
    guard let rights = CertificateRights(der: der) else {
      throw .malformed(.certificate, reason: "its rights cannot be read")
    }
    return rights
  }
}
