// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Rights of a client or a listener, as they are written: `site-a.example=read,allocate` or `tcp://0.0.0.0:8585=read`.
package struct RightsGrant: Hashable, Sendable {
  package let who: Grantee
  /// Words of ``names`` joined by commas, or `none`.
  package let rights: String

  package enum Grantee: Hashable, Sendable {
    /// The name in a certificate.
    case name(String)
    case listener(Endpoint)
  }

  /// What can be given by a name or a listener: to invite is given by an invitation alone.
  package static let names = Rights.all.subtracting(.invite).names

  /// - Parameter rights: words of ``names`` joined by commas, or `none`.
  package init(_ who: Grantee, rights: String) {
    self.who = who
    self.rights = rights
  }

  package init(_ text: String) throws(OptionMistake) {
    guard let sign = text.lastIndex(of: "="), sign > text.startIndex else {
      throw OptionMistake("'\(text)' gives no rights: write NAME=read,allocate")
    }
    rights = String(text[text.index(after: sign)...])
    let words = rights.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard rights == "none" || words.allSatisfy(Self.names.contains) else {
      throw OptionMistake(
        "'\(rights)' are not rights: write \(Self.names.joined(separator: ", ")), joined by commas, or none")
    }
    let name = String(text[..<sign])
    who = name.contains("://") ? .listener(try OptionForm.address.read(name)) : .name(name)
  }
}

extension RightsGrant: CustomStringConvertible {
  package var description: String {
    switch who {
    case .name(let name): "\(name)=\(rights)"
    case .listener(let listener): "\(listener)=\(rights)"
    }
  }
}
