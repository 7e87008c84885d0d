// SPDX-License-Identifier: Apache-2.0

/// The order of rpm, `rpmvercmp`.
///
/// A text is a row of numbers, of words of letters, and of the signs `~` and `^`; all other bytes only part them. The first
/// difference decides: `~` stands below the end of a text, then come the end, `^`, words, numbers. Source: rpm-version(7).
enum RPMVersionOrder {
  static func relation(of left: String, to right: String) -> VersionRelation {
    var (left, right) = (VersionBytes(left), VersionBytes(right))
    while true {
      let (leftKind, rightKind) = (kind(&left), kind(&right))
      guard leftKind == rightKind else { return leftKind.rawValue < rightKind.rawValue ? .below : .above }
      let relation: VersionRelation
      switch leftKind {
      case .end: return .equal
      case .tilde, .caret:
        left.removeFirst()
        right.removeFirst()
        continue
      case .word:
        let words = (left.take(while: VersionBytes.isLetter), right.take(while: VersionBytes.isLetter))
        relation = VersionBytes.relation(ofText: words.0, to: words.1)
      case .number:
        let numbers = (left.take(while: VersionBytes.isDigit), right.take(while: VersionBytes.isDigit))
        relation = VersionBytes.relation(ofNumber: numbers.0, to: numbers.1)
      }
      if relation != .equal { return relation }
    }
  }

  /// What a text goes on with, in rising order.
  private enum Kind: Int {
    case tilde, end, caret, word, number
  }

  /// Skips what only parts; then says what follows.
  private static func kind(_ text: inout VersionBytes) -> Kind {
    text.skip { !VersionBytes.isDigit($0) && !VersionBytes.isLetter($0) && !signs.contains($0) }
    guard let first = text.first else { return .end }
    if VersionBytes.isDigit(first) { return .number }
    if VersionBytes.isLetter(first) { return .word }
    return first == signs[0] ? .tilde : .caret
  }

  private static let signs = [UInt8(ascii: "~"), UInt8(ascii: "^")]
}
