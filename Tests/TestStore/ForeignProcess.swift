// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import PRRevision

/// Another program on the same file, such as BitBake's own server: plain SQL on a connection of its own.
package final class ForeignProcess: Sendable {
  private let queue: DatabaseQueue

  package init(_ path: String) throws {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    configuration.busyMode = .timeout(600)
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// A file as BitBake's server leaves it.
  package static func bitbake(_ path: String, _ rows: [PRRevision.Row] = []) throws -> ForeignProcess {
    let process = try ForeignProcess(path)
    try process.run("PRAGMA journal_mode = WAL")
    try process.run(
      """
      CREATE TABLE IF NOT EXISTS PRMAIN (version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL,
        value TEXT, PRIMARY KEY (version, pkgarch, checksum, value))
      """)
    try process.insert(rows)
    return process
  }

  /// Adds a table as BitBake 2.8 and older leave it.
  package func makeOldTable(_ name: String, _ rows: [(tuple: TupleKey, value: Int)]) throws {
    try run(
      """
      CREATE TABLE \(name) (version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL, value INTEGER,
        PRIMARY KEY (version, pkgarch, checksum))
      """)
    for row in rows {
      let names = [row.tuple.package.version, row.tuple.package.pkgarch, row.tuple.checksum]
      try run("INSERT INTO \(name) VALUES (?, ?, ?, ?)", StatementArguments(names) + [row.value])
    }
  }

  package func insert(_ rows: [PRRevision.Row]) throws {
    for row in rows { try insert(row.tuple, row.value) }
  }

  /// Writes a row as BitBake's server does.
  package func insert(_ tuple: TupleKey, _ value: String?) throws {
    // As bytes: GRDB ends a text at its first NUL.
    let text = "CAST(? AS TEXT)"
    let names = [tuple.package.version, tuple.package.pkgarch, tuple.checksum].map { Data($0.utf8) }
    try run(
      "INSERT INTO PRMAIN VALUES (\(text), \(text), \(text), ?)", StatementArguments(names) + [value])
  }

  package func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try queue.writeWithoutTransaction { try $0.execute(sql: sql, arguments: arguments) }
  }

  /// The rows of a query, each as the texts of its columns; NULL is nil.
  package func ask(_ sql: String, _ arguments: StatementArguments = []) throws -> [[String?]] {
    try queue.writeWithoutTransaction { database in
      try GRDB.Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
        row.databaseValues.map { String.fromDatabaseValue($0) ?? Int64.fromDatabaseValue($0).map(String.init) }
      }
    }
  }

  /// Makes of this program's tables those of an earlier schema. Rows stay; the copy of schema 1 is gone.
  package func makeSchema(_ version: Int) throws {
    try run(
      """
      DROP TABLE headwater_floor_feed;
      DROP TABLE headwater_floor_head;
      ALTER TABLE headwater_head DROP COLUMN below_floor;
      UPDATE headwater_store SET value = '3' WHERE key = 'schema'
      """)
    guard version < 3 else { return }
    try run(
      """
      DROP TRIGGER headwater_foreign;
      DROP VIEW headwater_package;
      DROP TABLE headwater_number;
      DROP TABLE headwater_content;
      DROP TABLE headwater_leaving;
      CREATE TABLE headwater_package (
        version TEXT NOT NULL, pkgarch TEXT NOT NULL, greatest TEXT, holder TEXT, tied INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (version, pkgarch)) WITHOUT ROWID;
      INSERT INTO headwater_package SELECT version, pkgarch, greatest, holder, tied FROM headwater_head;
      DROP TABLE headwater_head;
      CREATE TABLE headwater_above (
        version TEXT NOT NULL, pkgarch TEXT NOT NULL, greatest TEXT, floor TEXT,
        PRIMARY KEY (version, pkgarch)) WITHOUT ROWID;
      INSERT INTO headwater_above (version, pkgarch, floor) SELECT version, pkgarch, floor FROM headwater_floor;
      INSERT INTO headwater_above (version, pkgarch, greatest)
        SELECT version, pkgarch, greatest FROM headwater_copy_head WHERE true
        ON CONFLICT (version, pkgarch) DO UPDATE SET greatest = excluded.greatest;
      DROP TABLE headwater_floor;
      DROP TABLE headwater_copy_head;
      DROP TABLE headwater_copy_number;
      DROP TABLE headwater_copy_content;
      DROP TABLE headwater_copy_shared;
      CREATE TRIGGER headwater_foreign AFTER INSERT ON PRMAIN WHEN new.value IS NOT NULL
      BEGIN
        INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin, at)
          VALUES (new.version, new.pkgarch, new.checksum, new.value, 'foreign', 1);
        INSERT INTO headwater_package (version, pkgarch) VALUES (new.version, new.pkgarch)
          ON CONFLICT (version, pkgarch) DO UPDATE SET greatest = NULL, holder = NULL, tied = 0;
      END;
      UPDATE headwater_store SET value = '\(version)' WHERE key = 'schema'
      """)
    if version < 2 { try run("DROP TABLE headwater_copy; DROP TABLE headwater_above") }
  }

  /// The rows of PRMAIN that have a value.
  package func rows() throws -> [PRRevision.Row] {
    try ask("SELECT version, pkgarch, checksum, value FROM PRMAIN WHERE value IS NOT NULL ORDER BY rowid").map { row in
      PRRevision.Row(
        tuple: TupleKey(version: row[0] ?? "", pkgarch: row[1] ?? "", checksum: row[2] ?? ""), value: row[3] ?? "")
    }
  }

  package func close() throws { try queue.close() }
}

/// What the feed tells of a row.
package struct FeedLine: Hashable, Sendable {
  package let serial: Int64
  package let row: PRRevision.Row
  package let origin: String
}

extension ForeignProcess {
  package func feed() throws -> [FeedLine] {
    try ask("SELECT serial, version, pkgarch, checksum, value, origin FROM headwater_feed ORDER BY serial").map {
      line in
      FeedLine(
        serial: line[0].flatMap { Int64($0) } ?? -1,
        row: PRRevision.Row(
          tuple: TupleKey(version: line[1] ?? "", pkgarch: line[2] ?? "", checksum: line[3] ?? ""),
          value: line[4] ?? ""),
        origin: line[5] ?? "")
    }
  }

  /// Begins a transaction that keeps others from writing.
  package func lock() throws { try run("BEGIN IMMEDIATE") }
  /// Lets go of what ``lock()`` took.
  package func unlock() throws { try run("COMMIT") }
}
