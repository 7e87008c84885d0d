// SPDX-License-Identifier: Apache-2.0

/// A request of the protocol, by the name that it has there. Source: docs/protocol.md.
///
/// The cases stand in the order in which a message that names several requests is read.
package enum RequestKind: String, Hashable, Sendable, CaseIterable {
  case ping
  case getPR = "get-pr"
  case testPR = "test-pr"
  case testPackage = "test-package"
  case maxPackagePR = "max-package-pr"
  case importOne = "import-one"
  case export
  case isReadonly = "is-readonly"
  case lookup
  case changes

  /// The place among all: of several requests that a message names, the one with the smallest is read.
  package var index: Int {
    switch self {
    case .ping: 0
    case .getPR: 1
    case .testPR: 2
    case .testPackage: 3
    case .maxPackagePR: 4
    case .importOne: 5
    case .export: 6
    case .isReadonly: 7
    case .lookup: 8
    case .changes: 9
    }
  }

  /// What a client has to be allowed. Source: docs/protocol.md, "Rights".
  package var need: Need {
    switch self {
    case .getPR: .allocating
    case .importOne: .importing
    case .ping, .isReadonly, .testPR, .testPackage, .maxPackagePR, .export, .lookup, .changes: .reading
    }
  }

  package enum Need: Hashable, Sendable {
    case reading, allocating, importing
  }
}
