// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  /// Reads a store through, page by page, without writing to it. No transaction is open for long.
  package final class PostgresAudit {
    private let snapshots: PostgresSnapshots
    private let end: FeedPoint
    private var report = AuditReport()

    /// So many rows are read in one transaction.
    private static let page: Int64 = 4096
    /// So much damage is listed.
    private static let mostDamage = 20

    /// - Throws: `.movedAway` where the store has ended.
    package init(_ options: PostgresOptions, in environment: StoreEnvironment = .system) throws(StoreError) {
      let shared = PostgresShared(options, in: environment)
      let opening = try PostgresOpening(shared)
      snapshots = PostgresSnapshots(shared, identity: opening.identity)
      let found = try snapshots.ask(PostgresFacts.end)
      guard found.count == 1 else { throw .movedAway(path: shared.path) }
      end = FeedPoint(serial: found.number(0, 0), digest: FeedDigest(bytes: found.bytes(0, 1)) ?? .start)
      report.tables = ["headwater.feed"]
      if let stop = found.optionalText(0, 2) {
        note("the store is stopped: \(PostgresStop.loss(stop))")
      }
    }

    /// - Parameter progress: called now and then with the number of rows read.
    package func run(progress: (Int) -> Void = { _ in }) throws(StoreError) -> AuditReport {
      try readFeed(progress)
      try readPackages()
      try readFloors()
      return report
    }

    private func note(_ damage: String) {
      if report.damage.count < Self.mostDamage { report.damage.append(damage) }
    }

    /// All rows up to where the feed ended: no serial is missing, the digests are those of the rows, and what the indexes hold
    /// is computed from the names.
    private func readFeed(_ progress: (Int) -> Void) throws(StoreError) {
      var point = FeedPoint.start
      while point.serial < end.serial {
        let reply = try snapshots.ask(
          PostgresAuditRows.feed, .number(point.serial), .number(end.serial), .number(Self.page))
        guard reply.count > 0 else { break }
        for index in 0..<reply.count { take(reply, index, &point) }
        progress(report.rows)
      }
      if point.serial < end.serial { note("the rows from \(point.serial + 1) to \(end.serial) are missing") }
      if point.serial == end.serial, point.digest != end.digest {
        note("the digest of the feed is not that of its rows: rows were changed by hand")
      }
    }

    private func take(_ reply: PostgresReply, _ index: Int, _ point: inout FeedPoint) {
      let (serial, row) = (reply.number(index, 0), reply.row(index))
      if serial != point.serial + 1 {
        note("the rows from \(point.serial + 1) to \(serial - 1) are missing")
        point.serial = serial - 1
      }
      point.pass(row)
      report.rows += 1
      let value = Revision(row.value)
      if value == nil { report.findings.append(.unreadable(row.tuple, value: row.value)) }
      let keys = [PostgresKeys.package(row.tuple.package), PostgresKeys.tuple(row.tuple)]
      if keys != [reply.bytes(index, 5), reply.bytes(index, 6)] {
        note("the row \(serial) is not found by its names: it was changed by hand")
      }
      if value.map(PostgresKeys.number) != (reply.isNull(index, 7) ? nil : reply.bytes(index, 7)) {
        note("the row \(serial) is not found by its value: it was changed by hand")
      }
      if !reply.isNull(index, 8), reply.bytes(index, 8) != point.digest.bytes {
        note("the digest on record for the row \(serial) is not that of the rows up to it: rows were changed by hand")
        if let digest = FeedDigest(bytes: reply.bytes(index, 8)) { point.digest = digest }
      }
    }

    /// The rows in the order of their packages: no value names two contents.
    private func readPackages() throws(StoreError) {
      var packages = PackageAudits()
      var place: [PostgresParameter] = [.bytes([]), .bytes([]), .number(-1)]
      while true {
        let reply = try snapshots.ask(PostgresAuditRows.packages, place[0], place[1], place[2], .number(Self.page))
        for index in 0..<reply.count { packages.take(reply.row(index), .own, &report) }
        guard reply.count > 0 else { break }
        let last = reply.count - 1
        place = [.bytes(reply.bytes(last, 5)), .bytes(reply.bytes(last, 6)), .number(reply.number(last, 7))]
      }
      packages.finish(into: &report)
    }

    private func readFloors() throws(StoreError) {
      var serial: Int64 = 0
      var digest = FeedDigest.start
      while true {
        let reply = try snapshots.ask(PostgresFloors.page, .number(serial), .number(Self.page))
        for index in 0..<reply.count {
          serial = reply.number(index, 0)
          guard let entry = reply.floor(index) else {
            note("the floor \(serial) is no revision, or has no digest: it was changed by hand")
            continue
          }
          report.check(entry, behind: &digest)
        }
        if reply.count < Self.page { return }
      }
    }
  }

  /// The statements of an audit.
  enum PostgresAuditRows {
    /// Rows of the feed with what is derived from them.
    static let feed = PostgresStatement(
      "audit feed",
      """
      SELECT serial, version, pkgarch, checksum, value, package, tuple, number, mark.digest
      FROM headwater.feed LEFT JOIN headwater.feed_mark mark USING (serial)
      WHERE serial > $1 AND serial <= $2 ORDER BY serial LIMIT $3
      """)
    /// Rows in the order of their packages.
    static let packages = PostgresStatement(
      "audit packages",
      """
      SELECT serial, version, pkgarch, checksum, value, package, number, twin::bigint FROM headwater.feed
      WHERE (package, number, twin) > ($1, $2, $3) AND number IS NOT NULL ORDER BY package, number, twin LIMIT $4
      """)
  }
#endif
