// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Compares the store with the last position that was confirmed to this machine. Where it does not fit, rows that were answered are
  /// gone, as after the promotion of a standby that no commit waited for: a stop mark then keeps all machines from numbering.
  enum PostgresPosition {
    private static let stop = PostgresStatement(
      "write stop",
      """
      INSERT INTO headwater.store (key, value) VALUES ('\(PostgresSchema.Key.stop)', $1) ON CONFLICT (key) DO NOTHING
      """)
    static let identity = PostgresStatement(
      "identity", "SELECT value FROM headwater.store WHERE key = '\(PostgresSchema.Key.identity)'")

    static func check(
      _ connection: PostgresConnection, _ shared: PostgresShared, identity: String
    ) throws(StoreError) {
      let found: StoreLoss?
      do throws(PostgresFailure) {
        found = try find(connection, shared, identity: identity)
      } catch {
        throw StoreError(error, path: shared.path)
      }
      guard let loss = found else { return }
      shared.note(loss)
      let deadline = shared.now() + .seconds(3)
      let mark: [PostgresParameter] = [.text(PostgresStop.text(of: loss))]
      _ = try connection.ask(of: shared.path, until: deadline, [(PostgresSQL.begin, []), (stop, mark)])
      do throws(StoreError) {
        try PostgresCommit.confirm(connection, shared, writes: true, until: deadline)
      } catch {
        // Another attempt writes it.
        throw .unreachable(path: shared.path, detail: "the stop mark is not confirmed")
      }
    }

    private static func find(
      _ connection: PostgresConnection, _ shared: PostgresShared, identity: String
    ) throws(PostgresFailure) -> StoreLoss? {
      let deadline = shared.now() + .seconds(3)
      let known = shared.position
      try connection.add(Self.identity)
      try connection.add(PostgresFacts.end)
      try connection.add(PostgresRows.mark, [.number(known?.serial ?? 0)])
      let replies = try connection.flush(until: deadline)
      let store = replies[0].count == 1 ? replies[0].text(0, 0) : ""
      guard store == identity else { return .otherStore(mark: identity, file: store) }
      guard let known, known.serial > 0 else { return nil }
      // A store that was moved away has no end; the lanes say so.
      guard replies[1].count == 1 else { return nil }
      let end = replies[1].point(0)
      guard end.serial >= known.serial else { return .behind(mark: known.serial, file: end.serial) }
      if end.serial == known.serial { return end.digest == known.digest ? nil : .otherRows(mark: known.serial) }
      var point = replies[2].count == 1 ? replies[2].point(0) : .start
      while point.serial < known.serial {
        try connection.add(
          PostgresRows.feed, [.number(point.serial), .number(known.serial), .number(FeedPoint.spacing)])
        guard let rows = try connection.flush(until: deadline).first, rows.count > 0 else { break }
        for index in 0..<rows.count {
          point.pass(rows.row(index))
        }
      }
      return point == known ? nil : .otherRows(mark: known.serial)
    }
  }
#endif
