// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A row of the register: a machine of the authority asks another one, which has the authority's key, to sign. The register does not
/// read what is asked.
///
///     asked -> answered -> gone, by the machine that has asked
///     asked -> gone, when that machine gives up
package struct PendingRequest: Hashable, Sendable {
  package let id: PendingID
  /// The machine that asks, for the log of the one that signs.
  package let machine: String
  /// What is asked, as JSON.
  package let request: String
  /// In seconds since 1970.
  package let at: Int64
  package internal(set) var answer: Answer?

  package enum Answer: Hashable, Sendable {
    /// The answer as JSON.
    case done(String)
    case refused(String)
  }

  /// So many are in the register.
  package static let maximum = 100
  /// In bytes.
  package static let longest = 65_536
  /// In seconds: its machine has given up long before, and was ended before it could say so.
  package static let lifetime: Int64 = 600

  package init(id: PendingID, machine: String, request: String, at: Int64, answer: Answer? = nil) {
    self.id = id
    self.machine = machine
    self.request = request
    self.at = at
    self.answer = answer
  }

  /// Nothing waits for it any more. A clock that was set back keeps no row for longer.
  func isOver(at now: Int64) -> Bool { now >= at.addingClamped(Self.lifetime) || at > now.addingClamped(Self.lifetime) }
}

/// What a pending request is found by.
package struct PendingID: RandomID {
  package let number: UInt64

  package init(_ number: UInt64) { self.number = number }
}
