// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore

  /// The tables of a store. docs/authority.md says what each column holds.
  enum PostgresSchema {
    /// What this version writes. A schema with a greater `least` is refused.
    static let version = 1

    static let tables = [
      "CREATE SCHEMA headwater",
      "CREATE TABLE headwater.store (key text COLLATE \"C\" PRIMARY KEY, value text COLLATE \"C\" NOT NULL)",
      """
      CREATE TABLE headwater.feed_end (one boolean PRIMARY KEY DEFAULT true CHECK (one),
        serial bigint NOT NULL, digest bytea NOT NULL) WITH (fillfactor = 10)
      """,
      """
      CREATE TABLE headwater.feed (serial bigint PRIMARY KEY,
        version text COLLATE "C" NOT NULL, pkgarch text COLLATE "C" NOT NULL,
        checksum text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
        package bytea NOT NULL, tuple bytea NOT NULL, number bytea, twin integer NOT NULL DEFAULT 0,
        origin text COLLATE "C" NOT NULL, asker text COLLATE "C", at bigint)
      """,
      "CREATE TABLE headwater.feed_mark (serial bigint PRIMARY KEY, digest bytea NOT NULL)",
      """
      CREATE TABLE headwater.floor (serial bigint PRIMARY KEY,
        version text COLLATE "C" NOT NULL, pkgarch text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL,
        package bytea NOT NULL, origin text COLLATE "C" NOT NULL, source text COLLATE "C",
        setter text COLLATE "C", at bigint NOT NULL, digest bytea NOT NULL)
      """,
    ]

    /// Made after the rows where a store is moved.
    static let indexes = [
      "CREATE UNIQUE INDEX feed_values ON headwater.feed (package, number, twin) WHERE number IS NOT NULL",
      "CREATE UNIQUE INDEX feed_tuples ON headwater.feed (tuple, number, value)",
      "CREATE UNIQUE INDEX floor_packages ON headwater.floor (package, serial)",
    ]

    /// All processes that open a store do so one after another.
    static let lock = PostgresStatement("schema lock", "SELECT pg_advisory_xact_lock(5218453261)")

    static let look = PostgresStatement(
      "schema look",
      """
      SELECT to_regclass('headwater.store') IS NOT NULL AND to_regclass('headwater.feed_end') IS NOT NULL,
        (SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'headwater' AND c.relkind IN ('r', 'p', 'v')),
        EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'headwater')
      """)

    static let keys = PostgresStatement("schema keys", "SELECT key, value FROM headwater.store")

    static let insertKeys = PostgresStatement(
      "schema insert keys",
      "INSERT INTO headwater.store (key, value) SELECT k, v FROM unnest($1::text[], $2::text[]) AS t(k, v)")

    static let insertEnd = PostgresStatement(
      "schema insert end", "INSERT INTO headwater.feed_end (serial, digest) VALUES ($1, $2)")

    /// The keys of `headwater.store` beside the notes.
    enum Key {
      static let identity = "store"
      static let version = "schema"
      /// The least version of the schema that a program must be able to read to write here.
      static let least = "least schema"
      static let durability = "durability"
      /// Rows that were answered are gone: no machine numbers anything.
      static let stop = "stop"
      /// Names the last `headwater recover`: positions that were confirmed before it do not bind any more.
      static let recovery = "recovery"
      /// Whether `synchronous_standby_names` named standbys: ``PostgresSchema/named`` or ``PostgresSchema/unnamed``.
      static let standbys = "standbys"
      /// The file that the rows were copied to before the store ended, as it was named until then.
      static let movedTo = "moved to"
    }

    static let (named, unnamed) = ("named", "none")

    /// What `headwater.store` holds.
    static func keys(
      of connection: PostgresConnection, _ path: String, until deadline: ContinuousClock.Instant
    ) throws(StoreError) -> [String: String] {
      table(try connection.ask(of: path, until: deadline, [(keys, [])])[0])
    }

    static func table(_ reply: PostgresReply) -> [String: String] {
      var values: [String: String] = [:]
      for index in 0..<reply.count { values[reply.text(index, 0)] = reply.text(index, 1) }
      return values
    }
  }
#endif
