// SPDX-License-Identifier: Apache-2.0

/// Who a member is, as the URI name in its certificate says: `headwater://FEDERATION/MEMBER`.
package struct MemberIdentity: Hashable, Sendable {
  package let federation: String
  package let member: String

  /// What a name may be: it is part of a URI, of a subject and of file names, and is compared byte for byte.
  static let rule = "it has 1 to 63 letters of ASCII, digits, '.', '-' and '_', and begins with a letter or a digit"
  private static let scheme = "headwater://"

  package init(federation: String, member: String) throws(CertificateError) {
    guard Self.isName(federation) else { throw .badFederationName }
    guard Self.isName(member) else { throw .badMemberName }
    (self.federation, self.member) = (federation, member)
  }

  /// - Returns: nil for anything but such a URI.
  package init?(uri: String) {
    guard let parts = Self.parts(uri), parts.count == 2 else { return nil }
    (federation, member) = (parts[0], parts[1])
  }

  package var uri: String { "\(Self.authorityURI(federation))/\(member)" }

  package static func isName(_ text: String) -> Bool {
    guard (1...63).contains(text.utf8.count), let first = text.utf8.first, isLetterOrDigit(first) else { return false }
    return text.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
  }

  // MARK: The authority's own URI, which has no member

  static func authorityURI(_ federation: String) -> String { scheme + federation }

  static func federation(ofAuthority uri: String) -> String? {
    parts(uri).flatMap { $0.count == 1 ? $0[0] : nil }
  }

  private static func parts(_ uri: String) -> [String]? {
    guard uri.utf8.starts(with: scheme.utf8) else { return nil }
    let parts = uri.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    return parts.allSatisfy(isName) ? parts : nil
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
