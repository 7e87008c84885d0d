// SPDX-License-Identifier: Apache-2.0

/// The name of a member in its certificate: `headwater://FEDERATION/MEMBER`.
package struct MemberURI: Hashable, Sendable {
  package let federation: FederationName
  package let member: MemberName

  /// How a URI in a certificate of a federation begins. What else begins with it is no name of a member.
  package static let scheme = "headwater://"

  package init(federation: FederationName, member: MemberName) {
    self.federation = federation
    self.member = member
  }

  /// - Returns: nil for any other text than ``text`` gives, so that two members never share a spelling.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.scheme.utf8.count + FederationName.maximumLength + 1 + MemberName.maximumLength,
      text.hasPrefix(Self.scheme)
    else { return nil }
    let parts = text.dropFirst(Self.scheme.count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let federation = try? FederationName(String(parts[0])),
      let member = try? MemberName(String(parts[1]))
    else { return nil }
    self.init(federation: federation, member: member)
  }

  package var text: String { "\(Self.scheme)\(federation)/\(member)" }
}

extension FederationName {
  /// The URI in the authority's own certificate: `headwater://FEDERATION`. It names no member.
  package var authorityURI: String { "\(MemberURI.scheme)\(text)" }

  /// - Returns: nil for any other text than ``authorityURI`` gives.
  package init?(authorityURI text: String) {
    guard text.hasPrefix(MemberURI.scheme) else { return nil }
    try? self.init(String(text.dropFirst(MemberURI.scheme.count)))
  }
}

extension MemberURI: CustomStringConvertible {
  package var description: String { text }
}
