// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore
import PRCertificates
import PRFederation

/// Whom a certificate is for, by its alternative names.
struct ShownNames {
  /// DNS names, then IP addresses. Those with control characters are left out.
  let hosts: [String]
  /// Whether a URI among the names begins as those of a federation's certificates do.
  let isManaged: Bool

  init(of certificate: OpaquePointer) {
    guard let found = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
      (hosts, isManaged) = ([], false)
      return
    }
    let names = OpaquePointer(found)
    defer { GENERAL_NAMES_free(names) }
    let indices = 0..<max(headwater_tls_alternative_name_count(names), 0)
    hosts =
      indices.compactMap { Self.bytes(names, $0, GEN_DNS).flatMap(Self.clean) }
      + indices.compactMap { Self.bytes(names, $0, GEN_IPADD).flatMap(Self.address) }
    isManaged = indices.contains { Self.bytes(names, $0, GEN_URI)?.starts(with: MemberURI.scheme.utf8) ?? false }
  }

  private static func bytes(_ names: OpaquePointer, _ index: CInt, _ type: CInt) -> [UInt8]? {
    var start: UnsafePointer<UInt8>?
    let count = headwater_tls_alternative_name(names, index, type, &start)
    guard count > 0, let start else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: Int(clamping: count)))
  }

  /// A name is compared and logged: a NUL or a line's end in it is an attack.
  static func clean(_ bytes: [UInt8]) -> String? {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F } ? String(validating: bytes, as: UTF8.self) : nil
  }

  private static func address(_ bytes: [UInt8]) -> String? {
    try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0).ipAddress
  }
}
