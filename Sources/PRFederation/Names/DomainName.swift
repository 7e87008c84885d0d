// SPDX-License-Identifier: Apache-2.0

/// What a name in lower case may be. Source: RFC 1123, section 2.1.
package enum DomainName {
  /// A host's name has at most so many bytes (RFC 1035, section 2.3.4, without the length of the root).
  package static let maximumLength = 253

  package static func check(_ text: String, maximumLength: Int = maximumLength) throws(NameError) {
    guard !text.isEmpty else { throw .empty }
    guard text.utf8.count <= maximumLength else { throw .tooLong(maximum: maximumLength) }
    for character in text.utf8 { try check(character) }
    let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for label in labels {
      guard let first = label.first, let last = label.last else { throw .emptyLabel }
      guard label.count <= 63 else { throw .longLabel }
      guard first != UInt8(ascii: "-"), last != UInt8(ascii: "-") else { throw .hyphenAtEdge }
    }
    let endsInNumber = labels.last?.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    guard endsInNumber == false else { throw .numberAtEnd }
  }

  private static func check(_ character: UInt8) throws(NameError) {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      return
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): throw .upperCase
    default: throw .badCharacter
    }
  }
}
