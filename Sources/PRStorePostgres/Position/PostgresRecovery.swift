// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Lifts the stop of a store that lost rows.
  package final class PostgresRecovery: Sendable {
    package let store: Store
    package let identity: String
    /// What the store lacks, by its stop mark, before anything was put back.
    package let loss: StoreLoss?
    private let shared: PostgresShared

    private static let patience = Duration.seconds(15)

    /// - Parameter options: those of a command.
    package init(_ options: PostgresOptions, in environment: StoreEnvironment = .system) throws(StoreError) {
      let shared = PostgresShared(options, in: environment)
      self.shared = shared
      var looking = options
      // What has no store gets none.
      looking.isReadOnly = true
      let opening = try PostgresOpening(PostgresShared(looking, in: environment))
      (identity, loss) = (opening.identity, opening.keys[PostgresSchema.Key.stop].map(PostgresStop.loss))
      store = try Store.open(options, in: environment).0
    }

    /// The stores whose rows are sought: the store itself, and before it that which it has replaced.
    package var sought: [String] {
      if case .otherStore(let before, _)? = loss { [before, identity] } else { [identity] }
    }

    /// Lifts the stop, if the loss is acknowledged or as many rows are back as were lost. No position that was confirmed before binds
    /// the store any more.
    ///
    /// - Returns: what is still lacking.
    package func finish(acknowledges: Bool) throws(StoreError) -> StoreLoss? {
      defer { store.close() }
      return try Self.connect(shared) { connection, deadline throws(StoreError) in
        let end = try connection.ask(
          of: shared.path, until: deadline, [(PostgresSQL.begin, []), (PostgresFacts.lockedEnd, [])])[1]
        guard end.count == 1 else { throw .movedAway(path: shared.path) }
        let serial = end.number(0, 0)
        if !acknowledges {
          guard case .behind(let mark, _)? = loss else { return loss }
          guard serial >= mark else { return .behind(mark: mark, file: serial) }
        }
        let recovery = StoreIdentity.random(shared.environment.random)
        _ = try connection.ask(
          of: shared.path, until: deadline,
          [
            (PostgresRows.forgetNotes, [.texts([PostgresSchema.Key.stop])]),
            (PostgresRows.keepNotes, [.texts([PostgresSchema.Key.recovery]), .texts([recovery])]),
          ])
        try PostgresCommit.confirm(connection, shared, writes: true, until: deadline)
        return nil
      }
    }

    /// Records that commits need not wait for standbys, as long as none are named.
    package static func acceptStandbys(
      _ options: PostgresOptions, in environment: StoreEnvironment = .system
    ) throws(StoreError) {
      var options = options
      options.isReadOnly = true
      let shared = PostgresShared(options, in: environment)
      _ = try PostgresOpening(shared)
      try connect(shared) { connection, deadline throws(StoreError) in
        guard connection.standbys.isEmpty else {
          throw .unfit(
            path: shared.path,
            detail:
              "commits wait for standbys: synchronous_standby_names is '\(connection.standbys)'; there is nothing to accept"
          )
        }
        _ = try connection.ask(
          of: shared.path, until: deadline,
          [
            (PostgresSQL.begin, []),
            (PostgresRows.keepNotes, [.texts([PostgresSchema.Key.standbys]), .texts([PostgresSchema.unnamed])]),
          ])
        try PostgresCommit.confirm(connection, shared, writes: true, until: deadline)
      }
    }

    private static func connect<Value>(
      _ shared: PostgresShared,
      _ body: (PostgresConnection, ContinuousClock.Instant) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
      let deadline = shared.now() + patience
      return try body(try PostgresSession.openOnce(shared, until: deadline), deadline)
    }
  }
#endif
