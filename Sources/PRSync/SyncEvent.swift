// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRWire

/// What happens to a copy, for the log.
package enum SyncEvent: Sendable {
  /// A pull failed; the copy is as it was, or further along. The connection is the cause, or what came over it.
  case failed(Endpoint?, reason: String, isConnection: Bool)
  /// The copy has not been whole for so long that an operator should see it. Reported once.
  case lasting(Endpoint?, reason: String, isConnection: Bool)
  /// Pulls work again.
  case recovered(Endpoint)
  /// The copy holds all that the upstream has.
  case complete(Endpoint, rows: Int)
  /// The upstream's feed is another one than the copy's: the operator should see it. A fresh copy is being made.
  case reset(Endpoint, reason: String)
  /// The fresh copy has taken the old one's place.
  case swapped(Endpoint, vanished: Int)
  /// Rows whose names or values are longer than a node takes were not copied. Reported once.
  case passedOver(Endpoint, rows: Int)
  /// The question where rows come from is put off, since the answer cannot be used. Reported once in an hour.
  case originsPutOff(Endpoint, reason: String)
}

/// How a copy fares.
package struct SyncHealth: Sendable {
  package var upstream: Endpoint?
  /// Nil while the copy follows an upstream without a feed.
  package var position: FeedPosition?
  /// Why the last pull failed; nil when it did not.
  package var problem: String?
  /// When the copy was last known to hold all that the upstream has.
  package var currentAt: ContinuousClock.Instant?
  /// Rows that were new, since the process began.
  package var news = 0
}
