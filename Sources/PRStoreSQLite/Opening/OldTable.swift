// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// A table of BitBake 2.8 and older beside this program's. That server reads and writes nothing else, so when it has
/// served the file again the table has rows that `PRMAIN` lacks.
struct OldTable {
  let name: String
  private let connection: Connection

  static let names = ["PRMAIN_nohist", "PRMAIN_hist"]

  init(_ name: String, _ connection: Connection) {
    self.name = name
    self.connection = connection
  }

  /// Its rows that `PRMAIN` does not have.
  var lackingRows: String {
    """
    FROM \(name) AS old
    WHERE version IS NOT NULL AND pkgarch IS NOT NULL AND checksum IS NOT NULL AND value IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM PRMAIN AS own WHERE own.version = old.version AND own.pkgarch = old.pkgarch
          AND own.checksum = old.checksum AND own.value = CAST(old.value AS TEXT))
    """
  }

  var isTakenOver: Bool {
    get throws(StoreError) {
      try connection.text("SELECT value FROM headwater_store WHERE key = 'taken over: \(name)'") != nil
    }
  }

  /// Whether rows lack that were not looked at before. What is refused once stays in the table.
  var hasNews: Bool {
    get throws(StoreError) {
      let known = try connection.text("SELECT value FROM headwater_store WHERE key = 'left in: \(name)'")
      return try fingerprint != known ?? Self.nothing
    }
  }

  /// Takes over the rows that lack, by the rules of an import: a value that belongs to another checksum is refused.
  func takeOverNews(_ context: SQLiteWriteContext, into report: inout OpeningReport) throws(StoreError) {
    let rows = try connection.prepare(
      """
      SELECT version, pkgarch, checksum, CAST(value AS TEXT) \(lackingRows)
      ORDER BY version, pkgarch, CAST(value AS INTEGER), old.rowid
      """)
    var lacking: [(TupleKey, Revision)] = []
    while try rows.step() {
      guard let version = rows.text(0), let pkgarch = rows.text(1), let checksum = rows.text(2),
        let value = rows.text(3).flatMap({ Revision($0) })
      else { continue }
      lacking.append((TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value))
    }
    let provenance = Provenance(.takenOver, asker: nil, milliseconds: nil)
    for (tuple, value) in lacking {
      switch try context.take(tuple, value, ImportRules(allowsLower: true), provenance) {
      case .added, .addedBelow: report.takenOver[name, default: 0] += 1
      case .refusedDuplicate(let holder):
        report.refusedOldRows.append(OpeningReport.RefusedRow(tuple: tuple, value: value.text, holder: holder))
      case .known, .refusedBelow: break
      }
    }
    let note = try connection.prepare("INSERT OR REPLACE INTO headwater_store (key, value) VALUES (?1, ?2)")
    note.bind(1, "left in: \(name)")
    note.bind(2, try fingerprint)
    try note.run()
  }

  private static let nothing = "0 0 0"

  /// What tells the rows that lack from others that may lack another time.
  private var fingerprint: String {
    get throws(StoreError) {
      try connection.text(
        "SELECT printf('%d %.0f %.0f', count(*), total(old.rowid), total(old.value)) \(lackingRows)") ?? Self.nothing
    }
  }
}
