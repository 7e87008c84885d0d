// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Writing compact JSON in pure ASCII: what BitBake's reader can take, wherever a message is cut. Of blanks in a row only
/// the first stands as one, so that a place to cut is never far.
extension ByteBuffer {
  /// Writes a string with its quotes; everything outside printable ASCII is escaped.
  mutating func writeJSON(string: String) {
    var string = string
    string.withUTF8 { writeJSON(utf8: UnsafeRawBufferPointer($0)) }
  }

  mutating func writeJSON(utf8: UnsafeRawBufferPointer) {
    writeInteger(ASCII.quote)
    if utf8.isPlainInJSON {
      writeBytes(utf8)
    } else {
      var before: Unicode.Scalar?
      for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
        writeJSON(scalar: scalar, isSecondBlank: scalar == " " && before == " ")
        before = scalar
      }
    }
    writeInteger(ASCII.quote)
  }

  private mutating func writeJSON(scalar: Unicode.Scalar, isSecondBlank: Bool) {
    switch scalar {
    case " " where isSecondBlank: writeStaticString("\\u0020")
    case "\"": writeStaticString("\\\"")
    case "\\": writeStaticString("\\\\")
    case "\n": writeStaticString("\\n")
    case "\r": writeStaticString("\\r")
    case "\t": writeStaticString("\\t")
    case " "..."~": writeInteger(UInt8(ascii: scalar))
    default:
      for unit in UTF16.encode(scalar)! {  // every Unicode.Scalar has a UTF-16 form
        writeStaticString("\\u")
        for shift in [12, 8, 4, 0] {
          let digit = UInt8(unit >> UInt16(shift) & 0xF)
          writeInteger(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Can stand in a JSON string as it is.
  fileprivate var isPlainInJSON: Bool {
    var before: UInt8 = 0
    for byte in self {
      guard byte.isPlainInJSON, byte != ASCII.space || before != ASCII.space else { return false }
      before = byte
    }
    return true
  }
}
