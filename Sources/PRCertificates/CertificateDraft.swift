// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// What a certificate is going to say.
struct CertificateDraft {
  /// Parts of the subject, such as `NID_organizationName`, each of at most 64 bytes.
  let subject: [(kind: CInt, text: String)]
  let key: PublicKey
  let period: ValidityPeriod
  let serial: SerialNumber
  /// As OpenSSL's configuration files have them. Names in them were checked: a comma would begin another.
  let extensions: [(kind: CInt, setting: String)]
  var rights: CertificateRights?
  var endorsement: AuthorityEndorsement?

  /// - Parameters:
  ///   - issuer: nil for an authority, which signs its own.
  ///   - signer: the issuer's key.
  /// - Returns: the certificate as DER.
  func signed(by issuer: AuthorityCertificate?, _ signer: PrivateKey) throws(CertificateError) -> [UInt8] {
    ErrorQueue.clear()
    guard let certificate = X509_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { X509_free(certificate) }
    try setFields(of: certificate)
    let authority = try issuer.map { issuer throws(CertificateError) in try issuer.handle() }
    defer { X509_free(authority) }
    let name = X509_get_subject_name(authority ?? certificate)
    guard X509_set_issuer_name(certificate, name) == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
    for made in extensions { try extend(certificate, by: authority ?? certificate, made.kind, made.setting) }
    if let rights { try add(CertificateRights.objectIdentifier, rights.der, to: certificate) }
    if let endorsement { try add(AuthorityEndorsement.objectIdentifier, endorsement.der, to: certificate) }
    guard X509_sign(certificate, signer.handle, EVP_sha256()) > 0 else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    return try DERCoding.encode { i2d_X509(certificate, $0) }
  }

  private func setFields(of certificate: OpaquePointer) throws(CertificateError) {
    let name = X509_get_subject_name(certificate)
    let isNamed = subject.allSatisfy {
      let text = Array($0.text.utf8)
      return X509_NAME_add_entry_by_NID(name, $0.kind, MBSTRING_UTF8, text, CInt(clamping: text.count), -1, 0) == 1
    }
    let key = try key.handle(of: .certificate)
    defer { EVP_PKEY_free(key) }
    // Version 3 is written as 2.
    guard isNamed, X509_set_version(certificate, 2) == 1, X509_set_pubkey(certificate, key) == 1,
      serial.set(X509_get_serialNumber(certificate)),
      ASN1Time.set(X509_getm_notBefore(certificate), period.notBefore),
      ASN1Time.set(X509_getm_notAfter(certificate), period.notAfter)
    else { throw .openSSL(reason: ErrorQueue.drain().text) }
  }

  private func extend(
    _ certificate: OpaquePointer, by issuer: OpaquePointer, _ kind: CInt, _ setting: String
  ) throws(CertificateError) {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
    guard let made = X509V3_EXT_conf_nid(nil, &context, kind, setting) else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    defer { X509_EXTENSION_free(made) }
    guard X509_add_ext(certificate, made, -1) == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
  }

  /// An extension of our own.
  private func add(
    _ identifier: String, _ der: [UInt8], to certificate: OpaquePointer
  ) throws(CertificateError) {
    guard let kind = OBJ_txt2obj(identifier, 1) else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    defer { ASN1_OBJECT_free(kind) }
    guard let value = ASN1_OCTET_STRING_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { ASN1_OCTET_STRING_free(value) }
    guard ASN1_OCTET_STRING_set(value, der, CInt(clamping: der.count)) == 1,
      let made = X509_EXTENSION_create_by_OBJ(nil, kind, 0, value)
    else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { X509_EXTENSION_free(made) }
    guard X509_add_ext(certificate, made, -1) == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
  }
}
