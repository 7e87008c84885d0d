// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Foundation
  import PRRevision
  import PRStore
  import Synchronization

  /// What the connections of one store share.
  final class PostgresShared: Sendable {
    let options: PostgresOptions
    let environment: StoreEnvironment
    let counts = CommitCounts()
    private let state = Mutex(State())

    private struct State {
      /// How many connections were made, or tried.
      var connections = 0
      /// What `synchronous_standby_names` was with the last commit; nil before one.
      var standbys: String?
      /// The names are empty, and were not: commits do not wait any more.
      var hasLostStandbys = false
      var parked: [PostgresConnection] = []
      var position: FeedPoint?
      var loss: StoreLoss?
    }

    init(_ options: PostgresOptions, in environment: StoreEnvironment) {
      self.options = options
      self.environment = environment
    }

    var path: String { options.address.name }
    func now() -> ContinuousClock.Instant { environment.clock.now() }

    /// Waits between two attempts to reach a server.
    func pause(_ time: Duration) {
      // No signal says that a server is back.
      Thread.sleep(forTimeInterval: time / .seconds(1))
    }

    // MARK: Connections

    /// The number of a new connection. Digests that were computed over an earlier one may not hold.
    func nextConnection() -> Int {
      state.withLock { state in
        state.connections += 1
        return state.connections
      }
    }

    // MARK: Standbys

    /// Takes what the server says of its standbys beside a commit. A manager such as Patroni names other standbys when machines come
    /// and go; it never leaves the list empty.
    ///
    /// - Returns: whether the commit has waited for a standby, where commits do.
    func hasWaited(standbys: String) -> Bool {
      guard options.durability == .full else { return true }
      return state.withLock { state in
        state.hasLostStandbys = standbys.isEmpty && state.standbys.map { !$0.isEmpty } ?? false
        if !state.hasLostStandbys { state.standbys = standbys }
        return !state.hasLostStandbys
      }
    }

    /// The standbys that commits waited for last; nil before a connection was made.
    var standbys: String? { state.withLock { $0.standbys } }

    /// The list of standbys is empty, and was not before.
    var hasLostStandbys: Bool { state.withLock { $0.hasLostStandbys } }

    // MARK: Parked connections

    /// Keeps a connection whose commit waits for a standby. Closing it would end nothing on the server, and a new one would wait
    /// as well, until administrators find no connection left.
    func park(_ connection: PostgresConnection) { state.withLock { $0.parked.append(connection) } }

    /// Lets go of the parked connections whose commits have ended.
    ///
    /// - Returns: whether some still wait.
    func isParked() -> Bool {
      let now = now()
      return state.withLock { state in
        state.parked.removeAll { connection in
          do throws(PostgresFailure) {
            _ = try connection.receive(until: now)
            return true
          } catch {
            return error != .late
          }
        }
        return !state.parked.isEmpty
      }
    }

    // MARK: The last confirmed position

    /// A commit was confirmed with this end of the feed.
    func confirm(_ point: FeedPoint) {
      state.withLock { state in
        if point.serial >= state.position?.serial ?? 0 { state.position = point }
      }
    }

    var position: FeedPoint? { state.withLock { $0.position } }

    /// What the store lacks; nil where it lacks nothing.
    var loss: StoreLoss? { state.withLock { $0.loss } }

    func note(_ loss: StoreLoss?) { state.withLock { $0.loss = loss } }
  }
#endif
