// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The alternative names of a certificate.
struct AlternativeNames {
  /// There is always one, which says who the certificate is for.
  let uri: String
  let hosts: [HostName]

  /// - Throws: ``CertificateError/malformed(_:reason:)`` for a name of another kind, or one with a byte that a name cannot
  ///   have, such as NUL.
  init(of certificate: OpaquePointer) throws(CertificateError) {
    defer { ErrorQueue.clear() }
    guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
      throw .malformed(.certificate, reason: "it has no alternative names")
    }
    let names = OpaquePointer(found)
    defer { GENERAL_NAMES_free(names) }
    var (uris, hosts): ([String], [HostName]) = ([], [])
    for index in 0..<max(headwater_tls_alternative_name_count(names), 0) {
      let kind = headwater_x509_name_kind(names, index)
      let bytes = Self.bytes(names, index, kind)
      switch kind {
      case GEN_URI: uris.append(try Self.text(bytes))
      case GEN_DNS:
        guard let host = HostName(try Self.text(bytes)), !host.isAddress else { throw Self.badName }
        hosts.append(host)
      case GEN_IPADD:
        guard let host = HostName(address: bytes) else { throw Self.badName }
        hosts.append(host)
      default: throw Self.badName
      }
    }
    guard uris.count == 1, let uri = uris.first else {
      throw .malformed(.certificate, reason: "it does not have one URI name")
    }
    (self.uri, self.hosts) = (uri, hosts)
  }

  private static let badName = CertificateError.malformed(
    .certificate, reason: "one of its alternative names is not a DNS name, an address or a URI")

  private static func bytes(_ names: OpaquePointer, _ index: CInt, _ kind: CInt) -> [UInt8] {
    guard [GEN_URI, GEN_DNS, GEN_IPADD].contains(kind) else { return [] }
    var start: UnsafePointer<UInt8>?
    let count = headwater_tls_alternative_name(names, index, kind, &start)
    guard count > 0, let start else { return [] }
    return Array(UnsafeBufferPointer(start: start, count: Int(clamping: count)))
  }

  private static func text(_ bytes: [UInt8]) throws(CertificateError) -> String {
    guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw badName }
    return String(decoding: bytes, as: UTF8.self)
  }
}
