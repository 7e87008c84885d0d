// SPDX-License-Identifier: Apache-2.0

/// What a peer may ask for. Source: docs/protocol.md, "Rights".
package struct Rights: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// ping, is-readonly, test-pr, test-package, max-package-pr, export, lookup, changes, federation.
  package static let read = Rights(rawValue: 1)
  /// get-pr.
  package static let allocate = Rights(rawValue: 2)
  /// import-one.
  package static let importing = Rights(rawValue: 4)
  /// What changes the server itself.
  package static let admin = Rights(rawValue: 8)
  /// get-pr, answered with what would be chosen, which is not stored. Beside ``allocate`` it means nothing.
  package static let predict = Rights(rawValue: 16)
  /// invite, retire, revoke, rename, for members below the one that has it. Only the certificate of a member has it.
  package static let invite = Rights(rawValue: 32)

  /// enroll, and ping: every TLS client of a node of a federation has it. It has no name, and is not given.
  package static let enroll = Rights(rawValue: 64)
  /// renew, report: the certificate of a member has it. It has no name, and is not given.
  package static let report = Rights(rawValue: 128)

  /// What BitBake's own server gives everybody.
  package static let bitbake: Rights = [.read, .allocate, .importing]

  /// All that have names.
  package static let all: Rights = [.read, .allocate, .importing, .admin, .predict, .invite]

  private static let named: [(String, Rights)] = [
    ("read", .read), ("allocate", .allocate), ("import", .importing), ("admin", .admin), ("predict", .predict),
    ("invite", .invite),
  ]

  /// The names, in the order in which they are written.
  package var names: [String] { Self.named.filter { contains($0.1) }.map(\.0) }

  /// Parses names joined by commas, such as `read,allocate`; `none` is no right.
  package init?(_ text: String) {
    self = []
    guard text != "none" else { return }
    for name in text.split(separator: ",", maxSplits: 16, omittingEmptySubsequences: false) {
      guard let right = Self.named.first(where: { $0.0 == name })?.1 else { return nil }
      insert(right)
    }
  }
}

extension Rights: CustomStringConvertible {
  package var description: String { isEmpty ? "none" : names.joined(separator: ",") }
}
