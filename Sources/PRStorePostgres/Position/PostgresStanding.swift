// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// What each new connection of a store is looked at for: that it is the store, that it has all that was confirmed to this machine,
  /// and that commits wait for standbys if they did.
  struct PostgresStanding {
    let connection: PostgresConnection
    let shared: PostgresShared
    let identity: String
    private let deadline: ContinuousClock.Instant

    /// For the statements of one look.
    private static let patience = Duration.seconds(3)

    private static let keepFirst = PostgresStatement(
      "keep first",
      """
      INSERT INTO headwater.store (key, value) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (key) DO NOTHING
      """)

    init(_ connection: PostgresConnection, _ shared: PostgresShared, identity: String) {
      self.connection = connection
      self.shared = shared
      self.identity = identity
      deadline = shared.now() + Self.patience
    }

    /// - Throws: `.unconfirmed` where no commit of the connection would wait for a standby, and those before did.
    func check() throws(StoreError) {
      let keys = try PostgresSchema.keys(of: connection, shared.path, until: deadline)
      try checkStandbys(keys[PostgresSchema.Key.standbys])
      shared.follow(recovery: keys[PostgresSchema.Key.recovery] ?? "")
      shared.note(keys[PostgresSchema.Key.stop].map(PostgresStop.loss))
      let found: StoreLoss?
      do throws(PostgresFailure) {
        found =
          keys[PostgresSchema.Key.identity] == identity
          ? try PostgresPosition.find(connection, shared, until: deadline)
          : .otherStore(mark: identity, file: keys[PostgresSchema.Key.identity] ?? "")
      } catch {
        throw StoreError(error, path: shared.path)
      }
      guard let loss = found, shared.loss == nil else { return }
      shared.note(loss)
      try write(Self.keepFirst, PostgresSchema.Key.stop, PostgresStop.text(of: loss))
    }

    /// Whether commits wait for standbys is on record in the store: names that were emptied while no machine was connected are found,
    /// too.
    private func checkStandbys(_ recorded: String?) throws(StoreError) {
      guard shared.options.durability == .full else { return }
      let names = connection.standbys
      let wereNamed = recorded == PostgresSchema.named
      guard shared.expect(standbys: names, wereNamed: wereNamed) else {
        throw .unconfirmed(path: shared.path, detail: PostgresCommit.noStandbys)
      }
      guard !names.isEmpty, !wereNamed, shared.options.isOfServer, !shared.options.isReadOnly else { return }
      try write(PostgresRows.keepNotes, PostgresSchema.Key.standbys, PostgresSchema.named)
    }

    private func write(_ statement: PostgresStatement, _ key: String, _ value: String) throws(StoreError) {
      _ = try connection.ask(
        of: shared.path, until: deadline, [(PostgresSQL.begin, []), (statement, [.texts([key]), .texts([value])])])
      do throws(StoreError) {
        try PostgresCommit.confirm(connection, shared, writes: true, until: deadline)
      } catch {
        // Another attempt writes it.
        throw .unreachable(path: shared.path, detail: "the key '\(key)' of headwater.store is not confirmed")
      }
    }
  }
#endif
