// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore

  enum PostgresSQL {
    static let begin = PostgresStatement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED")
    static let beginSnapshot = PostgresStatement("begin snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ")
    static let rollback = PostgresStatement("rollback", "ROLLBACK")
    static let commit = PostgresStatement("commit", "COMMIT")
    /// Something that a COMMIT must wait for, in a transaction that writes no row.
    static let barrier = PostgresStatement("barrier", "SELECT pg_logical_emit_message(true, 'headwater', '')")
    /// A name list that was emptied lets waiting commits go without a warning.
    static let standbys = PostgresStatement("standbys", "SHOW synchronous_standby_names")
  }

  /// How a transaction ended.
  enum PostgresOutcome: Hashable {
    /// All that it has read or written is on disk, here and on the standbys that commits wait for.
    case confirmed
    /// It may have been committed, and may be lost yet.
    case unconfirmed(String)
  }

  /// The end of each transaction, those that only read among them: what a transaction has read may be lost with a server unless a
  /// later commit was confirmed.
  enum PostgresCommit {
    static let noStandbys =
      "synchronous_standby_names is empty and was not: commits wait for no standby; set it back, or accept it with "
      + "'headwater authority accept-standbys'"

    /// Queues a COMMIT with what it is judged by.
    ///
    /// - Parameter writes: the transaction writes rows.
    static func add(to connection: PostgresConnection, writes: Bool) throws(PostgresFailure) {
      if !writes { try connection.add(PostgresSQL.barrier) }
      try connection.add(PostgresSQL.commit)
      // Behind the COMMIT: the session then reads its settings anew.
      try connection.add(PostgresSQL.standbys)
    }

    /// Commits, and waits until it is confirmed.
    static func confirm(
      _ connection: PostgresConnection, _ shared: PostgresShared, writes: Bool, until deadline: ContinuousClock.Instant
    ) throws(StoreError) {
      let replies: [PostgresReply]
      do throws(PostgresFailure) {
        try add(to: connection, writes: writes)
        replies = try connection.flush(until: deadline)
      } catch {
        guard error == .late else { throw StoreError(error, path: shared.path) }
        throw .unconfirmed(path: shared.path, detail: "no standby has confirmed it in time")
      }
      if case .unconfirmed(let reason) = outcome(replies, connection, shared) {
        throw .unconfirmed(path: shared.path, detail: reason)
      }
    }

    /// Judges the last replies of a flush.
    static func outcome(
      _ replies: [PostgresReply], _ connection: PostgresConnection, _ shared: PostgresShared
    ) -> PostgresOutcome {
      let warnings = connection.takeWarnings()
      guard replies.count >= 2 else { return .unconfirmed("the replies are incomplete") }
      let (commit, standbys) = (replies[replies.count - 2], replies[replies.count - 1])
      guard commit.tag == "COMMIT" else { return .unconfirmed("the server answered \(commit.tag) to COMMIT") }
      if let warning = warnings.first { return .unconfirmed(warning) }
      guard shared.hasWaited(standbys: standbys.text(0, 0)) else {
        return .unconfirmed(noStandbys)
      }
      return .confirmed
    }
  }
#endif
