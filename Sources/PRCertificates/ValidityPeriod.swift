// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// When a certificate is valid, in seconds since 1970; both ends belong to it (RFC 5280, 4.1.2.5).
package struct ValidityPeriod: Hashable, Sendable {
  package let notBefore: Int64
  package let notAfter: Int64

  /// A clock that is an hour late elsewhere does no harm.
  package static let leeway: Int64 = 3600

  package init(notBefore: Int64, notAfter: Int64) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// - Parameter certificate: an `X509`.
  /// - Returns: nil if a date cannot be read.
  package init?(of certificate: OpaquePointer) {
    guard let notBefore = ASN1Time.seconds(X509_get0_notBefore(certificate)),
      let notAfter = ASN1Time.seconds(X509_get0_notAfter(certificate))
    else { return nil }
    self.init(notBefore: notBefore, notAfter: notAfter)
  }

  /// - Parameters:
  ///   - now: in seconds since 1970; the period begins an hour before.
  ///   - lifetime: in seconds from now.
  init(from now: Int64, lifetime: Int64) throws(CertificateError) {
    let (notBefore, isTooEarly) = now.subtractingReportingOverflow(Self.leeway)
    let (notAfter, isTooLate) = now.addingReportingOverflow(lifetime)
    guard lifetime > 0, !isTooEarly, !isTooLate, notAfter <= ASN1Time.latest else { throw .badLifetime }
    self.init(notBefore: notBefore, notAfter: notAfter)
  }

  package func contains(_ now: Int64) -> Bool { notBefore <= now && now <= notAfter }
}
