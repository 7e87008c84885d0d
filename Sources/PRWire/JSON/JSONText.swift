// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One value of a message, not yet copied out of it.
enum JSONToken {
  case text(JSONText)
  /// The range of its digits and sign.
  case integer(Range<Int>)
  /// A number with a fraction or an exponent.
  case number
  case bool(Bool)
  case null
  case object
  case array
}

/// Where a string stands in a message, between its quotes.
public struct JSONText: Sendable {
  // 32 bits each: a request has many of these, and no message is that long.
  private let start32: UInt32
  private let count32: UInt32
  /// No escape in it: its bytes are its content.
  let isPlain: Bool

  var start: Int { Int(truncatingIfNeeded: start32) }
  var count: Int { Int(truncatingIfNeeded: count32) }

  init(start: Int, count: Int, isPlain: Bool) {
    start32 = UInt32(truncatingIfNeeded: start)
    count32 = UInt32(truncatingIfNeeded: count)
    self.isPlain = isPlain
  }

  func raw(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
  }

  @inline(__always)
  func equals(_ word: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
    guard isPlain else { return equalsUnescaped(word, in: bytes) }
    guard count == word.utf8CodeUnitCount else { return false }
    return memcmp(bytes.baseAddress! + start, word.utf8Start, count) == 0  // a text has a place in memory
  }

  /// No escape is longer than six bytes, so that only what may be the word is copied.
  private func equalsUnescaped(_ word: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
    guard count > word.utf8CodeUnitCount, count <= 6 * word.utf8CodeUnitCount else { return false }
    guard let content = try? string(in: bytes) else { return false }
    return content.utf8.elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  /// The content, escapes resolved.
  func string(in bytes: UnsafeRawBufferPointer) throws(JSONError) -> String {
    let raw = raw(in: bytes)
    if isPlain { return String(decoding: raw, as: UTF8.self) }
    var reader = EscapeReader(raw: raw, start: start)
    return try reader.string()
  }
}

/// Resolves the escapes of a string whose plain bytes are known to be UTF-8.
private struct EscapeReader {
  let raw: UnsafeRawBufferPointer
  let start: Int
  var offset = 0

  init(raw: UnsafeRawBufferPointer, start: Int) {
    self.raw = raw
    self.start = start
  }

  mutating func string() throws(JSONError) -> String {
    var content: [UInt8] = []
    content.reserveCapacity(raw.count)
    while offset < raw.count {
      guard raw[offset] == ASCII.backslash else {
        content.append(raw[offset])
        offset += 1
        continue
      }
      let scalar = try scalar()
      content.append(contentsOf: UTF8.encode(scalar)!)  // every Unicode.Scalar has a UTF-8 form
    }
    return String(decoding: content, as: UTF8.self)
  }

  private func bad() -> JSONError { JSONError(problem: .badEscape, offset: start + offset) }

  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    guard offset + 1 < raw.count else { throw bad() }
    let letter = raw[offset + 1]
    guard letter == ASCII.lowerU else {
      let simple: [Unicode.Scalar: Unicode.Scalar] = [
        "\"": "\"", "\\": "\\", "/": "/", "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t",
      ]
      guard let scalar = simple[Unicode.Scalar(letter)] else { throw bad() }
      offset += 2
      return scalar
    }
    let unit = try codeUnit()
    guard UTF16.isLeadSurrogate(unit) else {
      guard let scalar = Unicode.Scalar(unit) else { throw bad() }
      return scalar
    }
    let trail = try codeUnit()
    guard UTF16.isTrailSurrogate(trail) else { throw bad() }
    return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
  }

  /// Reads `\u` and its four digits.
  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    guard offset + 6 <= raw.count, raw[offset] == ASCII.backslash, raw[offset + 1] == ASCII.lowerU else { throw bad() }
    var unit: UInt16 = 0
    for byte in raw[offset + 2..<offset + 6] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw bad() }
      unit = unit << 4 | UInt16(truncatingIfNeeded: digit)
    }
    offset += 6
    return unit
  }
}
