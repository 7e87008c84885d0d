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
package struct JSONText: Sendable {
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
    ReadingCost.add(count)
    return memcmp(bytes.baseAddress! + start, word.utf8Start, count) == 0  // a text has a place in memory
  }

  /// Compares up to the first difference. All words are ASCII.
  private func equalsUnescaped(_ word: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
    // No escape of an ASCII character is longer than six bytes.
    guard count > word.utf8CodeUnitCount, count <= 6 * word.utf8CodeUnitCount else { return false }
    var (offset, matched) = (start, 0)
    while offset < start + count {
      ReadingCost.add(1)
      var (byte, length) = (bytes[offset], 1)
      if byte == ASCII.backslash {
        guard let escape = try? JSONEscape(at: offset, in: bytes), escape.scalar.isASCII else { return false }
        (byte, length) = (UInt8(ascii: escape.scalar), escape.length)
      }
      guard matched < word.utf8CodeUnitCount, word.utf8Start[matched] == byte else { return false }
      offset += length
      matched += 1
    }
    return matched == word.utf8CodeUnitCount
  }

  /// The content, escapes resolved.
  func string(in bytes: UnsafeRawBufferPointer) throws(JSONError) -> String {
    ReadingCost.add(count)
    if isPlain { return String(decoding: raw(in: bytes), as: UTF8.self) }
    var failure: JSONError?
    // No content is longer than its escaped form.
    let string = String(unsafeUninitializedCapacity: count) { target in
      do throws(JSONError) {
        return try unescape(bytes, into: target)
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return string
  }

  /// - Returns: how many bytes were written.
  private func unescape(
    _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt8>
  ) throws(JSONError) -> Int {
    var (offset, written) = (start, 0)
    while offset < start + count {
      guard bytes[offset] == ASCII.backslash else {
        target[written] = bytes[offset]
        offset += 1
        written += 1
        continue
      }
      let escape = try JSONEscape(at: offset, in: bytes)
      for unit in UTF8.encode(escape.scalar)! {  // every Unicode.Scalar has a UTF-8 form
        target[written] = unit
        written += 1
      }
      offset += escape.length
    }
    return written
  }
}
