// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation

/// Certificate requests as another program makes them, as DER.
enum ForeignRequest {
  static func rsa() -> [UInt8] { request(generated("RSA")) }

  /// - Parameters:
  ///   - subject: a common name.
  ///   - alternatives: as OpenSSL's configuration files have them.
  static func p256(subject: String, alternatives: String) -> [UInt8] {
    request(generated("EC", curve: "P-256"), subject: subject, alternatives: alternatives)
  }

  static func pem(_ der: [UInt8]) -> String {
    let text = Data(der).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
    return "-----BEGIN CERTIFICATE REQUEST-----\n\(text)\n-----END CERTIFICATE REQUEST-----\n"
  }

  private static func generated(_ algorithm: String, curve: String? = nil) -> OpaquePointer? {
    let context = EVP_PKEY_CTX_new_from_name(nil, algorithm, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    EVP_PKEY_keygen_init(context)
    if let curve { EVP_PKEY_CTX_set_group_name(context, curve) }
    EVP_PKEY_keygen(context, &key)
    return key
  }

  private static func request(
    _ key: OpaquePointer?, subject: String? = nil, alternatives: String? = nil
  ) -> [UInt8] {
    let request = X509_REQ_new()
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
      let names = X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, alternatives)
      OPENSSL_sk_push(extensions, names.map { UnsafeRawPointer($0) })
      X509_REQ_add_extensions(request, extensions)
      X509_EXTENSION_free(names)
      OPENSSL_sk_free(extensions)
    }
    X509_REQ_sign(request, key, EVP_sha256())
    var start: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509_REQ(request, &start)
    defer { CRYPTO_free(start, #file, #line) }
    return count > 0 ? Array(UnsafeBufferPointer(start: start, count: Int(clamping: count))) : []
  }
}
