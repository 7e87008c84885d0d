// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension Request {
  package var kind: RequestKind {
    switch self {
    case .ping: .ping
    case .isReadonly: .isReadonly
    case .getPR: .getPR
    case .testPR: .testPR
    case .testPackage: .testPackage
    case .maxPackagePR: .maxPackagePR
    case .importOne: .importOne
    case .export: .export
    case .lookup: .lookup
    case .changes: .changes
    }
  }
}
