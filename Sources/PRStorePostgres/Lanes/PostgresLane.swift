// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// What the two lanes share: a connection, the end of each transaction, and what follows from a failure.
  ///
  /// `@unchecked Sendable`: only the serial queue of its ``GroupCommit`` touches it.
  class PostgresLane: @unchecked Sendable, PostgresAsking {
    let shared: PostgresShared
    let identity: String
    let session: PostgresSession
    var connection: PostgresConnection? { session.connection }
    /// Why no server took the last attempt.
    private var failure: StoreError?
    /// So many decisions run in a transaction of their own: one of them makes the server refuse a statement.
    var singles = 0

    /// Between two attempts to reach a server.
    private static let pause = Duration.milliseconds(100)

    init(_ shared: PostgresShared, identity: String) {
      self.shared = shared
      self.identity = identity
      session = PostgresSession(shared, identity: identity)
    }

    // MARK: GroupTransaction

    /// Has a connection, or fails: with `.locked` where another attempt is worth it.
    func begin() throws(StoreError) {
      do throws(StoreError) {
        _ = try session.open(until: shared.now() + .seconds(3))
        failure = nil
      } catch {
        session.drop()
        if case .unconfirmed = error { throw error }
        failure = error
        shared.pause(Self.pause)
        throw .locked(path: shared.path, seconds: 0)
      }
    }

    func locked(for timeout: Duration) -> StoreError {
      failure ?? .unreachable(path: shared.path, detail: "it did not answer for \(timeout.components.seconds) s")
    }

    func stopUpkeep() {}

    func moveLogToDatabase() -> Bool { true }

    func answerWhatNeedsNoRow(_ group: [PendingDecision]) -> [PendingDecision] { group }

    // MARK: Within a transaction

    var path: String { shared.path }
    var connectionNumber: Int { session.connectionNumber }
    var isOver: Bool { false }

    func ask(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(StoreError) -> PostgresReply {
      try session.ask(statement, parameters)
    }

    // MARK: What follows from a failure

    /// Runs a group; while one of it makes the server refuse a statement, the first of it by itself.
    ///
    /// - Returns: what must run again.
    func runInParts(
      _ group: [PendingDecision], _ runTogether: ([PendingDecision]) -> [PendingDecision]
    ) -> [PendingDecision] {
      guard singles > 0 else { return runTogether(group) }
      singles -= 1
      return runTogether(Array(group.prefix(1))) + group.dropFirst()
    }

    /// A transaction failed before its COMMIT was sent, or was refused: nothing of it is on record.
    ///
    /// - Returns: what must run again.
    func abandon(_ group: [PendingDecision], _ failure: PostgresFailure) -> [PendingDecision] {
      switch failure.remedy {
      case .reconnect:
        session.drop()
        shared.reruns.count(.connection)
        return again(group, StoreError(failure, path: shared.path))
      case .again:
        rollBack()
        shared.reruns.count(.conflict)
        return again(group, StoreError(failure, path: shared.path))
      case .oneByOne where group.count > 1:
        rollBack()
        singles = group.count
        return group
      case .oneByOne, .diskFull, .none:
        rollBack()
        let error = StoreError(failure, path: shared.path)
        for decision in group { decision.fail(error) }
        return []
      }
    }

    /// Runs decisions again whose time is not over.
    func again(_ group: [PendingDecision], _ error: StoreError) -> [PendingDecision] {
      let now = shared.now()
      var rest: [PendingDecision] = []
      for decision in group {
        if decision.deadline > now { rest.append(decision) } else { decision.fail(error) }
      }
      return rest
    }

    /// Takes the end of a transaction whose COMMIT was sent.
    func conclude(_ group: [PendingDecision], _ outcome: Result<[PostgresReply], PostgresFailure>) -> PostgresEnd {
      switch outcome {
      case .success(let replies):
        guard let connection else {
          return .doubtful(.unreachable(path: shared.path, detail: "the connection is lost"))
        }
        switch PostgresCommit.outcome(replies, connection, shared) {
        case .confirmed: return .confirmed
        case .unconfirmed(let reason):
          // The next connection looks whether that was accepted.
          if shared.hasLostStandbys { session.drop() }
          shared.reruns.count(.unconfirmed)
          return .doubtful(.unconfirmed(path: shared.path, detail: reason))
        }
      case .failure(.late):
        // The server waits for its standby. The wait is never cancelled: that would make the rows visible.
        session.park()
        for decision in group {
          decision.fail(.unconfirmed(path: shared.path, detail: "no standby has confirmed it in time"))
        }
        return .over([])
      case .failure(let failure) where failure.remedy == .reconnect:
        session.drop()
        shared.reruns.count(.connection)
        return .doubtful(StoreError(failure, path: shared.path))
      case .failure(let failure):
        return .over(abandon(group, failure))
      }
    }

    private func rollBack() {
      guard let connection else { return }
      do throws(PostgresFailure) {
        try connection.add(PostgresSQL.rollback)
        _ = try connection.flush(until: shared.now() + .seconds(3))
        // ROLLBACK outside of a transaction warns.
        _ = connection.takeWarnings()
      } catch {
        session.drop()
      }
    }

    /// The latest time that one of them waits for.
    func deadline(of group: [PendingDecision]) -> ContinuousClock.Instant {
      group.map(\.deadline).max() ?? shared.now()
    }
  }

  /// How a transaction ended whose COMMIT was sent.
  enum PostgresEnd {
    case confirmed
    /// It may be on record, and may be lost yet.
    case doubtful(StoreError)
    /// Nothing of it is on record, or its decisions have failed. What must run again.
    case over([PendingDecision])
  }
#endif
