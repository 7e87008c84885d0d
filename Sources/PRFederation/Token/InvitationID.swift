// SPDX-License-Identifier: Apache-2.0

/// What an invitation is found by: 64 random bits, which are no secret.
package struct InvitationID: Hashable, Sendable {
  package let number: UInt64

  package init(_ number: UInt64) { self.number = number }

  /// - Parameter text: 16 hexadecimal digits in lower case.
  package init?(text: String) {
    guard let number = Hexadecimal.number(text) else { return nil }
    self.number = number
  }

  /// In the order of the wire.
  var bytes: [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}

extension InvitationID: CustomStringConvertible {
  package var description: String { Hexadecimal.text(number) }
}
