// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRClient
import PRRevision
import PRWire

/// Whom to ask, and how long to wait.
package struct UpstreamOptions: Sendable {
  /// In order of preference.
  package var peers: [Dialer]
  /// From the question to the answer, connecting included, over all peers.
  package var deadline: Duration
  /// The store of the node that asks. An upstream that has the same is the node itself, or serves its file.
  package var ownStore: String?
  /// Connections to a peer; the second is opened when the first has much under way.
  package var connections = 2
  /// A connection with nothing under way is tried so often: a line that was cut is noticed before a builder pays for it.
  package var keepAlive = Duration.seconds(60)
  /// A clock that is never set.
  package var now: @Sendable () -> ContinuousClock.Instant = { .now }
  /// The time in milliseconds since 1970.
  package var wall: @Sendable () -> Int64 = { Int64(clamping: Date().timeIntervalSince1970 * 1000) }
  /// From 0 up to 1. It spreads the probes of many nodes.
  package var jitter: @Sendable () -> Double = { .random(in: 0..<1) }

  package init(
    peers: [Dialer], deadline: Duration = ServeOptions.table.upstreamDeadline.standard.duration,
    ownStore: String? = nil
  ) {
    self.peers = peers
    self.deadline = deadline
    self.ownStore = ownStore
  }
}
