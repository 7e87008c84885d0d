// SPDX-License-Identifier: Apache-2.0

/// The 128 random bits that let a store join. They stand in the token alone; the register holds their hash.
package struct EnrollmentSecret: Hashable, Sendable {
  let bytes: [UInt8]

  static let count = 16

  /// - Returns: nil unless there are 16 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.count else { return nil }
    self.bytes = bytes
  }

  package init(using random: inout some RandomNumberGenerator) {
    bytes = (0..<Self.count).map { _ in UInt8.random(in: 0...(.max), using: &random) }
  }

  /// What the register holds: the key of a proof.
  package var hash: SecureDigest { SecureDigest(of: bytes) }
}

extension EnrollmentSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "a secret" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
