// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// Why TLS cannot begin or go on, and what a person can do about it. Nothing that a peer sent is part of it, but the name
/// of a member in a certificate that holds.
package enum TLSError: Error, Hashable, Sendable {
  // MARK: Files

  /// A server has nothing to show.
  case noCertificate
  /// Clients must show a certificate, and nothing says whose certificates are good.
  case noTrust
  case unreadable(path: String, reason: String)
  /// The file holds no certificate, or one that OpenSSL does not take.
  case badCertificate(path: String, reason: String)
  case badKey(path: String, reason: String)
  case encryptedKey(path: String)
  case keyMismatch(certificate: String, key: String)
  case badTrust(path: String, reason: String)
  /// A client was given a name that no certificate can be for.
  case badName

  // MARK: Connections

  /// The peer's certificate does not hold. The reason is `X509_verify_cert_error_string`'s; `expected` is the name a
  /// client looked for.
  case untrusted(reason: String, expected: String?)
  /// The server's certificate holds, and names no member that the client accepts. `found` is nil for a certificate that
  /// names no member.
  case otherMember(expected: Set<MemberURI>, found: MemberURI?)
  case noClientCertificate
  case unsupportedVersion
  /// What came is no TLS.
  case plainText
  /// The peer gave up, and said why with one of TLS's alerts.
  case alert(String)
  /// The peer broke TLS's rules, or shares no cipher or group with us.
  case broken(reason: String)
  /// The transport ended before the handshake was done.
  case endedInHandshake
  /// The transport ended without TLS's own end: what came last may not have been all.
  case truncated

  /// OpenSSL refused what it never should.
  case openSSL(reason: String)
}

extension TLSError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noCertificate: "a TLS server needs a certificate and its key; name the PEM files"
    case .noTrust:
      "clients must present a certificate, and no trusted authorities are given; name a PEM file with them"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .badCertificate(let path, let reason):
      "\(path) holds no certificate that can be used (\(reason)); it must be PEM, this side's own certificate first"
    case .badKey(let path, let reason): "\(path) holds no private key that can be used (\(reason)); it must be PEM"
    case .encryptedKey(let path):
      "the key in \(path) is encrypted, and encrypted keys are not supported; "
        + "decrypt it with 'openssl pkey -in \(path) -out …', and let only this user read it"
    case .keyMismatch(let certificate, let key):
      "the key in \(key) does not belong to the certificate in \(certificate); was only one of them renewed?"
    case .badTrust(let path, let reason):
      "\(path) holds no authority's certificate that can be used (\(reason)); it must be PEM"
    case .badName: "the name that the server's certificate must be for is neither a DNS name nor an IP address"
    case .untrusted(let reason, let expected?):
      "the server's certificate was refused: \(reason) (expected \(expected)); "
        + "check the certificate's names and dates, and the trusted authorities"
    case .untrusted(let reason, nil): "the client's certificate was refused: \(reason)"
    case .otherMember(let expected, let found):
      "the server is \(found.map { "the member \($0)" } ?? "no member of a federation"), and not "
        + "\(Self.list(expected)); check the server's address, and which members this side accepts"
    case .noClientCertificate: "the client showed no certificate, and must"
    case .unsupportedVersion: "the peer speaks no version of TLS that is allowed here; 1.2 is the oldest"
    case .plainText: "the peer does not speak TLS; is this the right port, and is TLS on at both ends?"
    case .alert(let name): "the peer ended the connection with the TLS alert '\(name)'; its log may say why"
    case .broken(let reason): "TLS failed: \(reason)"
    case .endedInHandshake: "the peer closed the connection before the TLS handshake was done"
    case .truncated: "the connection was cut: it ended without TLS's own end"
    case .openSSL(let reason): "OpenSSL failed: \(reason)"
    }
  }

  /// Some of the members, in the order of their names: an error has one line.
  private static func list(_ members: Set<MemberURI>) -> String {
    let most = 4
    let names = members.map(\.text).sorted()
    let more = names.count > most ? " or one of \(names.count - most) others" : ""
    return names.isEmpty ? "accepted: none is" : names.prefix(most).joined(separator: " or ") + more
  }
}
