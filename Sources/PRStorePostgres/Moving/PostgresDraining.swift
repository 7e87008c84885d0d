// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Reads all that a store has, page by page: no transaction is open for long.
  package final class PostgresDraining {
    package let identity: String
    private let shared: PostgresShared
    private let snapshots: PostgresSnapshots

    private static let takeEnd = PostgresStatement(
      "take end", "DELETE FROM headwater.feed_end RETURNING serial, digest")

    package init(_ options: PostgresOptions, in environment: StoreEnvironment = .system) throws(StoreError) {
      var options = options
      // What has no store gets none.
      options.isReadOnly = true
      shared = PostgresShared(options, in: environment)
      identity = try PostgresOpening(shared).identity
      snapshots = PostgresSnapshots(shared, identity: identity)
    }

    package var path: String { shared.path }

    /// Where the feed ends; nil where the store was moved away.
    package func end() throws(StoreError) -> FeedPoint? {
      let reply = try snapshots.ask(PostgresFacts.end)
      return reply.count == 0 ? nil : try reply.point(0, of: path)
    }

    package func entries(after serial: Int64, limit: Int) throws(StoreError) -> [FeedEntry] {
      let reply = try snapshots.ask(
        PostgresRows.feed, .number(serial), .number(.max), .number(Int64(clamping: limit)))
      return (0..<reply.count).map { FeedEntry(package: reply.row($0).tuple.package, story: reply.story($0)) }
    }

    package func floors(after serial: Int64, limit: Int) throws(StoreError) -> [FloorEntry] {
      try snapshots.readSnapshot(readsWhole: false) { reader throws(StoreError) in
        try reader.floors(after: serial, limit: limit)
      }
    }

    /// Ends the store: no machine numbers in it or answers from it any more. It is done in one transaction with a last look at where
    /// the feed ends, and only if that is what is expected.
    ///
    /// - Returns: false where rows have come.
    package func close(at expected: FeedPoint) throws(StoreError) -> Bool {
      let connection = try PostgresSession.openOnce(shared, until: shared.now() + .seconds(15))
      let deadline = shared.now() + .seconds(60)
      let taken = try connection.ask(of: shared.path, until: deadline, [(PostgresSQL.begin, []), (Self.takeEnd, [])])[1]
      guard taken.count == 1, try taken.point(0, of: path) == expected else {
        _ = try connection.ask(of: shared.path, until: deadline, [(PostgresSQL.rollback, [])])
        return false
      }
      try PostgresCommit.confirm(connection, shared, writes: true, until: deadline)
      return true
    }
  }
#endif
