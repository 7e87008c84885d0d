// SPDX-License-Identifier: Apache-2.0

/// What a member may ask of its upstream. A certificate carries it as ``description``.
package struct MemberRights: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let read = MemberRights(rawValue: 1)
  package static let allocate = MemberRights(rawValue: 2)
  package static let importing = MemberRights(rawValue: 4)
  package static let admin = MemberRights(rawValue: 8)
  package static let predict = MemberRights(rawValue: 16)
  /// invite, retire, revoke, rename, for members below the one that has it.
  package static let invite = MemberRights(rawValue: 32)

  /// All that a member can have.
  package static let all: MemberRights = [.read, .allocate, .importing, .admin, .predict, .invite]

  private static let names: [(String, MemberRights)] = [
    ("read", .read), ("allocate", .allocate), ("import", .importing), ("admin", .admin), ("predict", .predict),
    ("invite", .invite),
  ]

  /// Parses names joined by commas, such as `read,invite`; `none` is no right.
  package init?(_ text: String) {
    self = []
    guard text != "none" else { return }
    for name in text.split(separator: ",", maxSplits: 16, omittingEmptySubsequences: false) {
      guard let right = Self.names.first(where: { $0.0 == name })?.1 else { return nil }
      insert(right)
    }
  }
}

extension MemberRights: CustomStringConvertible {
  package var description: String {
    isEmpty ? "none" : Self.names.filter { contains($0.1) }.map(\.0).joined(separator: ",")
  }
}
