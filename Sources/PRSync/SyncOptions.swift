// SPDX-License-Identifier: Apache-2.0
import PRClient

/// Whose rows to copy, and how often.
package struct SyncOptions: Sendable {
  /// In order of preference.
  package var peers: [Dialer]
  /// Between two pulls from a server without a feed, and how long a question for news waits at one with a feed.
  package var every: Duration
  /// How many rows a page has at most.
  package var page = 4096
  /// What is added to the time that a server may hold an answer back.
  package var timeout = Duration.seconds(20)

  package init(peers: [Dialer], every: Duration) {
    self.peers = peers
    self.every = every
  }
}
