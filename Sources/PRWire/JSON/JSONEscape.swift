// SPDX-License-Identifier: Apache-2.0

/// One escape of a JSON string: a backslash with a letter, `\u` with four digits, or two of these for a surrogate pair.
struct JSONEscape {
  let scalar: Unicode.Scalar
  /// The escape's length in bytes, backslash included.
  let length: Int

  /// Reads the escape whose backslash stands at `offset`.
  @inline(__always)
  init(at offset: Int, in bytes: UnsafeRawBufferPointer) throws(JSONError) {
    guard offset + 1 < bytes.count else { throw JSONError(problem: .unexpectedEnd, offset: bytes.count) }
    guard bytes[offset + 1] == ASCII.lowerU else {
      guard let scalar = Self.short(bytes[offset + 1]) else { throw JSONError(problem: .badEscape, offset: offset) }
      (self.scalar, length) = (scalar, 2)
      return
    }
    let unit = try Self.codeUnit(at: offset, in: bytes)
    guard UTF16.isLeadSurrogate(unit) else {
      guard let scalar = Unicode.Scalar(unit) else { throw JSONError(problem: .badEscape, offset: offset) }
      (self.scalar, length) = (scalar, 6)
      return
    }
    let trail = try Self.codeUnit(at: offset + 6, in: bytes)
    guard UTF16.isTrailSurrogate(trail) else { throw JSONError(problem: .badEscape, offset: offset + 6) }
    (scalar, length) = (UTF16.decode(UTF16.EncodedScalar([unit, trail])), 12)
  }

  private static func short(_ letter: UInt8) -> Unicode.Scalar? {
    switch letter {
    case ASCII.quote, ASCII.backslash, UInt8(ascii: "/"): Unicode.Scalar(letter)
    case UInt8(ascii: "b"): "\u{8}"
    case ASCII.lowerF: "\u{C}"
    case ASCII.lowerN: "\n"
    case UInt8(ascii: "r"): "\r"
    case ASCII.lowerT: "\t"
    default: nil
    }
  }

  /// Reads `\u` and its four digits.
  private static func codeUnit(at offset: Int, in bytes: UnsafeRawBufferPointer) throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for place in 0..<6 {
      guard offset + place < bytes.count else { throw JSONError(problem: .unexpectedEnd, offset: bytes.count) }
      let byte = bytes[offset + place]
      switch place {
      case 0 where byte == ASCII.backslash: break
      case 1 where byte == ASCII.lowerU: break
      case 2...:
        guard let digit = byte.hexDigit else { fallthrough }
        unit = unit << 4 | UInt16(truncatingIfNeeded: digit)
      default: throw JSONError(problem: .badEscape, offset: offset)
      }
    }
    return unit
  }
}

extension UInt8 {
  /// The value of an ASCII hexadecimal digit.
  fileprivate var hexDigit: UInt8? {
    switch self {
    case ASCII.zero...ASCII.nine: self - ASCII.zero
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
