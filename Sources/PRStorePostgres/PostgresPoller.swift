// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore
  import Synchronization

  /// Looks for rows of other machines as long as a client waits for rows. What it finds is passed to no client: it makes them ask,
  /// and their reads are confirmed. It also looks at a store that is in trouble, so that a node gets ready without a request.
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
        guard self.shared.isTroubled else { return self.watchTroubles() }
        self.queue.async {
          // What it finds is on record with the connections; a lane that cannot reach the server says so.
          _ = try? self.standing.open(until: self.shared.now() + .seconds(1))
          self.standing.drop()
          self.watchTroubles()
        }
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
      queue.sync { session.drop() }
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
#endif
