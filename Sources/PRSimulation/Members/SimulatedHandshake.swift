// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRMembership

/// What stands in for the handshake of TLS: each side shows its certificate, and the shipped rules say of it whether it holds. No
/// cipher runs, and no byte of it is sent.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class SimulatedHandshake: @unchecked Sendable {
  /// Nil for a client without one.
  let client: MemberCertificate?
  /// What the server has shown; nil where it has no certificate, and so no listener of TLS.
  var server: SimulatedIdentity?
  /// Why the server has ended the connection.
  var refusal: String?

  init(client: MemberCertificate?) { self.client = client }
}

/// What a process shows, and which authorities it accepts, by the folder of its keys.
struct SimulatedIdentity: Sendable {
  /// Nil for a store that joins.
  let certificate: MemberCertificate?
  let trust: CertificateAuthority.Trust
  private let lists: [RevocationList]

  init(_ keys: KeyFolder) throws(KeyFolderError) {
    certificate = try keys.certificate()
    trust = try keys.trust()
    lists = try keys.revocations()
  }

  /// A store that joins.
  ///
  /// - Returns: nil without an authority.
  init?(trusting authorities: [AuthorityCertificate]) {
    guard let trust = CertificateAuthority.Trust(authorities) else { return nil }
    certificate = nil
    self.trust = trust
    lists = []
  }

  /// The certificates as they are sent, as DER.
  var chain: [[UInt8]] { (certificate.map { [$0.der] } ?? []) + trust.authorities.map(\.der) }

  /// Why a peer's certificate is refused.
  ///
  /// - Parameter now: in seconds since 1970.
  func refusal(of peer: MemberCertificate, at now: Int64) -> String? {
    switch try? trust.verdict(of: peer, lists: lists, at: now) {
    case .holds: nil
    case .refused(let reason): "\(reason)"
    case nil: "the certificate cannot be read"
    }
  }
}
