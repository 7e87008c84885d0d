// SPDX-License-Identifier: Apache-2.0

/// A certificate authority for a trial on one machine: it is made, it signs, and its key is not kept.
package struct ThrowawayAuthority {
  /// As PEM: what the others believe.
  package let certificate: String
  private let authority: CertificateAuthority
  private let now: Int64

  private static let lifetime: Int64 = 30 * 86_400

  /// - Parameter now: in seconds since 1970. Certificates are valid from an hour before, for 30 days.
  package init(at now: Int64) throws(CertificateError) {
    var random = SystemRandomNumberGenerator()
    authority = try .make(federation: .throwaway, at: now, lifetime: Self.lifetime, using: &random)
    certificate = try authority.certificate.pem()
    self.now = now
  }

  /// Makes a certificate that is good for servers and for clients.
  ///
  /// - Parameter names: DNS names and IP addresses; the first is also the subject's common name, if it is short enough.
  package func identity(_ names: [String]) throws(CertificateError) -> CertificateAuthority.HandMadeIdentity {
    var random = SystemRandomNumberGenerator()
    return try authority.handMadeIdentity(names, at: now, using: &random)
  }
}
