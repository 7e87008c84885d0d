// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates

extension TLSError {
  /// What OpenSSL's errors mean.
  ///
  /// - Parameters:
  ///   - verification: what became of the peer's certificate.
  ///   - expected: the name that a client looked for.
  init(_ errors: ErrorQueue, verification: Int, expected: String?, isHandshake: Bool) {
    if errors.contains(ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED) {
      self = .untrusted(reason: String(cString: X509_verify_cert_error_string(verification)), expected: expected)
    } else if errors.contains(ERR_LIB_SSL, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
      self = .noClientCertificate
    } else if errors.contains(
      ERR_LIB_SSL, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_SSL_VERSION, SSL_R_VERSION_TOO_LOW, SSL_R_UNKNOWN_PROTOCOL)
    {
      self = .unsupportedVersion
    } else if isHandshake,
      errors.contains(ERR_LIB_SSL, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER)
    {
      self = .plainText
    } else if let alert = errors.alert {
      self = .alert(Self.name(ofAlert: alert))
    } else {
      self = .broken(reason: errors.text)
    }
  }

  /// OpenSSL 3.0 has no name for the alert that a client without a certificate gets.
  private static func name(ofAlert alert: CInt) -> String {
    alert & 0xFF == 116 ? "certificate required" : String(cString: SSL_alert_desc_string_long(alert))
  }
}
