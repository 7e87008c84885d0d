// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Reads in snapshots, each of which ends with a confirmed commit before anything of it is passed on.
  ///
  /// Not `Sendable`: it belongs to the thread that it is passed to.
  final class PostgresSnapshots: SnapshotSource, PostgresAsking {
    private let shared: PostgresShared
    private let identity: String
    private let session: PostgresSession
    /// When the read is out of time.
    private var end = ContinuousClock.Instant.now
    private var isGone: () -> Bool = { false }

    /// How long what was read in time may take to be confirmed.
    private static let grace = Duration.seconds(3)
    /// How long a read waits for a server and its standby.
    private static let patience = Duration.seconds(5)
    private static let pause = Duration.milliseconds(100)

    init(_ shared: PostgresShared, identity: String) {
      self.shared = shared
      self.identity = identity
      session = PostgresSession(shared, identity: identity)
    }

    func readSnapshot<Value>(
      readsWhole: Bool, _ body: (any ReadContext) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
      try read(within: Self.patience, isGone: { false }, body)
    }

    /// - Parameter isGone: the reader has left.
    func read<Value>(
      within time: Duration, isGone: @escaping () -> Bool, _ body: (any ReadContext) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
      end = shared.now() + time
      session.deadline = end + Self.grace
      self.isGone = isGone
      while true {
        let isConnected = session.connection != nil
        do throws(StoreError) {
          return try attempt(body)
        } catch {
          let pause: Duration
          switch error {
          // A connection that was idle may have been lost long ago.
          case .unreachable: pause = isConnected ? .zero : Self.pause
          case .unconfirmed where session.connection != nil: pause = Self.pause
          default: throw error
          }
          guard shared.now() + pause < end, !isGone() else { throw error }
          if pause > .zero { shared.pause(pause) }
        }
      }
    }

    private func attempt<Value>(
      _ body: (any ReadContext) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
      let connection = try open()
      session.asked = nil
      do throws(PostgresFailure) {
        try connection.add(PostgresSQL.beginSnapshot)
      } catch {
        throw failed(error)
      }
      let value: Result<Value, StoreError>
      do throws(StoreError) {
        value = .success(try body(PostgresReadContext(self, of: identity)))
      } catch {
        value = .failure(error)
      }
      if let asked = session.asked { throw failed(asked) }
      try confirm(connection)
      return try value.get()
    }

    private func open() throws(StoreError) -> PostgresConnection {
      do throws(StoreError) {
        return try session.open(until: session.deadline)
      } catch {
        session.drop()
        throw error
      }
    }

    /// Nothing that was read may leave before a commit behind it is confirmed.
    private func confirm(_ connection: PostgresConnection) throws(StoreError) {
      let replies: [PostgresReply]
      do throws(PostgresFailure) {
        try PostgresCommit.add(to: connection, writes: false)
        replies = try connection.flush(until: session.deadline)
      } catch {
        guard error == .late else { throw failed(error) }
        session.park()
        throw .unconfirmed(path: shared.path, detail: "no standby has confirmed the read in time")
      }
      if case .unconfirmed(let reason) = PostgresCommit.outcome(replies, connection, shared) {
        if shared.hasLostStandbys { session.drop() }
        throw .unconfirmed(path: shared.path, detail: reason)
      }
    }

    /// A failure leaves the transaction in a state that only a new connection is free of.
    private func failed(_ failure: PostgresFailure) -> StoreError {
      session.drop()
      return StoreError(failure, path: shared.path)
    }

    // MARK: Asking

    /// One question in a snapshot of its own.
    func ask(_ statement: PostgresStatement, _ parameters: PostgresParameter...) throws(StoreError) -> PostgresReply {
      try readSnapshot(readsWhole: false) { _ throws(StoreError) in try session.ask(statement, parameters) }
    }

    var path: String { shared.path }
    var connectionNumber: Int { session.connectionNumber }
    var isOver: Bool { isGone() || shared.now() > end }

    func ask(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(StoreError) -> PostgresReply {
      try session.ask(statement, parameters)
    }
  }

  /// Reads on a thread of its own, as long as the time allows.
  ///
  /// `@unchecked Sendable`: only its serial queue touches the snapshots.
  final class PostgresDiagnosticReader: DiagnosticReader, @unchecked Sendable {
    private let snapshots: PostgresSnapshots
    private let queue: any SerialQueue

    init(_ shared: PostgresShared, identity: String) {
      snapshots = PostgresSnapshots(shared, identity: identity)
      queue = shared.environment.queue(.diagnostics)
    }

    func read<Value: Sendable>(
      within time: Duration, for client: ReadClient,
      _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
      let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
        queue.async {
          do throws(StoreError) {
            guard !client.isGone else { throw .interrupted }
            continuation.resume(
              returning: .success(try self.snapshots.read(within: time, isGone: { client.isGone }, body)))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        }
      }
      return try outcome.get()
    }
  }
#endif
