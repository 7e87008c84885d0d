// SPDX-License-Identifier: Apache-2.0

/// What a report's nonce shows, and what the answer carries.
package enum NonceVerdict: Hashable, Sendable {
  /// The member presents the last nonce that it was given. It is given the next.
  case accepted(Nonce)
  /// The answer before was lost: the same nonce again.
  case repeated(Nonce)
  /// The first report after a lane was given in another's place. The answer carries the new lease and its nonce.
  case handedOver(Nonce)
  /// There are two of the store, or it was restored: it mints nothing until it has a lane that was never given.
  case stopped(NonceStop)
  /// The store has a lease that another took the place of, and the new one went to another copy. The copy that reports
  /// mints nothing; the member's lease is not touched.
  case superseded
  /// The report comes from another store than the one that the lease is for. Nothing of the member changes.
  case otherStore
  /// The register never gave this nonce, and has no later one: the register was restored, or there are two. The answer
  /// carries no nonce, and the member goes on as if the line were cut.
  case registerIsBehind

  package var isAlarm: Bool {
    switch self {
    case .accepted, .repeated, .handedOver: false
    case .stopped, .superseded, .otherStore, .registerIsBehind: true
    }
  }
}

/// Why a store was stopped.
package struct NonceStop: Hashable, Sendable {
  package let cause: Cause
  /// Where the report came from that was in order, and the one that was not; the same for a backup restored in place.
  package let addresses: [String]
  /// The time of the report that was in order: at the latest since then there are two of the store. In seconds since
  /// 1970.
  package let since: Int64
  /// When it was found, in seconds since 1970.
  package let at: Int64

  package enum Cause: String, Hashable, Sendable, CaseIterable {
    /// A nonce came twice, from two copies of the store that had both stored it.
    case twice
    /// A nonce came that is older than the last two.
    case old
  }

  package init(cause: Cause, addresses: [String], since: Int64, at: Int64) {
    self.cause = cause
    self.addresses = addresses
    self.since = since
    self.at = at
  }
}

extension NonceStop: CustomStringConvertible {
  package var description: String {
    let isOne = addresses.allSatisfy { $0 == addresses.first }
    let place = isOne ? addresses.first ?? "an unknown address" : addresses.joined(separator: " and ")
    return switch cause {
    case .twice:
      "two copies of one store reported, from \(place); the store mints nothing until it has another lane: "
        + "end one of the copies, then run 'headwater federation relane' at the authority, or 'headwater join' again"
    case .old:
      "the store was restored from a backup or copied; it reported from \(place), and mints nothing until it has "
        + "another lane: run 'headwater federation relane' at the authority, or 'headwater join' again"
    }
  }
}
