// SPDX-License-Identifier: Apache-2.0
import PRCertificates

/// Decides whether a session of an earlier connection may stand in for a full handshake.
///
/// TLS itself sets no such limit: each resumption issues a fresh ticket with a lifetime of its own, and no certificate is
/// sent or checked (RFC 8446, 2.2 and 4.6.1). Without this rule a chain of resumptions outlives the certificate.
struct ResumptionRule: Hashable {
  /// Seconds from the full handshake at which a chain of resumptions ends. Fresh tickets do not extend it.
  static let maximumChainAge: Int64 = 3600

  /// When the peer last proved its identity in a full handshake, in seconds since 1970; nil where the session does not say.
  let provenAt: Int64?
  /// The dates of the peer's certificate; nil where the peer showed none.
  let dates: ValidityPeriod?
  /// Whether the certificate passes the checks of a full handshake now: authority, dates, name and revocation lists. True
  /// where the peer showed none.
  let isTrusted: Bool

  /// The answer, and its reason.
  enum Verdict: Hashable {
    case resume
    case fullHandshake(Reason)
  }

  /// Why the peer has to show its certificate again.
  enum Reason: Hashable {
    case unknownAge
    /// The clock was set back since the full handshake.
    case clockWentBack
    case chainTooOld
    case notYetValid
    case expired
    case untrusted
  }

  /// - Parameter now: in seconds since 1970.
  func verdict(at now: Int64) -> Verdict {
    guard let provenAt else { return .fullHandshake(.unknownAge) }
    guard provenAt <= now else { return .fullHandshake(.clockWentBack) }
    let (age, overflows) = now.subtractingReportingOverflow(provenAt)
    guard !overflows, age < Self.maximumChainAge else { return .fullHandshake(.chainTooOld) }
    if let dates {
      guard dates.notBefore <= now else { return .fullHandshake(.notYetValid) }
      guard now <= dates.notAfter else { return .fullHandshake(.expired) }
    }
    return isTrusted ? .resume : .fullHandshake(.untrusted)
  }
}
