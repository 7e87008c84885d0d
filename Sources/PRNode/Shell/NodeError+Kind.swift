// SPDX-License-Identifier: Apache-2.0
import PRStore

extension NodeError {
  /// In a word, for the counters.
  package var kind: RefusalKind {
    switch self {
    case .refused(.unrecorded, _), .notFrozen: .unrecorded
    case .refused(.overflow, _): .overflow
    case .refused(.levelUnknown, _): .levelUnknown
    case .refused(.stopped, _): .stopped
    case .refused(.taken, _): .taken
    case .upstreamAway: .upstreamAway
    case .upstreamIncomplete: .upstreamIncomplete
    case .beyondUpstream: .malformed
    case .cameRound: .loop
    case .federation(let refusal): refusal.isOfRights ? .rights : .federation
    case .store(let error): error.kind
    }
  }
}

extension StoreError {
  fileprivate var kind: RefusalKind {
    switch self {
    case .locked, .unreachable, .unconfirmed: .locked
    case .diskFull: .diskFull
    case .readOnly: .readOnly
    case .taken, .refusedBySchema: .taken
    case .notARevision: .malformed
    case .closed: .stopping
    default: .database
    }
  }
}
