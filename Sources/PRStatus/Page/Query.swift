// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What stands behind the `?` of an address.
enum Query {
  /// For a place behind a `=`.
  static func encoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        encoded += byte < 16 ? "%0" : "%"
        encoded += String(byte, radix: 16, uppercase: true)
      }
    }
    return encoded
  }

  /// What a form sent under a name.
  ///
  /// - Parameter query: as it stands in the address; a blank is a `+` there.
  static func value(of name: String, in query: String) -> String? {
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts[0] == name, parts.count == 2 else { continue }
      return parts[1].replacing("+", with: " ").removingPercentEncoding
    }
    return nil
  }
}
