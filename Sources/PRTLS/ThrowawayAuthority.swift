// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A certificate authority for a trial on one machine: it is made, it signs, and its key is not kept.
package final class ThrowawayAuthority {
  /// As PEM: what the others believe.
  package let certificate: String
  private let issuer: OpaquePointer
  private let key: OpaquePointer

  /// A certificate with its key, both as PEM.
  package struct Identity: Hashable, Sendable {
    package let certificate: String
    package let key: String
  }

  private static let name = "Headwater throw-away authority"
  private static let lifetime = 30 * 24 * 3600

  /// - Throws: ``TLSError/openSSL(reason:)``
  package init() throws(TLSError) {
    let key = try Self.made(headwater_tls_new_key())
    do {
      let issuer = try Self.unsigned(named: Self.name, for: key, by: nil)
      try Self.extend(issuer, by: issuer, NID_basic_constraints, "critical,CA:TRUE")
      try Self.extend(issuer, by: issuer, NID_key_usage, "critical,keyCertSign,cRLSign")
      try Self.extend(issuer, by: issuer, NID_subject_key_identifier, "hash")
      try Self.sign(issuer, key)
      certificate = try Self.pem { PEM_write_bio_X509($0, issuer) }
      (self.issuer, self.key) = (issuer, key)
    } catch {
      EVP_PKEY_free(key)
      throw error
    }
  }

  deinit {
    X509_free(issuer)
    EVP_PKEY_free(key)
  }

  /// Makes a certificate that is good for servers and for clients.
  ///
  /// - Parameter names: DNS names and IP addresses; the first is also the subject's common name, if it is short enough.
  package func identity(_ names: [String]) throws(TLSError) -> Identity {
    let own = try Self.made(headwater_tls_new_key())
    defer { EVP_PKEY_free(own) }
    let subject = names.first.flatMap { $0.utf8.count <= 64 ? $0 : nil }
    let certificate = try Self.unsigned(named: subject, for: own, by: issuer)
    defer { X509_free(certificate) }
    let alternatives = names.compactMap(Self.alternative).joined(separator: ",")
    try Self.extend(certificate, by: issuer, NID_basic_constraints, "critical,CA:FALSE")
    try Self.extend(certificate, by: issuer, NID_key_usage, "critical,digitalSignature")
    try Self.extend(certificate, by: issuer, NID_ext_key_usage, "serverAuth,clientAuth")
    try Self.extend(certificate, by: issuer, NID_subject_key_identifier, "hash")
    try Self.extend(certificate, by: issuer, NID_authority_key_identifier, "keyid:always")
    try Self.extend(certificate, by: issuer, NID_subject_alt_name, (subject == nil ? "critical," : "") + alternatives)
    try Self.sign(certificate, key)
    return Identity(
      certificate: try Self.pem { PEM_write_bio_X509($0, certificate) },
      key: try Self.pem { PEM_write_bio_PrivateKey($0, own, nil, nil, 0, nil, nil) })
  }

  private static func unsigned(
    named name: String?, for key: OpaquePointer, by issuer: OpaquePointer?
  ) throws(TLSError) -> OpaquePointer {
    let certificate = try made(X509_new())
    let subject = X509_get_subject_name(certificate)
    X509_set_version(certificate, 2)  // which is called version 3
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), .random(in: 1...UInt64(clamping: Int64.max)))
    // A clock that is a little late elsewhere does no harm.
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600)
    X509_gmtime_adj(X509_getm_notAfter(certificate), lifetime)
    let isNamed = name.map { X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, $0, -1, -1, 0) == 1 } ?? true
    guard isNamed, X509_set_pubkey(certificate, key) == 1,
      X509_set_issuer_name(certificate, issuer.map { X509_get_subject_name($0) } ?? subject) == 1
    else {
      X509_free(certificate)
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    return certificate
  }

  private static func extend(
    _ certificate: OpaquePointer, by issuer: OpaquePointer, _ kind: CInt, _ value: String
  ) throws(TLSError) {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
    let made = try made(X509V3_EXT_conf_nid(nil, &context, kind, value))
    defer { X509_EXTENSION_free(made) }
    guard X509_add_ext(certificate, made, -1) == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
  }

  private static func sign(_ certificate: OpaquePointer, _ key: OpaquePointer) throws(TLSError) {
    guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw .openSSL(reason: ErrorQueue.drain().text) }
  }

  private static func pem(_ write: (OpaquePointer) -> CInt) throws(TLSError) -> String {
    let bio = try made(BIO_new(BIO_s_mem()))
    defer { BIO_free(bio) }
    guard write(bio) == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
    var start: UnsafeMutablePointer<CChar>?
    let count = headwater_tls_bio_bytes(bio, &start)
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func made(_ pointer: OpaquePointer?) throws(TLSError) -> OpaquePointer {
    guard let pointer else { throw .openSSL(reason: ErrorQueue.drain().text) }
    return pointer
  }

  /// Nil for what is no name of a machine: the subject's name tells it.
  private static func alternative(_ name: String) -> String? {
    if isAddress(name) { return "IP:\(name)" }
    let isHost = name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "*"):
        true
      default: false
      }
    }
    return isHost && !name.isEmpty ? "DNS:\(name)" : nil
  }

  private static func isAddress(_ name: String) -> Bool {
    guard let address = a2i_IPADDRESS(name) else { return false }
    ASN1_OCTET_STRING_free(address)
    return true
  }
}
