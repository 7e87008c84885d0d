// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates

/// A user inbound event: the handshake is complete, and plain text may come. Fired once.
package struct TLSHandshakeDone: Hashable, Sendable {
  /// Whom the peer's certificate is for: its DNS names, its IP addresses, and the common name of its subject if that is
  /// another. Empty without a certificate. Those with control characters are left out.
  ///
  /// Also empty for a certificate with a URI of a federation, `headwater://…`: its hosts are where a member is reached,
  /// and give no rights.
  package let peerNames: [String]
  /// The peer's certificate, if it names a member of a federation. Nil also for one whose URI begins like a member's and
  /// that cannot be read.
  ///
  /// A trusted authority has signed it. That this is the authority of the same federation is checked by
  /// ``CertificateAuthority/Trust``.
  package let member: MemberCertificate?
  /// `TLSv1.2` or `TLSv1.3`.
  package let version: String
  /// The peer proved who it is in an earlier connection, not in this one.
  package let isResumed: Bool
  /// The certificates that the server sent, as DER, its own first. Only a context that is looking fills it: nothing
  /// vouches for them.
  package let chain: [[UInt8]]

  /// The most certificates of ``chain``. Those of more than 16 KiB are left out.
  package static let longestChain = 8

  package init(
    peerNames: [String], member: MemberCertificate? = nil, version: String, isResumed: Bool, chain: [[UInt8]] = []
  ) {
    self.peerNames = peerNames
    self.member = member
    self.version = version
    self.isResumed = isResumed
    self.chain = chain
  }

  /// - Parameter isLooking: the peer's certificate was not verified, so it says nothing of the peer.
  init(_ ssl: OpaquePointer, isLooking: Bool) {
    version = String(cString: SSL_get_version(ssl))
    isResumed = SSL_session_reused(ssl) == 1
    chain = isLooking ? Self.chain(of: ssl) : []
    guard !isLooking, let certificate = SSL_get0_peer_certificate(ssl) else {
      (peerNames, member) = ([], nil)
      return
    }
    let names = ShownNames(of: certificate)
    if names.isManaged {
      peerNames = []
      member = Self.der(of: certificate).flatMap { try? MemberCertificate(reading: $0) }
    } else {
      let common = Self.commonNames(of: X509_get_subject_name(certificate))
      peerNames = names.hosts + common.filter { !names.hosts.contains($0) }
      member = nil
    }
  }

  private static func commonNames(of subject: OpaquePointer?) -> [String] {
    let index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
    guard index >= 0 else { return [] }
    var text: UnsafeMutablePointer<UInt8>?
    let count = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)))
    ErrorQueue.clear()
    guard count > 0, let text else { return [] }
    defer { CRYPTO_free(text, #file, #line) }
    return ShownNames.clean(Array(UnsafeBufferPointer(start: text, count: Int(clamping: count)))).map { [$0] } ?? []
  }

  // MARK: Certificates as they were sent

  /// A client's chain begins with the server's own certificate.
  private static func chain(of ssl: OpaquePointer) -> [[UInt8]] {
    let sent = SSL_get_peer_cert_chain(ssl)
    let count = min(max(Int(clamping: OPENSSL_sk_num(sent)), 0), longestChain)
    return (0..<count).compactMap { index in
      let found = OPENSSL_sk_value(sent, CInt(clamping: index)).map { der(of: OpaquePointer($0)) }
      return found.flatMap { $0 }
    }
  }

  /// - Returns: nil where there is no memory, and for a certificate that is larger than any that is used.
  private static func der(of certificate: OpaquePointer) -> [UInt8]? {
    var start: UnsafeMutablePointer<UInt8>?
    let count = Int(clamping: i2d_X509(certificate, &start))
    defer {
      CRYPTO_free(start, #file, #line)
      ErrorQueue.clear()
    }
    guard let start, (1...EncodedKind.certificate.maximumBytes).contains(count) else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }
}
