// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not the JSON they should be. What the peer sent is never part of it.
package struct JSONError: Error, Hashable, Sendable {
  package let problem: Problem
  /// Where, in bytes from the start of the message.
  package let offset: Int

  package enum Problem: String, Hashable, Sendable {
    case unexpectedEnd = "it ends too early"
    case unexpectedByte = "an unexpected byte"
    case expectedObject = "an object is expected"
    case expectedString = "a string is expected"
    case controlCharacter = "a control character inside a string"
    case badEscape = "an invalid escape, or half a surrogate pair"
    case badUTF8 = "bytes that are not UTF-8"
    case badNumber = "an invalid number"
    case tooDeep = "nested too deeply"
    case trailingBytes = "something follows the end"
  }
}

extension JSONError: CustomStringConvertible {
  package var description: String { "not valid JSON: \(problem.rawValue) (byte \(offset))" }
}
