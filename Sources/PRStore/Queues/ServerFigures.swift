// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Of a store on database servers: how its connections and its standbys are.
package struct ServerFigures: Hashable, Sendable {
  /// Transactions that wrote no row since the store was opened, the decisions in them, and the time that they took in nanoseconds.
  package var looks = 0
  package var lookedDecisions = 0
  package var lookNanoseconds = 0
  /// Transactions that ran again, by cause.
  package var reruns: [RerunCause: Int] = [:]
  /// Connections that were made, or tried.
  package var connections = 0
  /// Commits that no standby has confirmed in time, and that may still be.
  package var parked = 0
  /// The standbys of the primary; empty where the role may not see them.
  package var standbys: [StandbyFigures] = []

  package init() {}
}

/// Why a transaction on a database server runs again.
package enum RerunCause: String, CaseIterable, Sendable {
  /// The connection was lost, or the server ended it.
  case connection
  /// Another machine held a lock for too long, or the server refused the order of two transactions.
  case conflict
  /// It is not known whether the commit is on the standbys.
  case unconfirmed
}

/// A standby as the primary sees it.
package struct StandbyFigures: Hashable, Sendable {
  package var name: String
  /// `sync`, `potential`, `quorum` or `async`.
  package var state: String
  /// The bytes of the primary's log that it has not replayed.
  package var lagBytes: Int

  package init(name: String, state: String, lagBytes: Int) {
    self.name = name
    self.state = state
    self.lagBytes = lagBytes
  }
}

/// What the lanes count, for others to read.
package final class RerunCounts: Sendable {
  private let counts = Mutex<[RerunCause: Int]>([:])

  package init() {}

  package func count(_ cause: RerunCause) { counts.withLock { $0[cause, default: 0] += 1 } }
  package var all: [RerunCause: Int] { counts.withLock { $0 } }
}
