// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite

/// A database with one package of many rows, one with a checksum of many values, and copies of as many rows. It is made
/// by SQL, as BitBake's server would leave it, since that is fast.
package struct LargeDatabase: Sendable {
  package let path: String
  /// How many rows the large package has.
  package let rows: Int
  /// How many values the checksum has.
  package let values: Int

  package static let large = PackageKey(version: "large-1-r0", pkgarch: "core2-64")
  /// Its checksums take turns: each has many values.
  package static let flipping = PackageKey(version: "flipping-1-r0", pkgarch: "core2-64")
  package static let flip = TupleKey(package: flipping, checksum: "a")

  package static func tuple(_ number: Int) -> TupleKey { TupleKey(package: large, checksum: name(number)) }

  private static func name(_ number: Int) -> String { "c\(1_000_000 + number)" }

  package init(_ path: String, rows: Int, values: Int) throws {
    self.path = path
    self.rows = rows
    self.values = values
    let process = try ForeignProcess.bitbake(path)
    try process.run(
      """
      INSERT INTO PRMAIN
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < \(rows))
        SELECT 'large-1-r0', 'core2-64', 'c' || (1000000 + i), CAST(i AS TEXT) FROM n;
      INSERT INTO PRMAIN
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < \(2 * values))
        SELECT 'flipping-1-r0', 'core2-64', CASE WHEN i % 2 THEN 'b' ELSE 'a' END, CAST(i AS TEXT) FROM n
      """)
    try process.close()
  }

  /// Copies rows as an upstream with the same packages would have told them.
  package func fillCopy(of store: Store) async throws {
    for start in stride(from: 0, to: rows, by: 1000) {
      let page = (start..<min(start + 1000, rows)).map { Row(tuple: Self.tuple($0), value: "\($0).1") }
      _ = try await store.copy(page, milliseconds: 1)
    }
    for start in stride(from: 0, to: values, by: 1000) {
      let page = (start..<min(start + 1000, values)).map { Row(tuple: Self.flip, value: "\($0).1") }
      _ = try await store.copy(page, milliseconds: 1)
    }
  }

  /// Makes decisions on both packages, so that they are indexed.
  package func settle(_ store: Store) async throws {
    for package in [Self.large, Self.flipping] {
      try await store.count(TupleKey(package: package, checksum: "settles"))
    }
  }
}
