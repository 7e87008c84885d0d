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
    private static let movedTo = PostgresStatement(
      "moved to", "SELECT value FROM headwater.store WHERE key = '\(PostgresSchema.Key.movedTo)'")

    package init(_ options: PostgresOptions, in environment: StoreEnvironment = .system) throws(StoreError) {
      var options = options
      // What has no store gets none.
      options.isReadOnly = true
      shared = PostgresShared(options, in: environment)
      identity = try PostgresOpening(shared, mayHaveEnded: true).identity
      snapshots = PostgresSnapshots(shared, identity: identity)
    }

    package var path: String { shared.path }

    /// Where the feed ends; nil where the store was moved away.
    package func end() throws(StoreError) -> FeedPoint? {
      let reply = try snapshots.ask(PostgresFacts.end)
      return reply.count == 0 ? nil : try reply.point(0, of: path)
    }

    /// The file that the rows were moved to; nil where none was named.
    package func movedTo() throws(StoreError) -> String? {
      let reply = try snapshots.ask(Self.movedTo)
      return reply.count == 0 ? nil : reply.text(0, 0)
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
    /// rows and floors end, and only if that is what is expected.
    ///
    /// - Parameters:
    ///   - expected: the end of the rows that were copied.
    ///   - floor: the serial of the last floor that was copied.
    ///   - file: where they are, on disk.
    /// - Returns: false where rows or floors have come.
    package func close(at expected: FeedPoint, floor: Int64, movedTo file: String) throws(StoreError) -> Bool {
      do throws(StoreError) {
        return try take(expected, floor, file)
      } catch {
        // The COMMIT may be on record all the same. What is read now is confirmed.
        guard (try? movedTo()) == file else { throw error }
        return true
      }
    }

    private func take(_ expected: FeedPoint, _ floor: Int64, _ file: String) throws(StoreError) -> Bool {
      let connection = try PostgresSession.openOnce(shared, until: shared.now() + .seconds(15))
      let deadline = shared.now() + .seconds(60)
      let replies = try connection.ask(
        of: path, until: deadline,
        [
          (PostgresSQL.begin, []), (Self.takeEnd, []), (PostgresFloors.last, []),
          (PostgresRows.keepNotes, [.texts([PostgresSchema.Key.movedTo]), .texts([file])]),
        ])
      let lastFloor = replies[2].count == 0 ? 0 : replies[2].floor(0)?.serial
      guard replies[1].count == 1, try replies[1].point(0, of: path) == expected, lastFloor == floor else {
        _ = try connection.ask(of: path, until: deadline, [(PostgresSQL.rollback, [])])
        return false
      }
      try PostgresCommit.confirm(connection, shared, writes: true, until: deadline)
      return true
    }
  }
#endif
