// SPDX-License-Identifier: Apache-2.0

/// Numbers in hexadecimal digits of lower case, with zeros in front.
package enum Hexadecimal {
  package static func text(_ number: UInt64, digits: Int = 16) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
  }

  /// - Returns: nil unless the text is 16 digits as ``text(_:digits:)`` writes them.
  package static func number(_ text: some StringProtocol) -> UInt64? {
    guard text.utf8.count == 16 else { return nil }
    var number: UInt64 = 0
    for character in text.utf8 {
      guard let digit = value(of: character) else { return nil }
      number = number << 4 | UInt64(clamping: digit)
    }
    return number
  }

  package static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
