// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What is wrong with a PR database, BitBake's or ours.
package struct AuditReport: Hashable, Sendable {
  package var tables: [String] = []
  package var rows = 0
  /// Those that are known of the upstream; they are not among the rows.
  package var copiedRows = 0
  package var packages = 0
  /// SQLite's own findings; empty when the file is sound.
  package var damage: [String] = []
  package var findings: [AuditFinding] = []

  package var isClean: Bool { damage.isEmpty && findings.isEmpty }

  /// Those for which the text order of their values is not the order of the numbers. Nothing is wrong with them.
  package var misleading: [AuditFinding] { findings.filter(\.isOfTextOrder) }

  /// Nothing is wrong for a server that compares numbers as numbers.
  package var isSound: Bool {
    damage.isEmpty
      && findings.allSatisfy(\.isOfTextOrder)
  }
}

/// One thing that is wrong with the rows of a package.
package enum AuditFinding: Hashable, Sendable {
  /// One value names two contents.
  case duplicate(PackageKey, value: String, checksums: [String])
  /// The same with rows of the copy: what a node that stores nothing does not answer for all of them.
  ///
  /// - Parameters:
  ///   - own: those that have it as an own row.
  ///   - copied: the others.
  case copiedDuplicate(PackageKey, value: String, own: [String], copied: [String])
  /// A value that is no revision.
  case unreadable(TupleKey, value: String)
  /// The greatest value as text is not the greatest as a number: BitBake's own server goes backwards here.
  case misleadingOrder(PackageKey, asText: String, asNumber: String)
  /// A head does not fit the rows that it is derived from.
  case wrongHead(HeadFault)
  /// The feed has a row that `PRMAIN` lacks: it was deleted or changed by hand.
  case missing(Row)
  /// `PRMAIN` has a row that the feed lacks: it was changed by hand.
  case unrecorded(Row)

  package var isOfTextOrder: Bool {
    if case .misleadingOrder = self { true } else { false }
  }
}

/// Reads a PR database through, without writing to it.
package struct Audit {
  private let connection: Connection
  private static let knownTables = ["PRMAIN", "PRMAIN_nohist", "PRMAIN_hist"]

  package init(path: String, in environment: StoreEnvironment = .system) throws(StoreError) {
    var options = StoreOptions(path: path, readOnly: true)
    options.ignoresOldTables = true
    let opened = try DatabaseOpening(options, in: environment).open()
    connection = try Connection(
      path: opened.options.path, on: environment.files, access: opened.readAccess, busy: options.lockPatience,
      cache: options.readerCache)
  }

  /// - Parameter progress: called now and then with the number of rows read.
  package func run(progress: (Int) -> Void = { _ in }) throws(StoreError) -> AuditReport {
    // A server may be writing: what is compared is of one moment.
    try ReadContext(connection).inOneSnapshot { _ throws(StoreError) in try read(progress) }
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
    var package: PackageAudit?
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1), let checksum = statement.text(2) else {
        continue
      }
      let key = PackageKey(version: version, pkgarch: pkgarch)
      if package?.key != key {
        package?.finish(into: &report)
        package = PackageAudit(key)
        report.packages += 1
      }
      let place = RowPlace(rawValue: statement.number(4)) ?? .own
      package?.take(checksum, statement.text(3) ?? "", place, &report)
      if place == .copied { report.copiedRows += 1 } else { report.rows += 1 }
      let read = report.rows + report.copiedRows
      if read.isMultiple(of: 8192) { progress(read) }
    }
    package?.finish(into: &report)
  }
}

/// Where a row stands.
private enum RowPlace: Int64 {
  /// In a table of BitBake 2.8.
  case old
  case own, copied
}

/// The rows of one package, as they come by.
private struct PackageAudit {
  let key: PackageKey
  private var (own, copied) = (ValueHolders(), ValueHolders())
  private var greatest: Revision?
  private var greatestText: String?

  init(_ key: PackageKey) { self.key = key }

  mutating func take(_ checksum: String, _ value: String, _ place: RowPlace, _ report: inout AuditReport) {
    guard let revision = Revision(value) else {
      report.findings.append(.unreadable(TupleKey(package: key, checksum: checksum), value: value))
      return
    }
    guard place != .copied else { return copied.add(revision, of: checksum) }
    own.add(revision, of: checksum)
    guard place == .own else { return }
    greatest = max(greatest ?? revision, revision)
    if let text = greatestText, !text.utf8.lexicographicallyPrecedes(value.utf8) { return }
    greatestText = value
  }

  func finish(into report: inout AuditReport) {
    for (value, checksums) in own.duplicates {
      report.findings.append(.duplicate(key, value: value.text, checksums: checksums))
    }
    for (value, checksums) in copied.beside(own) {
      report.findings.append(
        .copiedDuplicate(key, value: value.text, own: own.checksums(with: value), copied: checksums))
    }
    guard let greatest, let greatestText, Revision(greatestText) != greatest else { return }
    report.findings.append(.misleadingOrder(key, asText: greatestText, asNumber: greatest.text))
  }
}
