// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// The statements on rows.
  enum PostgresRows {
    /// So many values of a tuple from each end.
    static let values = PostgresStatement(
      "values",
      """
      (SELECT value FROM headwater.feed WHERE tuple = $1 AND number IS NOT NULL ORDER BY number LIMIT $2)
      UNION
      (SELECT value FROM headwater.feed WHERE tuple = $1 AND number IS NOT NULL ORDER BY number DESC LIMIT $2)
      """)
    static let has = PostgresStatement(
      "has", "SELECT EXISTS (SELECT 1 FROM headwater.feed WHERE tuple = $1 AND number = $2)")
    static let holder = PostgresStatement(
      "holder",
      """
      SELECT checksum FROM headwater.feed WHERE package = $1 AND number = $2 AND checksum <> $3
      ORDER BY checksum LIMIT 1
      """)
    /// `$4` is 0 where there is no end.
    static let greatestUnder = PostgresStatement(
      "greatest under",
      """
      SELECT value FROM headwater.feed WHERE package = $1 AND number > $2 AND ($4::bigint = 0 OR number < $3)
      ORDER BY number DESC LIMIT 1
      """)
    /// One more than the greatest twin of a value.
    static let nextTwin = PostgresStatement(
      "next twin",
      "SELECT coalesce(max(twin) + 1, 0)::int FROM headwater.feed WHERE package = $1 AND number = $2")
    static let architectures = PostgresStatement(
      "architectures",
      "SELECT pkgarch FROM headwater.feed UNION SELECT pkgarch FROM headwater.floor ORDER BY 1")
    static let note = PostgresStatement("note", "SELECT value FROM headwater.store WHERE key = $1")

    private static let columns = "serial, version, pkgarch, checksum, value, origin, asker, at"

    static let feed = PostgresStatement(
      "feed", "SELECT \(columns) FROM headwater.feed WHERE serial > $1 AND serial <= $2 ORDER BY serial LIMIT $3")
    static let story = PostgresStatement(
      "story",
      "SELECT \(columns) FROM headwater.feed WHERE package = $1 AND number IS NOT NULL ORDER BY serial")
    static let last = PostgresStatement(
      "last", "SELECT \(columns) FROM headwater.feed WHERE serial < $1 ORDER BY serial DESC LIMIT $2")
    static let mark = PostgresStatement(
      "mark", "SELECT serial, digest FROM headwater.feed_mark WHERE serial <= $1 ORDER BY serial DESC LIMIT 1")
    /// Where a row of an export stands in the feed.
    static let place = PostgresStatement(
      "place", "SELECT serial FROM headwater.feed WHERE tuple = $1 AND value = $2 ORDER BY serial LIMIT 1")
    /// The greatest rows of some packages behind one, in the order of the packages' hashes.
    static let packages = PostgresStatement(
      "packages",
      """
      WITH RECURSIVE next (package, left_) AS (
        (SELECT package, $2::bigint FROM headwater.feed WHERE package > $1 AND number IS NOT NULL ORDER BY package LIMIT 1)
        UNION ALL
        SELECT (SELECT package FROM headwater.feed f WHERE f.package > next.package AND f.number IS NOT NULL
          ORDER BY f.package LIMIT 1), left_ - 1
        FROM next WHERE left_ > 1 AND next.package IS NOT NULL)
      SELECT 0::bigint, row.version, row.pkgarch, row.checksum, row.value, row.origin, NULL::text, NULL::bigint, next.package
      FROM next CROSS JOIN LATERAL (
        SELECT number FROM headwater.feed f WHERE f.package = next.package AND f.number IS NOT NULL
        ORDER BY f.number DESC LIMIT 1) head
      JOIN headwater.feed row ON row.package = next.package AND row.number = head.number
      ORDER BY next.package, row.checksum, row.value
      """)

    static let insert = PostgresStatement(
      "insert",
      """
      INSERT INTO headwater.feed
        (serial, version, pkgarch, checksum, value, package, tuple, number, twin, origin, asker, at)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[],
        $8::bytea[], $9::int[], $10::text[], $11::text[], $12::bigint[])
      """)
    static let insertMarks = PostgresStatement(
      "insert marks",
      "INSERT INTO headwater.feed_mark (serial, digest) SELECT * FROM unnest($1::bigint[], $2::bytea[])")
    static let updateEnd = PostgresStatement("update end", "UPDATE headwater.feed_end SET serial = $1, digest = $2")
    static let keepNotes = PostgresStatement(
      "keep notes",
      """
      INSERT INTO headwater.store (key, value) SELECT * FROM unnest($1::text[], $2::text[])
      ON CONFLICT (key) DO UPDATE SET value = excluded.value
      """)
    static let forgetNotes = PostgresStatement(
      "forget notes", "DELETE FROM headwater.store WHERE key = ANY ($1::text[])")
  }

  /// The statements on floors.
  enum PostgresFloors {
    private static let columns = "serial, version, pkgarch, value, origin, source, setter, at, digest"

    static let page = PostgresStatement(
      "floors", "SELECT \(columns) FROM headwater.floor WHERE serial > $1 ORDER BY serial LIMIT $2")
    static let last = PostgresStatement(
      "last floor", "SELECT \(columns) FROM headwater.floor ORDER BY serial DESC LIMIT 1")
    static let story = PostgresStatement(
      "floor story", "SELECT \(columns) FROM headwater.floor WHERE package = $1 ORDER BY serial")
    static let count = PostgresStatement("floor count", "SELECT count(DISTINCT package) FROM headwater.floor")
    static let insert = PostgresStatement(
      "insert floors",
      """
      INSERT INTO headwater.floor (serial, version, pkgarch, value, package, origin, source, setter, at, digest)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::text[],
        $8::text[], $9::bigint[], $10::bytea[])
      """)
  }

  extension PostgresReply {
    /// A row with the columns of the feed.
    func row(_ index: Int) -> Row {
      Row(
        tuple: TupleKey(version: text(index, 1), pkgarch: text(index, 2), checksum: text(index, 3)),
        value: text(index, 4))
    }

    func entry(_ index: Int) -> FeedEntry { FeedEntry(package: row(index).tuple.package, story: story(index)) }

    func story(_ index: Int) -> RowHistory {
      RowHistory(
        serial: number(index, 0), checksum: text(index, 3), value: text(index, 4),
        provenance: Provenance(
          Provenance.Origin(rawValue: text(index, 5)) ?? .foreign, asker: optionalText(index, 6),
          milliseconds: optionalNumber(index, 7)))
    }

    /// A serial and the digest of the rows up to it.
    func point(_ index: Int) throws(PostgresFailure) -> FeedPoint {
      guard let digest = FeedDigest(bytes: bytes(index, 1)) else {
        throw .refused(
          state: "XX001",
          message:
            "the digest of the feed at the row \(number(index, 0)) is damaged; see 'headwater audit', and restore a backup"
        )
      }
      return FeedPoint(serial: number(index, 0), digest: digest)
    }

    /// - Parameter path: what an error names the store by.
    func point(_ index: Int, of path: String) throws(StoreError) -> FeedPoint {
      do throws(PostgresFailure) { return try point(index) } catch { throw StoreError(error, path: path) }
    }

    /// A row with the columns of the floors; nil where it is damaged.
    func floor(_ index: Int) -> FloorEntry? {
      guard let value = Revision(text(index, 3)), let origin = FloorProvenance.Origin(rawValue: text(index, 4)),
        let digest = FeedDigest(bytes: bytes(index, 8))
      else { return nil }
      let floor = Floor(package: PackageKey(version: text(index, 1), pkgarch: text(index, 2)), value: value)
      return FloorEntry(
        serial: number(index, 0), floor: floor,
        provenance: FloorProvenance(
          origin, source: optionalText(index, 5), setter: optionalText(index, 6), milliseconds: number(index, 7)),
        digest: digest)
    }
  }
#endif
