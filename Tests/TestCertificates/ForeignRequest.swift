// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation

/// Keys and requests as another program makes them.
package enum ForeignRequest {
  package enum Kind: String, CaseIterable, Sendable {
    case p256 = "P-256"
    case compressed, explicit
    case p384 = "P-384"
    case p521 = "P-521"
    case secp256k1
    case rsa2048 = "RSA 2048"
    case rsa4096 = "RSA 4096"
    case ed25519 = "ED25519"
    case ed448 = "ED448"
  }

  /// - Returns: an `EVP_PKEY`.
  package static func key(_ kind: Kind) -> OpaquePointer? {
    switch kind {
    case .p256, .p384, .p521, .secp256k1: return generated("EC", curve: kind.rawValue)
    case .compressed, .explicit:
      let key = generated("EC", curve: "P-256")
      let (name, value) = kind == .compressed ? ("point-format", "compressed") : ("encoding", "explicit")
      EVP_PKEY_set_utf8_string_param(key, name, value)
      return key
    case .rsa2048: return generated("RSA", bits: 2048)
    case .rsa4096: return generated("RSA", bits: 4096)
    case .ed25519, .ed448: return generated(kind.rawValue)
    }
  }

  private static func generated(_ algorithm: String, curve: String? = nil, bits: CInt? = nil) -> OpaquePointer? {
    let context = EVP_PKEY_CTX_new_from_name(nil, algorithm, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    EVP_PKEY_keygen_init(context)
    if let curve { EVP_PKEY_CTX_set_group_name(context, curve) }
    if let bits { EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) }
    EVP_PKEY_keygen(context, &key)
    return key
  }

  /// - Parameters:
  ///   - subject: a common name.
  ///   - alternatives: as OpenSSL's configuration files have them.
  /// - Returns: DER.
  package static func request(_ kind: Kind, subject: String? = nil, alternatives: String? = nil) -> [UInt8] {
    let (key, request) = (key(kind), X509_REQ_new())
    defer {
      EVP_PKEY_free(key)
      X509_REQ_free(request)
    }
    X509_REQ_set_version(request, 0)
    if let subject {
      X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_UTF8, subject, -1, -1, 0)
    }
    X509_REQ_set_pubkey(request, key)
    if let alternatives {
      let extensions = OPENSSL_sk_new_null()
      let made = [
        X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, alternatives),
        X509V3_EXT_conf_nid(nil, nil, NID_basic_constraints, "critical,CA:TRUE"),
      ]
      for made in made { OPENSSL_sk_push(extensions, made.map { UnsafeRawPointer($0) }) }
      X509_REQ_add_extensions(request, extensions)
      for made in made { X509_EXTENSION_free(made) }
      OPENSSL_sk_free(extensions)
    }
    X509_REQ_sign(request, key, kind == .ed25519 || kind == .ed448 ? nil : EVP_sha256())
    return der { i2d_X509_REQ(request, $0) }
  }

  /// A request as PEM.
  package static func pem(_ der: [UInt8]) -> String {
    let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN CERTIFICATE REQUEST-----\n\(text)\n-----END CERTIFICATE REQUEST-----\n"
  }

  /// A private key as PEM.
  package static func pem(_ kind: Kind, passphrase: String? = nil, isTraditional: Bool = false) -> [UInt8] {
    let (key, bio) = (key(kind), BIO_new(BIO_s_mem()))
    defer {
      EVP_PKEY_free(key)
      BIO_free(bio)
    }
    let cipher = passphrase == nil ? nil : EVP_aes_128_cbc()
    let secret = passphrase.map { Array($0.utf8) } ?? []
    let write = isTraditional ? PEM_write_bio_PrivateKey_traditional : PEM_write_bio_PrivateKey
    _ = write(bio, key, cipher, secret, CInt(clamping: secret.count), nil, nil)
    var start: UnsafeMutablePointer<CChar>?
    let count = headwater_tls_bio_bytes(bio, &start)
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  package static func der(_ encoder: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> CInt) -> [UInt8] {
    var start: UnsafeMutablePointer<UInt8>?
    let count = encoder(&start)
    defer { CRYPTO_free(start, #file, #line) }
    return count > 0 ? Array(UnsafeBufferPointer(start: start, count: Int(clamping: count))) : []
  }
}
