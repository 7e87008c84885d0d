// SPDX-License-Identifier: Apache-2.0
import PRFederation

extension FuzzTarget {
  /// The token of an invitation, and the names of members. What is read is written as the same, and the secret is in no description.
  static let tokens = FuzzTarget("tokens", length: 512) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    if let token = try? EnrollmentToken(text) {
      try require(try EnrollmentToken(token.text) == token, "the token is written as \(token.text)")
      let words = "\(token) \(String(reflecting: token))".lowercased()
      try require(!words.contains(token.text.lowercased().dropFirst(4)), "a description has the token")
    }
    if let uri = MemberURI(text) {
      try require(MemberURI(uri.description) == uri, "the URI is written as \(uri)")
    }
    if let address = MemberAddress(text) {
      try require(MemberAddress(address.description) == address, "the address is written as \(address)")
    }
    if let name = try? MemberName(text) {
      try require(try MemberName(name.text) == name, "the name is written as \(name)")
    }
  }
}
