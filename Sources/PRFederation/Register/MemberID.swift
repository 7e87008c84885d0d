// SPDX-License-Identifier: Apache-2.0

/// What a member keeps for good, whatever its name.
package struct MemberID: RandomID {
  package let number: UInt64

  package init(_ number: UInt64) { self.number = number }
}
