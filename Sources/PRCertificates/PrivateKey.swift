// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A private key for ECDSA on the curve P-256.
///
/// `@unchecked Sendable`: everything is set in `init` only, and OpenSSL then allows its use from many threads.
package final class PrivateKey: @unchecked Sendable {
  package let publicKey: PublicKey
  /// An `EVP_PKEY`.
  let handle: OpaquePointer

  /// A new one, of OpenSSL's random numbers.
  package convenience init() throws(CertificateError) {
    ErrorQueue.clear()
    guard let handle = headwater_tls_new_key() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    try self.init(taking: handle)
  }

  /// - Parameter bytes: DER or PEM, PKCS #8 or RFC 5915, not encrypted.
  package convenience init(reading bytes: [UInt8]) throws(CertificateError) {
    let der = try EncodedKind.privateKey.der(of: bytes)
    let handle = try DERCoding.decode(der, .privateKey) { d2i_AutoPrivateKey(nil, &$0, $1) }
    try self.init(taking: handle)
    guard isConsistent else { throw .malformed(.privateKey, reason: "its private and public parts do not fit") }
  }

  /// - Parameter handle: freed by the key, or here if it is not of the right kind.
  private init(taking handle: OpaquePointer) throws(CertificateError) {
    do {
      let der = try DERCoding.encode { i2d_PUBKEY(handle, $0) }
      publicKey = try PublicKey(der, of: .privateKey)
      self.handle = handle
    } catch {
      EVP_PKEY_free(handle)
      throw error
    }
  }

  deinit { EVP_PKEY_free(handle) }

  /// PKCS #8 as PEM, not encrypted.
  package func pem() throws(CertificateError) -> String {
    ErrorQueue.clear()
    guard let information = EVP_PKEY2PKCS8(handle) else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { PKCS8_PRIV_KEY_INFO_free(information) }
    return try PEMText.text(.privateKey, DERCoding.encode { i2d_PKCS8_PRIV_KEY_INFO(information, $0) })
  }

  private var isConsistent: Bool {
    guard let context = EVP_PKEY_CTX_new_from_pkey(nil, handle, nil) else { return false }
    defer {
      EVP_PKEY_CTX_free(context)
      ErrorQueue.clear()
    }
    return EVP_PKEY_check(context) == 1
  }
}
