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
  // About the federation:
  case enroll, renew, report, invite, retire, revoke, rename, federation

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
    case .enroll: 10
    case .renew: 11
    case .report: 12
    case .invite: 13
    case .retire: 14
    case .revoke: 15
    case .rename: 16
    case .federation: 17
    }
  }

  /// What a client has to be allowed. Source: docs/protocol.md, "Rights".
  package var need: Need {
    switch self {
    case .getPR: .allocating
    case .importOne: .importing
    case .enroll: .enrolling
    case .renew, .report: .reporting
    case .invite, .retire, .revoke, .rename: .inviting
    case .ping, .isReadonly, .testPR, .testPackage, .maxPackagePR, .export, .lookup, .changes, .federation:
      .reading
    }
  }

  package enum Need: Hashable, Sendable {
    case reading, allocating, importing
    /// A TLS client of a node of a federation has it, with or without a certificate.
    case enrolling
    /// A member has it.
    case reporting
    /// A member has it whose invitation says so.
    case inviting
  }
}
