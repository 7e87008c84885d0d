// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates

/// OpenSSL's own verification, as a TLS server or client does it.
enum OpenSSLVerification {
  /// - Returns: OpenSSL's number for what is wrong, such as `X509_V_ERR_CERT_REVOKED`; `X509_V_OK`; -1 for what it cannot read.
  static func result(
    of certificate: [UInt8], by authorities: [[UInt8]], lists: [[UInt8]] = [], at now: Int64,
    purpose: CInt = X509_PURPOSE_SSL_CLIENT, host: String? = nil
  ) -> CInt {
    let (store, context) = (X509_STORE_new(), X509_STORE_CTX_new())
    let leaf = read(certificate) { d2i_X509(nil, &$0, $1) }
    defer {
      X509_free(leaf)
      X509_STORE_CTX_free(context)
      X509_STORE_free(store)
      ERR_clear_error()
    }
    for der in authorities {
      let authority = read(der) { d2i_X509(nil, &$0, $1) }
      X509_STORE_add_cert(store, authority)
      X509_free(authority)
    }
    for der in lists {
      let list = read(der) { d2i_X509_CRL(nil, &$0, $1) }
      X509_STORE_add_crl(store, list)
      X509_CRL_free(list)
    }
    X509_STORE_set_flags(
      store, UInt(clamping: X509_V_FLAG_X509_STRICT | (lists.isEmpty ? 0 : X509_V_FLAG_CRL_CHECK)))
    guard leaf != nil, X509_STORE_CTX_init(context, store, leaf, nil) == 1 else { return -1 }
    X509_STORE_CTX_set_time(context, 0, Int(clamping: now))
    X509_STORE_CTX_set_purpose(context, purpose)
    if let host {
      let rules = X509_STORE_CTX_get0_param(context)
      if X509_VERIFY_PARAM_set1_ip_asc(rules, host) != 1 { X509_VERIFY_PARAM_set1_host(rules, host, 0) }
    }
    return X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context)
  }

  private static func read(
    _ der: [UInt8], _ decoder: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?
  ) -> OpaquePointer? {
    der.withUnsafeBufferPointer {
      var start = $0.baseAddress
      return decoder(&start, $0.count)
    }
  }
}
