// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Writing compact JSON in pure ASCII: what BitBake's reader can take, wherever a message is cut.
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
      var followsBlank = false
      for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
        if followsBlank, scalar == " " {
          writeStaticString("\\u0020")
          followsBlank = false
        } else {
          writeJSON(scalar: scalar)
          followsBlank = scalar == " "
        }
      }
    }
    writeInteger(ASCII.quote)
  }

  private mutating func writeJSON(scalar: Unicode.Scalar) {
    switch scalar {
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
          let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xF)
          writeInteger(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Needs no escape. A blank after a blank does, so that a piece of a chunk stream can always end in something else.
  var isPlainInJSON: Bool {
    var previous: UInt8 = 0
    for byte in self {
      guard byte.isPlainInJSON, byte != ASCII.space || previous != ASCII.space else { return false }
      previous = byte
    }
    return true
  }
}
