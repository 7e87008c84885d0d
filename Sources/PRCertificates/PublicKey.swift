// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A public key for ECDSA on the curve P-256.
package struct PublicKey: Hashable, Sendable {
  /// SubjectPublicKeyInfo as DER: always ``prefix`` and the two coordinates of the point.
  package let der: [UInt8]
  /// SHA-256 of ``der``: 32 bytes.
  package let sha256: [UInt8]

  /// id-ecPublicKey, prime256v1 by name, and the mark of an uncompressed point (RFC 5480, 2). One form alone is taken:
  /// the hash of a key is its name, and OpenSSL is given no curve that a peer made up.
  static let prefix: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE,
    0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
  ]
  static let length = prefix.count + 64

  /// - Parameter kind: what the key is part of, for errors.
  init(_ der: [UInt8], of kind: EncodedKind) throws(CertificateError) {
    guard der.starts(with: Self.prefix), der.count == Self.length else {
      throw .unsupportedKey(KeyKind(der[...]), of: kind)
    }
    self.der = der
    sha256 = try DERCoding.sha256(der)
    // The point must be on the curve.
    EVP_PKEY_free(try handle(of: kind))
  }

  /// - Returns: an `EVP_PKEY`, which the caller frees.
  func handle(of kind: EncodedKind) throws(CertificateError) -> OpaquePointer {
    try DERCoding.decode(der, kind) { d2i_PUBKEY(nil, &$0, $1) }
  }
}
