// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore
  import Synchronization

  /// Looks for rows of other machines as long as a client waits for rows. What it finds is passed to no client: it makes them ask,
  /// and their reads are confirmed. The poller also looks at a store that is in trouble, so that a node gets ready without a
  /// request, and fetches the figures of the servers while they are asked for.
  ///
  /// `@unchecked Sendable`: only its serial queue touches the session.
  final class PostgresPoller: @unchecked Sendable {
    private let shared: PostgresShared
    private let watch: FeedNotifier
    private let queue: any SerialQueue
    private let session: PostgresSession
    /// Checks the standing of the store with each connection that it makes.
    private let standing: PostgresSession
    private let state = Mutex((isRunning: false, isClosed: false))
    private static let troubleInterval = Duration.seconds(1)
    private static let interval = Duration.milliseconds(200)
    private static let look = PostgresStatement(
      "poll", "SELECT serial, (SELECT coalesce(max(serial), 0) FROM headwater.floor) FROM headwater.feed_end")

    init(_ shared: PostgresShared, identity: String, watch: FeedNotifier) {
      self.shared = shared
      self.watch = watch
      queue = shared.environment.queue(.externalChanges)
      session = PostgresSession(shared)
      standing = PostgresSession(shared, identity: identity)
      watchTroubles()
    }

    private func watchTroubles() {
      shared.environment.clock.schedule(Self.troubleInterval) { [weak self] in
        guard let self, !self.state.withLock({ $0.isClosed }) else { return }
        guard self.shared.isTroubled || self.shared.areFiguresAsked else { return self.watchTroubles() }
        self.queue.async {
          self.lookAtServers()
          self.watchTroubles()
        }
      }
    }

    private func lookAtServers() {
      // A new connection checks the standing of the store.
      if shared.isTroubled { standing.drop() }
      let deadline = shared.now() + .seconds(1)
      do {
        let connection = try standing.open(until: deadline)
        guard shared.areFiguresAsked else { return standing.drop() }
        try connection.add(PostgresReplication.size)
        try connection.add(PostgresReplication.standbys)
        let replies = try connection.flush(until: deadline)
        shared.found(
          databaseBytes: Int(clamping: replies[0].number(0, 0)), PostgresReplication.figures(replies[1]))
      } catch {
        // A lane that cannot reach the server says so.
        standing.drop()
        shared.found(databaseBytes: 0, [])
      }
    }

    func start() {
      let begins = state.withLock { state in
        guard !state.isRunning, !state.isClosed else { return false }
        state.isRunning = true
        return true
      }
      if begins { queue.async { self.poll() } }
    }

    func stop() {
      state.withLock { $0.isClosed = true }
      queue.sync {
        session.drop()
        standing.drop()
      }
    }

    private func poll() {
      let goesOn = state.withLock { state in
        state.isRunning = watch.isWatched && !state.isClosed
        return state.isRunning
      }
      guard goesOn else { return }
      lookOnce()
      shared.environment.clock.schedule(Self.interval) { [weak self] in
        guard let self else { return }
        self.queue.async { self.poll() }
      }
    }

    private func lookOnce() {
      do {
        let deadline = shared.now() + .seconds(1)
        let connection = try session.open(until: deadline)
        try connection.add(Self.look)
        guard let reply = try connection.flush(until: deadline).first, reply.count == 1 else { return }
        watch.announce(FeedMark(serial: reply.number(0, 0), removals: 0, floors: reply.number(0, 1)))
      } catch {
        // The next look tries again; a lane that cannot reach the server says so.
        session.drop()
      }
    }
  }

  /// What the primary says of its standbys.
  enum PostgresReplication {
    static let size = PostgresStatement("size", "SELECT pg_database_size(current_database())")
    /// A role without `pg_monitor` sees no states.
    static let standbys = PostgresStatement(
      "standbys of the primary",
      """
      SELECT application_name, sync_state, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::bigint
      FROM pg_stat_replication WHERE sync_state IS NOT NULL ORDER BY application_name, pid
      """)

    static func figures(_ reply: PostgresReply) -> [StandbyFigures] {
      (0..<reply.count).map { index in
        StandbyFigures(
          name: reply.text(index, 0), state: reply.text(index, 1),
          lagBytes: Int(clamping: max(reply.number(index, 2), 0)))
      }
    }
  }
#endif
