// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore
  import Synchronization

  /// What the connections of one store share.
  final class PostgresShared: Sendable {
    let options: PostgresOptions
    let environment: StoreEnvironment
    let dialer: PostgresDialer
    let counts = CommitCounts()
    let looks = CommitCounts()
    let reruns = RerunCounts()
    private let state = Mutex(State())

    private struct State {
      /// How many connections were made, or tried.
      var connections = 0
      /// What `synchronous_standby_names` was with the last commit; nil before one.
      var standbys: String?
      /// When the names were found empty that were not: commits do not wait any more.
      var lostStandbys: ContinuousClock.Instant?
      /// Standbys were named since the store had none on record.
      var areStandbysNew = false
      var parked: [PostgresConnection] = []
      /// When the figures of the servers were asked for last, and what was found.
      var asked: ContinuousClock.Instant?
      var databaseBytes = 0
      var replicas: [StandbyFigures] = []
      var position: FeedPoint?
      /// The recovery that the position came after.
      var recovery = ""
      var loss: StoreLoss?
    }

    init(_ options: PostgresOptions, in environment: StoreEnvironment, by dialer: PostgresDialer = .libpq) {
      self.options = options
      self.dialer = dialer
      self.environment = environment
    }

    var path: String { options.address.name }
    func now() -> ContinuousClock.Instant { environment.clock.now() }

    /// Waits between two attempts to reach a server.
    func pause(_ time: Duration) { dialer.pause(time) }

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
        let isLost = standbys.isEmpty && state.standbys.map { !$0.isEmpty } ?? false
        if !standbys.isEmpty, state.standbys?.isEmpty == true { state.areStandbysNew = true }
        if isLost { state.lostStandbys = environment.clock.now() } else { state.standbys = standbys }
        return !isLost
      }
    }

    /// Takes what a new connection has found.
    ///
    /// - Parameter wereNamed: by what the store has on record.
    /// - Returns: whether commits wait for a standby, or need not.
    func expect(standbys: String, wereNamed: Bool) -> Bool {
      state.withLock { state in
        let isLost = standbys.isEmpty && wereNamed
        state.lostStandbys = isLost ? environment.clock.now() : nil
        if wereNamed || standbys.isEmpty { state.areStandbysNew = false }
        if !isLost { state.standbys = standbys }
        return !isLost
      }
    }

    /// While commits wait for no standby, new connections look whether that has changed, one in each second.
    func mayLookForStandbys() -> Bool {
      let now = now()
      return state.withLock { state in
        guard let lost = state.lostStandbys else { return true }
        guard now - lost >= .seconds(1) else { return false }
        state.lostStandbys = now
        return true
      }
    }

    /// The standbys that commits waited for last; nil before a connection was made.
    var standbys: String? { state.withLock { $0.standbys } }

    /// The list of standbys is empty, and was not before.
    var hasLostStandbys: Bool { state.withLock { $0.lostStandbys != nil } }

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

    // MARK: Figures

    /// Each call makes the poller fetch the figures of the servers for some seconds.
    func figures() -> StoreFigures {
      var (figures, server, looked) = (StoreFigures(), ServerFigures(), StoreFigures())
      counts.fill(&figures)
      looks.fill(&looked)
      (server.looks, server.lookedDecisions, server.lookNanoseconds) =
        (looked.commits, looked.decisions, looked.commitNanoseconds)
      server.reruns = reruns.all
      let now = now()
      state.withLock { state in
        state.asked = now
        figures.databaseBytes = state.databaseBytes
        (server.connections, server.parked, server.standbys) = (state.connections, state.parked.count, state.replicas)
      }
      figures.server = server
      return figures
    }

    /// Whether the figures were asked for lately.
    var areFiguresAsked: Bool {
      let now = now()
      return state.withLock { state in state.asked.map { now - $0 < .seconds(15) } ?? false }
    }

    func found(databaseBytes: Int, _ replicas: [StandbyFigures]) {
      state.withLock { ($0.databaseBytes, $0.replicas) = (databaseBytes, replicas) }
    }

    // MARK: The last confirmed position

    /// A commit was confirmed with this end of the feed.
    func confirm(_ point: FeedPoint) {
      state.withLock { state in
        if point.serial >= state.position?.serial ?? 0 { state.position = point }
      }
    }

    var position: ConfirmedPosition? {
      state.withLock { state in
        state.position.map { ConfirmedPosition(point: $0, recovery: state.recovery) }
      }
    }

    /// Begins with the position of an earlier process.
    func restore(_ position: ConfirmedPosition) {
      state.withLock { ($0.position, $0.recovery) = (position.point, position.recovery) }
    }

    /// A store that was recovered since has no position to be compared with.
    func follow(recovery: String) {
      state.withLock { state in
        if state.recovery != recovery { (state.position, state.recovery) = (nil, recovery) }
      }
    }

    /// The store lacks rows, commits wait for no standby, or standbys are not on record yet: it is looked at without a request, too.
    var isTroubled: Bool {
      state.withLock { $0.loss != nil || $0.lostStandbys != nil || $0.areStandbysNew }
    }

    /// What the store lacks; nil where it lacks nothing.
    var loss: StoreLoss? { state.withLock { $0.loss } }

    func note(_ loss: StoreLoss?) { state.withLock { $0.loss = loss } }
  }
#endif
