// SPDX-License-Identifier: Apache-2.0

/// Reads elements of DER, one after the other: definite lengths in their shortest form only (X.690, 10.1).
struct DERReader {
  static let integer: UInt8 = 0x02
  static let objectIdentifier: UInt8 = 0x06
  static let utf8String: UInt8 = 0x0C
  static let sequence: UInt8 = 0x30

  /// What is left.
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// Takes the next element.
  ///
  /// - Returns: its content; nil if there is none, or one with another tag.
  mutating func read(_ tag: UInt8) -> ArraySlice<UInt8>? {
    var bytes = rest
    guard bytes.popFirst() == tag, let first = bytes.popFirst() else { return nil }
    var length = Int(clamping: first)
    if first >= 0x80 {
      let digits = Int(clamping: first & 0x7F)
      // Three bytes are more than anything here is long.
      guard (1...3).contains(digits), digits <= bytes.count else { return nil }
      length = 0
      for _ in 0..<digits { length = length << 8 | Int(clamping: bytes.popFirst() ?? 0) }
      guard length >= 0x80, length >> (8 * (digits - 1)) > 0 else { return nil }
    }
    guard length <= bytes.count else { return nil }
    rest = bytes.dropFirst(length)
    return bytes.prefix(length)
  }

  /// An element.
  ///
  /// - Parameter content: below 64 KiB.
  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let low = UInt8(truncatingIfNeeded: content.count)
    let high = UInt8(truncatingIfNeeded: content.count >> 8)
    return switch content.count {
    case ..<0x80: [tag, low] + content
    case ..<0x100: [tag, 0x81, low] + content
    default: [tag, 0x82, high, low] + content
    }
  }
}
