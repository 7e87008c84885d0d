// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The period in which a certificate is valid, in seconds since 1970; both ends belong to it (RFC 5280, 4.1.2.5).
package struct CertificateDates: Hashable, Sendable {
  package let notBefore: Int64
  package let notAfter: Int64

  package init(notBefore: Int64, notAfter: Int64) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// Nil if a date cannot be read.
  init?(of certificate: OpaquePointer) {
    guard let notBefore = Self.seconds(X509_get0_notBefore(certificate)),
      let notAfter = Self.seconds(X509_get0_notAfter(certificate))
    else { return nil }
    self.init(notBefore: notBefore, notAfter: notAfter)
  }

  /// Days times seconds: the days are 32 bits wide, so the result always fits.
  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
    defer { ASN1_TIME_free(epoch) }
    var (days, seconds): (Int32, Int32) = (0, 0)
    ErrorQueue.clear()
    guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
      ErrorQueue.clear()
      return nil
    }
    return Int64(clamping: days) * 86_400 + Int64(clamping: seconds)
  }
}
