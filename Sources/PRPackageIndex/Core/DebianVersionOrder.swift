// SPDX-License-Identifier: Apache-2.0

/// The order of dpkg, which opkg shares.
///
/// Runs of other bytes and runs of digits are compared in turn: the former byte by byte, the latter as numbers. `~` stands
/// below the end of a text, letters above it, all else above letters. Source: deb-version(7), "Sorting algorithm".
enum DebianVersionOrder {
  static func relation(of left: String, to right: String) -> VersionRelation {
    var (left, right) = (VersionBytes(left), VersionBytes(right))
    while !left.isEmpty || !right.isEmpty {
      while isOther(left.first) || isOther(right.first) {
        let (leftWeight, rightWeight) = (weight(left.first), weight(right.first))
        guard leftWeight == rightWeight else { return leftWeight < rightWeight ? .below : .above }
        left.removeFirst()
        right.removeFirst()
      }
      let numbers = (left.take(while: VersionBytes.isDigit), right.take(while: VersionBytes.isDigit))
      let relation = VersionBytes.relation(ofNumber: numbers.0, to: numbers.1)
      if relation != .equal { return relation }
    }
    return .equal
  }

  private static func isOther(_ byte: UInt8?) -> Bool { byte.map { !VersionBytes.isDigit($0) } ?? false }

  /// - Parameter byte: nil for the end of the text, which counts as a digit does.
  private static func weight(_ byte: UInt8?) -> Int {
    guard let byte, !VersionBytes.isDigit(byte) else { return 0 }
    if byte == UInt8(ascii: "~") { return -1 }
    if VersionBytes.isLetter(byte) { return Int(exactly: byte) ?? 0 }
    // dpkg takes a byte as the machine's `char`, which is signed on x86. Such bytes are not part of a valid version.
    return 256 + Int(Int8(bitPattern: byte))
  }
}
