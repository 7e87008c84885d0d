// SPDX-License-Identifier: Apache-2.0

/// What an invitation is found by. It is no secret.
package struct InvitationID: RandomID {
  package let number: UInt64

  package init(_ number: UInt64) { self.number = number }

  /// In the order of the wire.
  var bytes: [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}
