// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore
import PRCertificates

/// A user inbound event: the handshake is complete, and plain text may come. Fired once.
package struct TLSHandshakeDone: Hashable, Sendable {
  /// Whom the peer's certificate is for: its DNS names, its IP addresses, and the common name of its subject if that is
  /// another. Empty without a certificate. Those with control characters are left out.
  package let peerNames: [String]
  /// `TLSv1.2` or `TLSv1.3`.
  package let version: String
  /// The peer proved who it is in an earlier connection, not in this one.
  package let isResumed: Bool

  package init(peerNames: [String], version: String, isResumed: Bool) {
    self.peerNames = peerNames
    self.version = version
    self.isResumed = isResumed
  }

  init(_ ssl: OpaquePointer) {
    peerNames = SSL_get0_peer_certificate(ssl).map(Self.names) ?? []
    version = String(cString: SSL_get_version(ssl))
    isResumed = SSL_session_reused(ssl) == 1
  }

  private static func names(of certificate: OpaquePointer) -> [String] {
    let names = alternatives(of: certificate)
    return names + commonNames(of: X509_get_subject_name(certificate)).filter { !names.contains($0) }
  }

  /// DNS names, then IP addresses. Those with control characters are left out.
  static func alternatives(of certificate: OpaquePointer) -> [String] {
    guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
    let alternatives = OpaquePointer(found)
    defer { GENERAL_NAMES_free(alternatives) }
    let indices = 0..<max(headwater_tls_alternative_name_count(alternatives), 0)
    return indices.compactMap { bytes(alternatives, $0, GEN_DNS).flatMap(clean) }
      + indices.compactMap { bytes(alternatives, $0, GEN_IPADD).flatMap(address) }
  }

  private static func bytes(_ names: OpaquePointer, _ index: Int32, _ type: Int32) -> [UInt8]? {
    var start: UnsafePointer<UInt8>?
    let count = headwater_tls_alternative_name(names, index, type, &start)
    guard count > 0, let start else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: Int(clamping: count)))
  }

  private static func commonNames(of subject: OpaquePointer?) -> [String] {
    let index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
    guard index >= 0 else { return [] }
    var text: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)))
    ErrorQueue.clear()
    guard count > 0, let text else { return [] }
    defer { CRYPTO_free(text, #file, #line) }
    return clean(Array(UnsafeBufferPointer(start: text, count: Int(clamping: count)))).map { [$0] } ?? []
  }

  /// A name is compared and logged: a NUL or a line's end in it is an attack.
  private static func clean(_ bytes: [UInt8]) -> String? {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? String(validating: bytes, as: UTF8.self) : nil
  }

  private static func address(_ bytes: [UInt8]) -> String? {
    try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0).ipAddress
  }
}
