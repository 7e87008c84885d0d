// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Why a node gives no answer: what reaches the person who runs the build.
public enum NodeError: Error, Hashable, Sendable {
  case store(StoreError)
  case refused(Refusal, TupleKey)
}

extension NodeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .store(let error): error.description
    case .refused(.overflow(let revision), let tuple):
      "no revision after \(revision) fits 64 bits for \(tuple.package); give the package a new version"
    case .refused(.unrecorded, let tuple):
      "this server is read-only and has no revision on record for \(tuple); "
        + "build against a server that allocates, or start this one with --on-miss predict"
    }
  }
}
