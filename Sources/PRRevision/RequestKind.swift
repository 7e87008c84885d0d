// SPDX-License-Identifier: Apache-2.0

/// A request of the protocol, by the name that it has there. Source: docs/protocol.md.
public enum RequestKind: String, Hashable, Sendable, CaseIterable {
  case ping
  case isReadonly = "is-readonly"
  case getPR = "get-pr"
  case testPR = "test-pr"
  case testPackage = "test-package"
  case maxPackagePR = "max-package-pr"
  case importOne = "import-one"
  case export
  case lookup
  case changes

  /// The place among all.
  public var index: Int {
    switch self {
    case .ping: 0
    case .isReadonly: 1
    case .getPR: 2
    case .testPR: 3
    case .testPackage: 4
    case .maxPackagePR: 5
    case .importOne: 6
    case .export: 7
    case .lookup: 8
    case .changes: 9
    }
  }
}
