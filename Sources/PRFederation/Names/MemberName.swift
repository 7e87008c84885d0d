// SPDX-License-Identifier: Apache-2.0

/// The name of a member: labels of DNS in lower case, such as `pune` or `kernel.pune`, of 64 bytes at most.
///
/// A name stands in certificates, in URIs, in file names and in labels of metrics, so it is spelled in one way only. A
/// name whose last label is a number would read like an IP address.
package struct MemberName: Hashable, Sendable {
  package let text: String

  package static let maximumLength = 64

  /// The name in the certificates of the authority's own machines. No member has it.
  package static let authority = MemberName(unchecked: "authority")

  package init(_ text: String) throws(NameError) {
    try DomainName.check(text, maximumLength: Self.maximumLength)
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }
}

extension MemberName: Comparable {
  package static func < (left: MemberName, right: MemberName) -> Bool { left.text < right.text }
}

extension MemberName: CustomStringConvertible {
  package var description: String { text }
}

/// The name of a federation, such as `hq.example`: like that of a member.
package struct FederationName: Hashable, Sendable {
  package let text: String

  /// The longest name of an organization in a certificate's subject (X.520, ub-organization-name).
  package static let maximumLength = 64

  /// The name in the certificates of a trial on one machine.
  package static let throwaway = FederationName(unchecked: "throw-away")

  package init(_ text: String) throws(NameError) {
    try DomainName.check(text, maximumLength: Self.maximumLength)
    self.text = text
  }

  private init(unchecked text: String) { self.text = text }
}

extension FederationName: CustomStringConvertible {
  package var description: String { text }
}

/// Why a text is no name. The text is not part of it.
package enum NameError: Error, Hashable, Sendable {
  case empty
  case tooLong(maximum: Int)
  case upperCase
  case badCharacter
  case emptyLabel
  case longLabel
  case hyphenAtEdge
  case numberAtEnd
}

extension NameError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "a name has at least one character"
    case .tooLong(let maximum): "the name is too long; it has at most \(maximum) characters"
    case .upperCase: "the name has upper case letters; write it in lower case"
    case .badCharacter: "a name has only the letters a to z, digits, hyphens, and dots between its parts"
    case .emptyLabel: "the name begins or ends with a dot, or has two dots in a row; take one away"
    case .longLabel: "a part of the name is too long; between two dots are at most 63 characters"
    case .hyphenAtEdge: "a part of the name begins or ends with a hyphen; take it away"
    case .numberAtEnd: "the last part of the name is a number, as in an IP address; end it with a letter"
    }
  }
}
