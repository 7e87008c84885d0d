// SPDX-License-Identifier: Apache-2.0

/// The bytes that the grammar names.
enum ASCII {
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let colon = UInt8(ascii: ":")
  static let comma = UInt8(ascii: ",")
  static let minus = UInt8(ascii: "-")
  static let plus = UInt8(ascii: "+")
  static let zero = UInt8(ascii: "0")
  static let nine = UInt8(ascii: "9")
  static let dot = UInt8(ascii: ".")
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let lowerE = UInt8(ascii: "e")
  static let upperE = UInt8(ascii: "E")
  static let lowerF = UInt8(ascii: "f")
  static let lowerN = UInt8(ascii: "n")
  static let lowerT = UInt8(ascii: "t")
  static let lowerU = UInt8(ascii: "u")
}

extension UInt8 {
  var isDigit: Bool { self >= ASCII.zero && self <= ASCII.nine }

  /// JSON's white space.
  var isBlank: Bool {
    self == ASCII.space || self == ASCII.tab || self == ASCII.newline || self == ASCII.carriageReturn
  }

  /// Needs no escape and is printable ASCII.
  var isPlainInJSON: Bool { self >= 0x20 && self < 0x7F && self != ASCII.quote && self != ASCII.backslash }
}
