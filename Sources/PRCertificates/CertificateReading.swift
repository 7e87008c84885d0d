// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// What all certificates of a federation have, read from one.
struct CertificateReading {
  let serial: SerialNumber
  let period: ValidityPeriod
  let publicKey: PublicKey
  let names: AlternativeNames
  let isAuthority: Bool

  /// - Parameters:
  ///   - certificate: an `X509`.
  ///   - der: what it was read from.
  init(_ certificate: OpaquePointer, _ der: [UInt8]) throws(CertificateError) {
    try DERCoding.check(der, .certificate) { i2d_X509(certificate, $0) }
    let flags = CInt(truncatingIfNeeded: X509_get_extension_flags(certificate))
    guard X509_get_version(certificate) == 2, flags & EXFLAG_INVALID == 0 else {
      throw .malformed(.certificate, reason: "its extensions cannot be read")
    }
    guard flags & EXFLAG_CRITICAL == 0 else {
      throw .malformed(.certificate, reason: "it has a critical extension that is not supported")
    }
    guard let serial = SerialNumber(X509_get0_serialNumber(certificate)) else {
      throw .malformed(.certificate, reason: "its serial number is not one of an authority of Headwater")
    }
    guard let period = ValidityPeriod(of: certificate) else {
      throw .malformed(.certificate, reason: "its dates cannot be read")
    }
    let key = try DERCoding.encode { i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), $0) }
    publicKey = try PublicKey(key, of: .certificate)
    names = try AlternativeNames(of: certificate)
    isAuthority = flags & EXFLAG_CA != 0
    (self.serial, self.period) = (serial, period)
  }

  /// - Returns: an `X509`, which the caller frees.
  static func handle(_ der: [UInt8]) throws(CertificateError) -> OpaquePointer {
    try DERCoding.decode(der, .certificate) { d2i_X509(nil, &$0, $1) }
  }

  /// The content of an extension of our own.
  ///
  /// - Returns: nil where the certificate has none; no bytes where it has several, or an empty one.
  static func ownExtension(_ identifier: String, of certificate: OpaquePointer) throws(CertificateError) -> [UInt8]? {
    ErrorQueue.clear()
    guard let kind = OBJ_txt2obj(identifier, 1) else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { ASN1_OBJECT_free(kind) }
    let index = X509_get_ext_by_OBJ(certificate, kind, -1)
    guard index >= 0 else { return nil }
    guard X509_get_ext_by_OBJ(certificate, kind, index) < 0,
      let value = X509_EXTENSION_get_data(X509_get_ext(certificate, index)),
      let start = ASN1_STRING_get0_data(value)
    else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(clamping: max(ASN1_STRING_length(value), 0))))
  }
}
