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
    ReadingCost.add(utf8.count)
    writeInteger(ASCII.quote)
    if utf8.isPlainInJSON { writeBytes(utf8) } else { writeEscaped(String(decoding: utf8, as: UTF8.self)) }
    writeInteger(ASCII.quote)
  }

  private mutating func writeEscaped(_ text: String) {
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    var followsBlank = false
    while next != nil {
      // Room for a block of scalars is made at once: a place for each byte would be looked for anew otherwise.
      writeWithUnsafeMutableBytes(minimumWritableBytes: 64 * JSONScalar.maximumLength) { target in
        var written = 0
        while let scalar = next, target.count - written >= JSONScalar.maximumLength {
          // A blank after a blank is escaped, so that a piece of a chunk stream can always end in something else.
          written += JSONScalar(scalar, isEscaped: followsBlank && scalar == " ").write(target, at: written)
          followsBlank = scalar == " " && !followsBlank
          next = scalars.next()
        }
        ReadingCost.add(written)
        return written
      }
    }
  }
}

/// A character as it stands in a JSON string.
private struct JSONScalar {
  /// A surrogate pair.
  static let maximumLength = 12

  private let scalar: Unicode.Scalar
  private let isEscaped: Bool

  init(_ scalar: Unicode.Scalar, isEscaped: Bool) {
    self.scalar = scalar
    self.isEscaped = isEscaped
  }

  /// - Returns: how many bytes were written.
  @inline(__always)
  func write(_ target: UnsafeMutableRawBufferPointer, at place: Int) -> Int {
    switch scalar {
    case "\"", "\\": return short(UInt8(ascii: scalar), target, place)
    case "\n": return short(ASCII.lowerN, target, place)
    case "\r": return short(UInt8(ascii: "r"), target, place)
    case "\t": return short(ASCII.lowerT, target, place)
    case " "..."~" where !isEscaped:
      target[place] = UInt8(ascii: scalar)
      return 1
    default:
      var end = place
      for unit in UTF16.encode(scalar)! {  // every Unicode.Scalar has a UTF-16 form
        end += short(ASCII.lowerU, target, end)
        for shift in [12, 8, 4, 0] as [UInt16] {
          let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xF)
          target[end] = digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10
          end += 1
        }
      }
      return end - place
    }
  }

  private func short(_ letter: UInt8, _ target: UnsafeMutableRawBufferPointer, _ place: Int) -> Int {
    target[place] = ASCII.backslash
    target[place + 1] = letter
    return 2
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
