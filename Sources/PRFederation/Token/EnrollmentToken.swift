// SPDX-License-Identifier: Apache-2.0

/// The text that lets one store join a federation, once: `hw1-` and base 32 of the version, the hash of the authority's
/// public key, the id of the invitation, the secret, and a checksum.
///
/// 60 bytes are 96 digits. The checksum is no protection; it tells a mistyped token from a wrong one before anything is
/// sent. Source: docs/decisions/0061-nonces-in-pairs.md, "Tokens".
package struct EnrollmentToken: Hashable, Sendable {
  /// SHA-256 of the authority's public key: what the joining store trusts before it has a certificate.
  package let authority: SecureDigest
  package let id: InvitationID
  package let secret: EnrollmentSecret

  private static let prefix = "hw1-"
  private static let version: UInt8 = 1
  private static let checksumCount = 3
  private static let count = 1 + SecureDigest.count + 8 + EnrollmentSecret.count + checksumCount

  package init(authority: SecureDigest, id: InvitationID, secret: EnrollmentSecret) {
    self.authority = authority
    self.id = id
    self.secret = secret
  }

  /// Reads a token.
  ///
  /// - Parameter text: in either case, with nothing around it.
  package init(_ text: String) throws(TokenError) {
    guard text.utf8.count <= 256, text.lowercased().hasPrefix("hw") else { throw .noToken }
    guard text.lowercased().hasPrefix(Self.prefix) else { throw Self.error(of: text) }
    guard let bytes = Base32.bytes(text.dropFirst(Self.prefix.count)), bytes.count == Self.count else {
      throw .mistyped
    }
    let content = Array(bytes.dropLast(Self.checksumCount))
    guard Array(bytes.suffix(Self.checksumCount)) == Self.checksum(of: content) else { throw .mistyped }
    guard content.first == Self.version else { throw .unsupportedVersion }
    let afterAuthority = content.dropFirst(1 + SecureDigest.count)
    guard let authority = SecureDigest(bytes: Array(content.dropFirst().prefix(SecureDigest.count))),
      let secret = EnrollmentSecret(bytes: Array(afterAuthority.dropFirst(8)))
    else { throw .mistyped }
    let id = afterAuthority.prefix(8).reduce(0) { $0 << 8 | UInt64(clamping: $1) }
    self.init(authority: authority, id: InvitationID(id), secret: secret)
  }

  /// The one line to paste. It holds the secret, and belongs in no log.
  package var text: String {
    let content = [Self.version] + authority.bytes + id.bytes + secret.bytes
    return Self.prefix + Base32.text(content + Self.checksum(of: content))
  }

  private static func checksum(of content: [UInt8]) -> [UInt8] {
    Array(SecureDigest(of: Array(prefix.utf8) + content).bytes.prefix(checksumCount))
  }

  /// `hw2-` is the token of a later version; `hwx-` is none.
  private static func error(of text: String) -> TokenError {
    let number = text.dropFirst(2).prefix { $0.isASCII && $0.isNumber }
    return !number.isEmpty && text.dropFirst(2 + number.count).first == "-" ? .unsupportedVersion : .noToken
  }
}

extension EnrollmentToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "the token of the invitation \(id)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

/// Why a text is no token. Nothing of the text is part of it.
package enum TokenError: Error, Hashable, Sendable {
  case noToken
  case mistyped
  case unsupportedVersion
}

extension TokenError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noToken: "this is no token: a token begins with 'hw1-'; copy the whole line that 'headwater invite' printed"
    case .mistyped: "the token is incomplete or mistyped; copy it again from the line that 'headwater invite' printed"
    case .unsupportedVersion: "the token is of a later version of Headwater; install that version here, and join again"
    }
  }
}
