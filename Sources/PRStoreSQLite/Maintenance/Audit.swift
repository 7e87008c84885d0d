// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Reads a PR database through, without writing to it.
package struct Audit {
  private let connection: Connection
  private static let knownTables = ["PRMAIN", "PRMAIN_nohist", "PRMAIN_hist"]

  package init(path: String, in environment: StoreEnvironment = .system) throws(StoreError) {
    var options = StoreOptions(path: path, readOnly: true)
    options.ignoresOldTables = true
    let opened = try DatabaseOpening(options, in: environment).open()
    connection = try Connection(
      path: opened.options.path, on: environment.files, access: opened.readAccess, busy: options.lockTimeout,
      cache: options.readerCache)
  }

  /// - Parameter progress: called now and then with the number of rows read.
  package func run(progress: (Int) -> Void = { _ in }) throws(StoreError) -> AuditReport {
    // A server may be writing: what is compared is of one moment.
    try SQLiteReadContext(connection).inOneSnapshot { _ throws(StoreError) in try read(progress) }
  }

  private func read(_ progress: (Int) -> Void) throws(StoreError) -> AuditReport {
    var report = AuditReport()
    try checkPages(&report)
    for table in Self.knownTables where try isRead(table) { report.tables.append(table) }
    if !report.tables.isEmpty { try readTables(into: &report, progress) }
    try Consistency(connection).run(into: &report)
    return report
  }

  /// The rows of an older table that was taken over stand in the newer one, but for those that came later or were
  /// refused.
  private func isRead(_ table: String) throws(StoreError) -> Bool {
    guard try connection.hasTable(table) else { return false }
    guard OldTable.names.contains(table), try connection.hasTable("PRMAIN") else { return true }
    return try connection.number("SELECT 1 \(OldTable(table, connection).lackingRows) LIMIT 1") != nil
  }

  private func checkPages(_ report: inout AuditReport) throws(StoreError) {
    let statement = try connection.prepare("PRAGMA integrity_check(20)")
    while try statement.step() {
      if let finding = statement.text(0), finding != "ok" { report.damage.append(finding) }
    }
  }

  /// The tables together: one value may name a content in each.
  private func readTables(into report: inout AuditReport, _ progress: (Int) -> Void) throws(StoreError) {
    var selects = report.tables.map { table in
      // The older tables hold integers, which were never compared as text.
      let place = table == "PRMAIN" ? RowPlace.own : .old
      let rows =
        OldTable.names.contains(table) && report.tables.contains("PRMAIN")
        ? OldTable(table, connection).lackingRows : "FROM \(table)"
      return "SELECT version, pkgarch, checksum, CAST(value AS TEXT), \(place.rawValue) \(rows)"
    }
    if try connection.hasTable("headwater_copy") {
      selects.append("SELECT version, pkgarch, checksum, value, \(RowPlace.copied.rawValue) FROM headwater_copy")
    }
    let statement = try connection.prepare(selects.joined(separator: " UNION ALL ") + " ORDER BY 1, 2")
    var packages = PackageAudits()
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1), let checksum = statement.text(2) else {
        continue
      }
      let tuple = TupleKey(version: version, pkgarch: pkgarch, checksum: checksum)
      let place = RowPlace(rawValue: statement.number(4)) ?? .own
      packages.take(Row(tuple: tuple, value: statement.text(3) ?? ""), place, &report)
      if place == .copied { report.copiedRows += 1 } else { report.rows += 1 }
      let read = report.rows + report.copiedRows
      if read.isMultiple(of: 8192) { progress(read) }
    }
    packages.finish(into: &report)
  }
}
