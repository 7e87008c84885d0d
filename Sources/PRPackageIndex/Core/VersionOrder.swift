// SPDX-License-Identifier: Apache-2.0

/// How one version stands to another one.
package enum VersionRelation: Int, Hashable, Sendable {
  case below = -1
  case equal = 0
  case above = 1
}

/// The order in which a package manager upgrades: by epoch, then by version, then by release.
///
/// Two versions can be equal that are spelled in two ways, such as `1.0` and `1.00`. Source: docs/package-feeds.md.
package struct VersionOrder: Hashable, Sendable {
  package let kind: IndexKind

  package init(_ kind: IndexKind) { self.kind = kind }

  /// How `left` stands to `right`. A part that is missing counts as an empty one, and a missing epoch as 0.
  package func relation(of left: PublishedVersion, to right: PublishedVersion) -> VersionRelation {
    let parts = [
      (left.epoch ?? "", right.epoch ?? ""), (left.version, right.version), (left.release ?? "", right.release ?? ""),
    ]
    for (index, part) in parts.enumerated() {
      let relation = index == 0 ? relation(ofEpoch: part.0, to: part.1) : relation(ofPart: part.0, to: part.1)
      if relation != .equal { return relation }
    }
    return .equal
  }

  /// How one version, or one release, stands to another one.
  package func relation(ofPart left: String, to right: String) -> VersionRelation {
    switch kind {
    case .ipk, .deb: DebianVersionOrder.relation(of: left, to: right)
    case .rpm: RPMVersionOrder.relation(of: left, to: right)
    }
  }

  /// Package managers read an epoch as a number, where they read it at all.
  private func relation(ofEpoch left: String, to right: String) -> VersionRelation {
    relation(ofPart: left.isEmpty ? "0" : left, to: right.isEmpty ? "0" : right)
  }
}

/// What both orders are made of: a text of bytes that is taken apart from its beginning.
///
/// Digits are compared as text, so that a number may have any length. Letters and digits are those of ASCII.
struct VersionBytes {
  var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isEmpty: Bool { rest.isEmpty }
  var first: UInt8? { rest.first }

  mutating func removeFirst() { rest = rest.dropFirst() }
  mutating func skip(while isSkipped: (UInt8) -> Bool) { rest = rest.drop(while: isSkipped) }

  mutating func take(while isTaken: (UInt8) -> Bool) -> Substring.UTF8View {
    let taken = rest.prefix(while: isTaken)
    rest = rest[taken.endIndex...]
    return taken
  }

  static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
  static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

  /// How two texts of digits stand to each other as numbers; an empty one is 0.
  static func relation(ofNumber left: Substring.UTF8View, to right: Substring.UTF8View) -> VersionRelation {
    let left = left.drop { $0 == UInt8(ascii: "0") }
    let right = right.drop { $0 == UInt8(ascii: "0") }
    let (leftCount, rightCount) = (left.count, right.count)
    guard leftCount == rightCount else { return leftCount < rightCount ? .below : .above }
    return relation(ofText: left, to: right)
  }

  /// How two texts stand to each other by their bytes; a beginning of another text is below it.
  static func relation(ofText left: Substring.UTF8View, to right: Substring.UTF8View) -> VersionRelation {
    if left.lexicographicallyPrecedes(right) { return .below }
    return right.lexicographicallyPrecedes(left) ? .above : .equal
  }
}
