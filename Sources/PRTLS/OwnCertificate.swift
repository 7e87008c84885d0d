// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates

/// The certificate that a side shows: what its file says of dates and names.
package struct OwnCertificate: Hashable, Sendable {
  /// Of the PEM file.
  package let path: String
  package let dates: ValidityPeriod
  /// The alternative names by which clients find it: DNS names, then IP addresses.
  package let names: [String]
  /// As DER, for questions that OpenSSL answers.
  private let encoded: [UInt8]

  /// Reads the first certificate of a PEM file.
  ///
  /// - Throws: ``TLSError/unreadable(path:reason:)``, ``TLSError/badCertificate(path:reason:)``
  package static func read(_ path: String) throws(TLSError) -> OwnCertificate {
    ErrorQueue.clear()
    guard let file = BIO_new_file(path, "r") else {
      throw .unreadable(path: path, reason: ErrorQueue.drain().systemText)
    }
    defer { BIO_free(file) }
    guard let certificate = PEM_read_bio_X509(file, nil, { headwater_tls_no_passphrase($0, $1, $2, $3) }, nil) else {
      throw .badCertificate(path: path, reason: ErrorQueue.drain().text)
    }
    defer { X509_free(certificate) }
    return try OwnCertificate(certificate, path: path)
  }

  /// A member's, where no file is read.
  package init(_ certificate: MemberCertificate, path: String) {
    self.path = path
    dates = certificate.period
    names = certificate.names.map(\.text)
    encoded = certificate.der
  }

  init(_ certificate: OpaquePointer, path: String) throws(TLSError) {
    guard let dates = ValidityPeriod(of: certificate) else {
      throw .badCertificate(path: path, reason: "its dates cannot be read")
    }
    var start: UnsafeMutablePointer<UInt8>?
    let count = i2d_X509(certificate, &start)
    guard count > 0, let start else { throw .badCertificate(path: path, reason: ErrorQueue.drain().text) }
    defer { CRYPTO_free(start, #file, #line) }
    self.path = path
    self.dates = dates
    names = ShownNames(of: certificate).hosts
    encoded = Array(UnsafeBufferPointer(start: start, count: Int(clamping: count)))
  }

  /// Whether a client that calls a server by this DNS name or IP address takes the certificate, as far as names count.
  package func isFor(_ host: String) -> Bool {
    let certificate = encoded.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      var start = bytes.baseAddress
      return d2i_X509(nil, &start, bytes.count)
    }
    defer {
      X509_free(certificate)
      ErrorQueue.clear()
    }
    guard let certificate else { return false }
    return X509_check_ip_asc(certificate, host, 0) == 1
      || X509_check_host(certificate, host, host.utf8.count, TLSConnection.hostRules, nil) == 1
  }
}

extension ValidityPeriod {
  package enum State: Hashable, Sendable {
    case notYetValid
    case valid
    /// It is time to renew it.
    case expiresSoon
    case expired
  }

  /// How long before its end a certificate is due for renewal, in seconds: 30 days.
  private static let notice: Int64 = 30 * 86_400

  /// A certificate with a short lifetime is due when a third of it is left, of which an hour is taken off: so long before
  /// they are made many are valid.
  ///
  /// - Parameter now: in seconds since 1970.
  package func state(at now: Int64) -> State {
    guard notBefore <= now else { return .notYetValid }
    guard now <= notAfter else { return .expired }
    let (lifetime, _) = notAfter.subtractingReportingOverflow(notBefore)
    let (left, _) = notAfter.subtractingReportingOverflow(now)
    return left < min(Self.notice, max(lifetime - Self.leeway, 0) / 3) ? .expiresSoon : .valid
  }
}
