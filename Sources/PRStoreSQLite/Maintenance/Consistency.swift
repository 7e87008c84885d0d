// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Compares what stands in several tables of a file: heads with rows, and `PRMAIN` with the feed.
struct Consistency {
  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  func run(into report: inout AuditReport) throws(StoreError) {
    guard try connection.hasTable("headwater_feed"), let check = try HeadCheck(connection) else { return }
    var count = 0
    try forEachPackage(of: ["headwater_package", "PRMAIN"]) { package throws(StoreError) in
      if let fault = try check.fault(of: package, count: &count) { report.findings.append(.wrongHead(fault)) }
    }
    if let heads = try HeadCheck.copyHeads(connection) {
      try forEachPackage(of: [heads, RowTables.copy.rows]) { package throws(StoreError) in
        if let fault = try check.copyFault(of: package, count: &count) { report.findings.append(.wrongHead(fault)) }
      }
    }
    try compareWithFeed(&report)
    try checkFloors(&report)
  }

  /// The floor of a package is that of its last entry, and no entry was changed.
  private func checkFloors(_ report: inout AuditReport) throws(StoreError) {
    guard let floors = try FloorReader(connection) else { return }
    let wrong = try connection.prepare(
      """
      SELECT version, pkgarch, recorded, raised FROM (
          SELECT version, pkgarch, head.value AS recorded, (
              SELECT value FROM headwater_floor_feed AS entry
              WHERE entry.version = known.version AND entry.pkgarch = known.pkgarch ORDER BY serial DESC LIMIT 1
            ) AS raised
          FROM (
            SELECT version, pkgarch FROM headwater_floor_head UNION SELECT version, pkgarch FROM headwater_floor_feed
          ) AS known LEFT JOIN headwater_floor_head AS head USING (version, pkgarch)
        ) WHERE recorded IS NOT raised ORDER BY version, pkgarch
      """)
    while try wrong.step() {
      guard let version = wrong.text(0), let pkgarch = wrong.text(1) else { continue }
      let package = PackageKey(version: version, pkgarch: pkgarch)
      report.findings.append(.wrongFloor(package, recorded: wrong.text(2), found: wrong.text(3)))
    }
    var digest = FeedDigest.start
    var serial: Int64 = 0
    while true {
      let entries = try floors.entries(after: serial, limit: 4096)
      guard let last = entries.last else { return }
      for entry in entries { report.check(entry, behind: &digest) }
      serial = last.serial
    }
  }

  private func forEachPackage(
    of tables: [String], _ body: (PackageKey) throws(StoreError) -> Void
  ) throws(StoreError) {
    let statement = try connection.prepare(
      tables.map { "SELECT version, pkgarch FROM \($0)" }.joined(separator: " UNION ") + " ORDER BY 1, 2")
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1) else { continue }
      try body(PackageKey(version: version, pkgarch: pkgarch))
    }
  }

  private static let own = "origin NOT IN ('copied', 'vanished')"
  private static let columns = "version, pkgarch, checksum, value"

  /// Every own row of the feed stands in `PRMAIN` and the other way round, since both are written in one transaction.
  private func compareWithFeed(_ report: inout AuditReport) throws(StoreError) {
    let missing = try rows(
      """
      SELECT \(Self.columns) FROM headwater_feed AS feed WHERE \(Self.own) AND NOT EXISTS (
        SELECT 1 FROM PRMAIN AS own WHERE own.version = feed.version AND own.pkgarch = feed.pkgarch
          AND own.checksum = feed.checksum AND own.value = feed.value)
      """)
    report.findings += missing.map(AuditFinding.missing)
    // The feed is not found by its rows, so it is looked through only if the numbers of rows differ.
    let inFeed = try connection.number("SELECT count(*) FROM headwater_feed WHERE \(Self.own)") ?? 0
    let inTable = try connection.number("SELECT count(*) FROM PRMAIN WHERE value IS NOT NULL") ?? 0
    guard inFeed != inTable + Int64(clamping: missing.count) else { return }
    let unrecorded = try rows(
      """
      SELECT \(Self.columns) FROM PRMAIN WHERE value IS NOT NULL
      EXCEPT SELECT \(Self.columns) FROM headwater_feed WHERE \(Self.own)
      """)
    report.findings += unrecorded.map(AuditFinding.unrecorded)
  }

  private func rows(_ sql: String) throws(StoreError) -> [Row] {
    let statement = try connection.prepare(sql)
    var rows: [Row] = []
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1), let checksum = statement.text(2),
        let value = statement.text(3)
      else { continue }
      rows.append(Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value))
    }
    return rows
  }
}
