// SPDX-License-Identifier: Apache-2.0

/// Base 32 in lower case and without padding. Source: RFC 4648, section 6.
enum Base32 {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var (digits, rest, bits): ([UInt8], UInt32, UInt32) = ([], 0, 0)
    for byte in bytes {
      rest = rest << 8 | UInt32(clamping: byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        digits.append(alphabet[Int(clamping: rest >> bits & 31)])
      }
      rest &= 31
    }
    if bits > 0 { digits.append(alphabet[Int(clamping: rest << (5 - bits) & 31)]) }
    return String(decoding: digits, as: UTF8.self)
  }

  /// - Parameter text: in either case.
  /// - Returns: nil for another character, and for what ``text(_:)`` does not write: a digit too many, or a last digit
  ///   with bits that belong to no byte.
  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    var (bytes, rest, bits): ([UInt8], UInt32, UInt32) = ([], 0, 0)
    for character in text.utf8 {
      guard let digit = value(of: character) else { return nil }
      rest = rest << 5 | digit
      bits += 5
      guard bits >= 8 else { continue }
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: rest >> bits))
      rest &= 127
    }
    guard bits < 5, rest & (1 << bits - 1) == 0 else { return nil }
    return bytes
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(clamping: character - UInt8(ascii: "a"))
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(clamping: character - UInt8(ascii: "A"))
    case UInt8(ascii: "2")...UInt8(ascii: "7"): UInt32(clamping: character - UInt8(ascii: "2") + 26)
    default: nil
    }
  }
}
