// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRFederation
  import PRRevision
  import PRStore

  /// Fills an empty database with the rows of another store, in one transaction: indexes are made behind the rows.
  package final class PostgresFilling {
    private let shared: PostgresShared
    private let connection: PostgresConnection
    private var set = PostgresWorkingSet()

    /// Rows that have a value of another row of their package.
    private static let numberTwins = PostgresStatement(
      "number twins",
      """
      UPDATE headwater.feed f SET twin = t.twin
      FROM (SELECT serial, row_number() OVER (PARTITION BY package, number ORDER BY serial) - 1 AS twin
        FROM headwater.feed WHERE number IS NOT NULL) t
      WHERE t.twin > 0 AND f.serial = t.serial
      """)
    /// The source may take longer for its next rows than a session of a server may be idle.
    private static let patient = PostgresStatement(
      "patient", "SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
    /// For one statement: an index of a million rows takes seconds.
    private static let patience = Duration.seconds(600)

    /// Which store the database has already; nil where it has none.
    package private(set) var identity: String?
    private let hasSchema: Bool

    /// Looks at the database, and keeps other processes from opening it meanwhile.
    package init(_ options: PostgresOptions, in environment: StoreEnvironment = .system) throws(StoreError) {
      shared = PostgresShared(options, in: environment)
      connection = try PostgresSession.openOnce(shared, until: shared.now() + .seconds(15))
      let look = try connection.ask(
        of: shared.path, until: shared.now() + Self.patience,
        [(PostgresSQL.begin, []), (Self.patient, []), (PostgresSchema.lock, []), (PostgresSchema.look, [])])[3]
      hasSchema = look.flag(0, 2)
      if look.flag(0, 0) {
        let replies = try ask((PostgresSchema.keys, []), (PostgresFacts.end, []))
        guard replies[1].count == 1 else { throw .movedAway(path: shared.path) }
        identity = PostgresSchema.table(replies[0])[PostgresSchema.Key.identity]
      } else if let tables = look.optionalText(0, 1) {
        throw .foreign(path: shared.path, tables: tables.split(separator: ", ").map(String.init))
      }
    }

    package var path: String { shared.path }

    /// Makes the tables.
    package func begin() throws(StoreError) {
      for (index, sql) in PostgresSchema.tables.dropFirst(hasSchema ? 1 : 0).enumerated() {
        _ = try ask((PostgresStatement("schema \(index)", sql), []))
      }
    }

    /// Adds rows in the order of their serials, which they keep.
    package func add(_ entries: [FeedEntry]) throws(StoreError) {
      set = PostgresWorkingSet(end: set.end)
      for entry in entries {
        guard let value = Revision(entry.story.value) else { throw .notARevision }
        set.add(
          TupleKey(package: entry.package, checksum: entry.story.checksum), value, text: entry.story.value,
          twin: 0, entry.story.provenance)
      }
      try write()
    }

    package func add(_ floors: [FloorEntry]) throws(StoreError) {
      set = PostgresWorkingSet(end: set.end)
      for floor in floors { set.add(floor) }
      try write()
    }

    package func add(_ register: Register) throws(StoreError) {
      set = PostgresWorkingSet(end: set.end)
      set.register = PostgresRegister(stored: nil, current: register)
      try write()
    }

    private func write() throws(StoreError) {
      do throws(PostgresFailure) {
        try set.add(to: connection, updatesEnd: false)
        _ = try connection.flush(until: shared.now() + Self.patience)
      } catch {
        throw StoreError(error, path: shared.path)
      }
    }

    /// Makes the indexes, computes the digest again from what the server has, and commits.
    ///
    /// - Parameter beforeCommit: is called when all that is left is the COMMIT.
    package func finish(as identity: String, beforeCommit: () throws(StoreError) -> Void) throws(StoreError) {
      let keys = PostgresOpening.keys(identity, shared.options.durability)
      _ = try ask(
        (PostgresSchema.insertKeys, [.texts(keys.map(\.key)), .texts(keys.map(\.value))]),
        (PostgresSchema.insertEnd, [.number(set.end.serial), .bytes(set.end.digest.bytes)]))
      _ = try ask((Self.numberTwins, []))
      for (index, sql) in PostgresSchema.indexes.enumerated() {
        _ = try ask((PostgresStatement("index \(index)", sql), []))
      }
      let stored = try digest()
      guard stored == set.end else {
        throw .damaged(
          path: shared.path, detail: "it has other rows than were sent: \(stored.serial) of \(set.end.serial)")
      }
      try beforeCommit()
      try PostgresCommit.confirm(connection, shared, writes: true, until: shared.now() + .seconds(60))
    }

    private func digest() throws(StoreError) -> FeedPoint {
      var point = FeedPoint.start
      while true {
        let reply = try ask((PostgresRows.feed, [.number(point.serial), .number(.max), .number(8192)]))[0]
        guard reply.count > 0 else { return point }
        for index in 0..<reply.count {
          point.pass(reply.row(index))
        }
      }
    }

    private func ask(_ questions: (PostgresStatement, [PostgresParameter])...) throws(StoreError) -> [PostgresReply] {
      try connection.ask(of: shared.path, until: shared.now() + Self.patience, questions)
    }
  }
#endif
