// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Looks at a database, and makes the tables of a store where there are none. Processes that open one do so one after another.
  struct PostgresOpening {
    private(set) var identity = ""
    private(set) var report = PostgresReport()
    /// What `headwater.store` held; nothing where the store is new.
    private(set) var keys: [String: String] = [:]
    let connection: PostgresConnection
    private let shared: PostgresShared

    /// For all statements of an opening.
    private static let patience = Duration.seconds(15)

    /// - Parameter mayHaveEnded: a store whose rows were moved away is opened too.
    init(_ shared: PostgresShared, mayHaveEnded: Bool = false) throws(StoreError) {
      self.shared = shared
      let deadline = shared.now() + Self.patience
      connection = try PostgresSession.openOnce(shared, until: deadline)
      report.hasNoStandby = shared.options.durability == .full && connection.standbys.isEmpty
      report.oldRelease = connection.release.complaint
      let found = try ask(
        connection, until: deadline, (PostgresSQL.begin, []), (PostgresSchema.lock, []), (PostgresSchema.look, []))[2]
      if found.flag(0, 0) {
        let replies = try ask(connection, until: deadline, (PostgresSchema.keys, []), (PostgresFacts.end, []))
        try read(replies[0])
        guard mayHaveEnded || replies[1].count == 1 else { throw .movedAway(path: shared.path) }
      } else if let tables = found.optionalText(0, 1) {
        throw .foreign(path: shared.path, tables: tables.split(separator: ", ").map(String.init))
      } else if shared.options.isReadOnly {
        throw .missing(path: shared.path)
      } else {
        try make(connection, hasSchema: found.flag(0, 2), until: deadline)
      }
      try PostgresCommit.confirm(connection, shared, writes: report.isNew, until: deadline)
    }

    private func ask(
      _ connection: PostgresConnection, until deadline: ContinuousClock.Instant,
      _ questions: (PostgresStatement, [PostgresParameter])...
    ) throws(StoreError) -> [PostgresReply] {
      try connection.ask(of: shared.path, until: deadline, questions)
    }

    private mutating func read(_ keys: PostgresReply) throws(StoreError) {
      let values = PostgresSchema.table(keys)
      self.keys = values
      let least = values[PostgresSchema.Key.least].flatMap { Int($0) } ?? .max
      guard least <= PostgresSchema.version else {
        throw .newer(
          path: shared.path, found: values[PostgresSchema.Key.version].flatMap { Int($0) } ?? least,
          known: PostgresSchema.version)
      }
      guard let identity = values[PostgresSchema.Key.identity] else {
        throw .damaged(path: shared.path, detail: "headwater.store has no identity")
      }
      let durability = values[PostgresSchema.Key.durability] ?? Durability.full.rawValue
      let options = shared.options
      guard options.isReadOnly || !options.isOfServer || durability == options.durability.rawValue else {
        throw .unfit(
          path: shared.path,
          detail: "the machines of this store use the durability \(durability), and this one would use "
            + "\(options.durability.rawValue): an answer of one would not be safe from another; use the same")
      }
      self.identity = identity
    }

    /// What `headwater.store` begins with.
    static func keys(_ identity: String, _ durability: Durability) -> [String: String] {
      [
        PostgresSchema.Key.identity: identity, PostgresSchema.Key.version: String(PostgresSchema.version),
        PostgresSchema.Key.least: String(PostgresSchema.version), PostgresSchema.Key.durability: durability.rawValue,
      ]
    }

    private mutating func make(
      _ connection: PostgresConnection, hasSchema: Bool, until deadline: ContinuousClock.Instant
    ) throws(StoreError) {
      identity = StoreIdentity.random(shared.environment.random)
      report.isNew = true
      for (index, sql) in (PostgresSchema.tables.dropFirst(hasSchema ? 1 : 0) + PostgresSchema.indexes).enumerated() {
        _ = try ask(connection, until: deadline, (PostgresStatement("schema \(index)", sql), []))
      }
      let keys = Self.keys(identity, shared.options.durability)
      _ = try ask(
        connection, until: deadline,
        (PostgresSchema.insertKeys, [.texts(keys.map(\.key)), .texts(keys.map(\.value))]),
        (PostgresSchema.insertEnd, [.number(0), .bytes(FeedDigest.start.bytes)]))
    }
  }

  /// A release of PostgreSQL, as `server_version_num` has it.
  struct PostgresRelease: Hashable {
    let number: Int

    /// The minor releases from which on a commit just after a start waits for the standby.
    private static let mended = [13: 21, 14: 18, 15: 13, 16: 9, 17: 5]

    var complaint: String? {
      let (major, minor) = (number / 10_000, number % 10_000)
      guard let mended = Self.mended[major] else { return major < 13 ? "\(major).\(minor)" : nil }
      return minor < mended ? "\(major).\(minor)" : nil
    }
  }
#endif
