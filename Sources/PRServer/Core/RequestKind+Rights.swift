// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension Rights {
  /// Those that a get-pr needs one of.
  static let asking: Rights = [.allocate, .predict]
}

extension RequestKind {
  /// The right that it takes.
  var right: Rights {
    switch need {
    case .reading: .read
    case .allocating: .allocate
    case .importing: .importing
    case .enrolling: .enroll
    case .reporting: .report
    case .inviting: .invite
    }
  }

  /// One of these will do.
  var rights: Rights {
    switch self {
    case .getPR: .asking
    case .ping: [.read, .enroll]
    default: right
    }
  }
}
