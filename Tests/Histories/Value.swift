// SPDX-License-Identifier: Apache-2.0

/// A package revision as docs/numbering.md defines it: numbers joined by dots. A proper beginning is smaller.
package struct Value: Hashable, Comparable, Sendable {
  package let numbers: [UInt64]

  package init(_ numbers: UInt64...) { self.numbers = numbers }

  package init(numbers: [UInt64]) { self.numbers = numbers }

  /// - Returns: nil for a text that is no revision.
  package init?(_ text: some StringProtocol) {
    var numbers: [UInt64] = []
    for part in text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard !part.isEmpty, let number = Self.number(part) else { return nil }
      numbers.append(number)
    }
    self.numbers = numbers
  }

  private static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
      guard case UInt8(ascii: "0")...UInt8(ascii: "9") = digit else { return nil }
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeNow) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !isTooLarge, !isTooLargeNow else { return nil }
      number = sum
    }
    return number
  }

  package static func < (one: Value, other: Value) -> Bool {
    one.numbers.lexicographicallyPrecedes(other.numbers)
  }
}

extension Value: CustomStringConvertible {
  package var description: String { numbers.map(String.init).joined(separator: ".") }
}
