// SPDX-License-Identifier: Apache-2.0

/// What a member keeps for good, whatever its name: 64 random bits.
package struct MemberID: Hashable, Sendable {
  package let number: UInt64

  package init(_ number: UInt64) { self.number = number }

  /// - Parameter text: 16 hexadecimal digits in lower case.
  package init?(text: String) {
    guard let number = Hexadecimal.number(text) else { return nil }
    self.number = number
  }
}

extension MemberID: CustomStringConvertible {
  package var description: String { Hexadecimal.text(number) }
}
