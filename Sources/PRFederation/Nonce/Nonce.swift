// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What the authority gives a member with each answer to a report, and the member presents with its next report.
package struct Nonce: Hashable, Sendable {
  /// Counts the member's leases: a lane that takes another's place begins a new generation.
  package let generation: UInt32
  /// Counts the answers of a generation, from 0, which comes with the lease.
  package let number: UInt64
  /// Random: two registers that count from the same number give different nonces.
  package let bits: UInt64

  package init(generation: UInt32, number: UInt64, bits: UInt64) {
    self.generation = generation
    self.number = number
    self.bits = bits
  }

  /// - Parameter text: as ``description`` gives it.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count <= 64 else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let generation = UInt32(parts[0]), let number = UInt64(parts[1]),
      let bits = Hexadecimal.number(parts[2])
    else { return nil }
    self.init(generation: generation, number: number, bits: bits)
    guard description == text else { return nil }
  }

  /// That of the next answer.
  func next(_ bits: UInt64) -> Nonce { Nonce(generation: generation, number: number.addingClamped(1), bits: bits) }
}

extension Nonce: CustomStringConvertible {
  /// `3.17.00c0ffee00c0ffee`
  package var description: String { "\(generation).\(number).\(Hexadecimal.text(bits))" }
}

/// A nonce as a member presents it: with a number of its own, which it draws when it stores the nonce.
///
/// Two copies of a store that are given the same nonce draw different numbers. A member that asks once more because an
/// answer was lost presents the same one.
package struct PresentedNonce: Hashable, Sendable {
  package let given: Nonce
  package let own: UInt64

  package init(given: Nonce, own: UInt64) {
    self.given = given
    self.own = own
  }

  /// - Parameter text: as ``description`` gives it.
  package init?(_ text: String) {
    guard text.utf8.count <= 96, let dot = text.lastIndex(of: "."), let given = Nonce(text[..<dot]),
      let own = Hexadecimal.number(text[text.index(after: dot)...])
    else { return nil }
    self.init(given: given, own: own)
  }
}

extension PresentedNonce: CustomStringConvertible {
  package var description: String { "\(given).\(Hexadecimal.text(own))" }
}
