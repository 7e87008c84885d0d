// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The serial number of a certificate: positive, of at most 128 bits. RFC 5280 allows 160; this authority uses no more.
package struct SerialNumber: Hashable, Sendable, Comparable {
  package let number: UInt128

  /// - Returns: nil for 0.
  package init?(_ number: UInt128) {
    guard number > 0 else { return nil }
    self.number = number
  }

  /// A new one. The highest bit is 0, so that 16 bytes are enough for DER, and the next is 1, so that all have 32 digits.
  ///
  /// - Parameter random: 126 bits of it are used.
  package static func random(using random: inout some RandomNumberGenerator) -> SerialNumber {
    SerialNumber(unchecked: UInt128.random(in: 1 << 126..<1 << 127, using: &random))
  }

  /// Hexadecimal digits, as 'openssl x509 -serial' prints them.
  package init?(hex: String) {
    guard hex.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let number = UInt128(hex, radix: 16)
    else { return nil }
    self.init(number)
  }

  private init(unchecked number: UInt128) { self.number = number }

  package static func < (one: SerialNumber, other: SerialNumber) -> Bool { one.number < other.number }
}

extension SerialNumber: CustomStringConvertible {
  /// An even number of small hexadecimal digits.
  package var description: String { bytes.hexText }

  /// From the most significant one that is not 0.
  private var bytes: [UInt8] {
    Array((0..<16).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }.drop { $0 == 0 })
  }
}

extension SerialNumber {
  /// - Returns: nil for a number that is not positive or too large.
  init?(_ integer: UnsafePointer<ASN1_INTEGER>?) {
    guard let integer, ASN1_STRING_type(integer) == V_ASN1_INTEGER else { return nil }
    let count = Int(clamping: ASN1_STRING_length(integer))
    guard (1...16).contains(count), let start = ASN1_STRING_get0_data(integer) else { return nil }
    self.init(UnsafeBufferPointer(start: start, count: count).reduce(0) { $0 << 8 | UInt128(truncatingIfNeeded: $1) })
  }

  /// - Returns: whether the integer has the number now.
  func set(_ integer: UnsafeMutablePointer<ASN1_INTEGER>?) -> Bool {
    let bytes = bytes
    return ASN1_STRING_set(integer, bytes, CInt(clamping: bytes.count)) == 1
  }
}
