// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a peer may ask for.
package struct Rights: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// ping, is-readonly, test-pr, test-package, max-package-pr, export, lookup, changes.
  package static let read = Rights(rawValue: 1)
  /// get-pr.
  package static let allocate = Rights(rawValue: 2)
  /// import-one.
  package static let importing = Rights(rawValue: 4)
  /// What changes the server itself.
  package static let admin = Rights(rawValue: 8)

  /// get-pr, answered with what would be chosen, which is not stored. Beside ``allocate`` it means nothing.
  package static let predict = Rights(rawValue: 16)

  /// Those that a get-pr needs one of.
  static let asking: Rights = [.allocate, .predict]

  /// What BitBake's own server gives everybody.
  package static let bitbake: Rights = [.read, .allocate, .importing]

  private static let names: [(String, Rights)] = [
    ("read", .read), ("allocate", .allocate), ("import", .importing), ("admin", .admin),
    ("predict", .predict),
  ]

  /// Parses names joined by commas, such as `read,allocate`; `none` is no right.
  package init?(_ text: String) {
    self = []
    guard text != "none" else { return }
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let right = Self.names.first(where: { $0.0 == name })?.1 else { return nil }
      insert(right)
    }
  }
}

extension Rights: CustomStringConvertible {
  package var description: String {
    isEmpty ? "none" : Self.names.filter { contains($0.1) }.map(\.0).joined(separator: ",")
  }
}

extension RequestKind {
  /// The right that it takes.
  var right: Rights {
    switch need {
    case .reading: .read
    case .allocating: .allocate
    case .importing: .importing
    }
  }

  /// One of these will do.
  var rights: Rights { right == .allocate ? .asking : right }
}
