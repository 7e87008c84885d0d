// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRFederation
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

    /// The file that the rows were copied to before the store ended, under the name that it had then; nil where none was named.
    package func movedTo() throws(StoreError) -> String? {
      let reply = try snapshots.ask(Self.movedTo)
      return reply.count == 0 ? nil : reply.text(0, 0)
    }

    package func entries(after serial: Int64, limit: Int) throws(StoreError) -> [FeedEntry] {
      let reply = try snapshots.ask(
        PostgresRows.feed, .number(serial), .number(.max), .number(Int64(clamping: limit)))
      return (0..<reply.count).map { reply.entry($0) }
    }

    package func floors(after serial: Int64, limit: Int) throws(StoreError) -> [FloorEntry] {
      try snapshots.readSnapshot(readsWhole: false) { reader throws(StoreError) in
        try reader.floors(after: serial, limit: limit)
      }
    }

    package func register() throws(StoreError) -> Register? {
      try snapshots.readSnapshot(readsWhole: false) { reader throws(StoreError) in try reader.register() }
    }

    /// Ends the store: no machine numbers in it or answers from it any more. One transaction looks where rows and floors end and what
    /// the register is, and ends the store only if that is what is expected.
    ///
    /// - Parameters:
    ///   - expected: the end of the copied rows.
    ///   - floor: the last copied floor.
    ///   - register: the one that was copied.
    ///   - file: the file that holds the copied rows, on disk. No other run has its name.
    /// - Returns: false where rows or floors have come, the register has changed, or another run has ended the store.
    package func close(
      at expected: FeedPoint, _ floor: FloorEntry?, _ register: Register?, movedTo file: String
    ) throws(StoreError) -> Bool {
      do throws(StoreError) {
        return try take(expected, floor, register, file)
      } catch {
        // The COMMIT may be on record all the same. What is read now is confirmed.
        guard (try? movedTo()) == file else { throw error }
        return true
      }
    }

    /// A store that is stopped stays where its stop mark is.
    package func refuseStopped() throws(StoreError) {
      try refuseStopped(try snapshots.ask(PostgresFacts.end))
    }

    private func refuseStopped(_ end: PostgresReply) throws(StoreError) {
      if end.count == 1, let refusal = PostgresStop.refusal(end.optionalText(0, 2), shared) { throw refusal }
    }

    private func take(
      _ expected: FeedPoint, _ floor: FloorEntry?, _ register: Register?, _ file: String
    ) throws(StoreError) -> Bool {
      let connection = try PostgresSession.openOnce(shared, until: shared.now() + .seconds(15))
      let deadline = shared.now() + .seconds(60)
      let replies = try connection.ask(
        of: path, until: deadline,
        [
          (PostgresSQL.begin, []), (PostgresFacts.lockedEnd, []), (PostgresFloors.last, []), (Self.takeEnd, []),
          (PostgresRows.keepNotes, [.texts([PostgresSchema.Key.movedTo]), .texts([file])]),
        ])
      let (end, floors) = (replies[1], replies[2])
      // The transaction that is not committed ends with its connection.
      try refuseStopped(end)
      let lastFloor = floors.count == 0 ? nil : floors.floor(0)
      let reader = PostgresReadContext(PostgresOpenTransaction(connection, path, deadline), of: identity)
      guard end.count == 1, try end.point(0, of: path) == expected, lastFloor?.serial == floor?.serial,
        lastFloor?.digest == floor?.digest, try reader.register() == register
      else {
        _ = try connection.ask(of: path, until: deadline, [(PostgresSQL.rollback, [])])
        return false
      }
      try PostgresCommit.confirm(connection, shared, writes: true, until: deadline)
      return true
    }
  }

  /// A transaction that is open on a connection.
  private final class PostgresOpenTransaction: PostgresAsking {
    private let connection: PostgresConnection
    let path: String
    private let deadline: ContinuousClock.Instant
    let connectionNumber = 1
    var isOver: Bool { false }

    init(_ connection: PostgresConnection, _ path: String, _ deadline: ContinuousClock.Instant) {
      self.connection = connection
      self.path = path
      self.deadline = deadline
    }

    func ask(_ statement: PostgresStatement, _ parameters: [PostgresParameter]) throws(StoreError) -> PostgresReply {
      try connection.ask(of: path, until: deadline, [(statement, parameters)])[0]
    }
  }
#endif
