// SPDX-License-Identifier: Apache-2.0
import PRStore

/// The tables of a node, beside BitBake's. The reasons stand in docs/decisions/0002-tables-beside-prmain.md.
enum Schema {
  /// What this version writes. A file with a greater number is refused.
  static let version = 4

  /// BitBake's table, as its server makes it.
  static let prmain = """
    CREATE TABLE IF NOT EXISTS PRMAIN (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL, value TEXT,
      PRIMARY KEY (version, pkgarch, checksum, value))
    """

  /// One line about the file as a whole: schema, store, takeover.
  static let store = """
    CREATE TABLE headwater_store (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID
    """

  /// Every row of PRMAIN in the order in which they were committed, with what is known of its origin. An INTEGER PRIMARY
  /// KEY, so that VACUUM leaves the serial alone; it never comes back, since rows of the feed are never deleted.
  static let feed = """
    CREATE TABLE headwater_feed (
      serial INTEGER PRIMARY KEY,
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL, value TEXT NOT NULL,
      origin TEXT NOT NULL, asker TEXT, at INTEGER)
    """

  /// What makes the greatest value of a package a point read. `greatest` is NULL when a foreign process has written a
  /// row and no decision has looked since. `tied`: another checksum has the same value. `rows`: a ``PackageSize``.
  /// `below_floor`: the package has a floor above `greatest`.
  static let head = """
    CREATE TABLE headwater_head (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, greatest TEXT, holder TEXT, tied INTEGER NOT NULL DEFAULT 0,
      rows INTEGER, below_floor INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (version, pkgarch)) WITHOUT ROWID
    """

  /// The heads under the name that schema 2 had for them. A process of that version that has the file open goes on
  /// reading; its writes, which would not keep the index, fail.
  static let package = """
    CREATE VIEW headwater_package AS SELECT version, pkgarch, greatest, holder, tied FROM headwater_head
    """

  /// The rows of packages that are indexed, by number: a ``RevisionKey``, or an ``IndexMark``.
  static func numbers(named name: String) -> String {
    """
    CREATE TABLE \(name) (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, number BLOB NOT NULL, checksum TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (version, pkgarch, number, checksum)) WITHOUT ROWID
    """
  }

  /// In packages that are indexed, the rows of tuples that have several, by number.
  static func contents(named name: String) -> String {
    """
    CREATE TABLE \(name) (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL, number BLOB NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (version, pkgarch, checksum, number)) WITHOUT ROWID
    """
  }

  /// What the upstream is known to hold. Never among the own rows: copied values are no answers of this node.
  static func copy(_ tables: RowTables) -> [String] {
    [
      """
      CREATE TABLE \(tables.rows) (
        version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (version, pkgarch, checksum, value)) WITHOUT ROWID
      """
    ] + copyIndex(tables)
  }

  /// What schema 2 did not have beside the copied rows.
  static func copyIndex(_ tables: RowTables) -> [String] {
    [
      """
      CREATE TABLE \(tables.heads) (
        version TEXT NOT NULL, pkgarch TEXT NOT NULL, greatest TEXT, rows INTEGER,
        PRIMARY KEY (version, pkgarch)) WITHOUT ROWID
      """, numbers(named: tables.numbers), contents(named: tables.contents),
      """
      CREATE TABLE \(tables.shared) (
        version TEXT NOT NULL, pkgarch TEXT NOT NULL, number BLOB NOT NULL, checksum TEXT NOT NULL,
        PRIMARY KEY (version, pkgarch, number)) WITHOUT ROWID
      """,
    ]
  }

  /// The greatest value of a package that the upstream sent without its checksum. It outlives a copy. `greatest` is
  /// what schema 2 kept here: the greatest copied value, as long as ``StoreMetadata/oldHeads`` stands and the copy's head
  /// of the package is missing.
  static let bound = """
    CREATE TABLE headwater_floor (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, greatest TEXT, floor TEXT,
      PRIMARY KEY (version, pkgarch)) WITHOUT ROWID
    """

  /// What devices may have: every floor in the order in which it was raised, with where it comes from and the digest over all
  /// in front of it, and the last floor of each package.
  static let floors = [
    """
    CREATE TABLE headwater_floor_feed (
      serial INTEGER PRIMARY KEY, version TEXT NOT NULL, pkgarch TEXT NOT NULL, value TEXT NOT NULL,
      origin TEXT NOT NULL, source TEXT, setter TEXT, at INTEGER NOT NULL, digest TEXT NOT NULL)
    """,
    "CREATE INDEX headwater_floor_package ON headwater_floor_feed (version, pkgarch)",
    """
    CREATE TABLE headwater_floor_head (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (version, pkgarch)) WITHOUT ROWID
    """,
  ]

  /// Rows of the feed that leave it with the copy that is exchanged: see ``SwapProgress``.
  static let leaving = "CREATE TABLE headwater_leaving (serial INTEGER PRIMARY KEY)"

  /// Gives the rows of foreign processes a serial, in their own transaction, and queues them for the number index where
  /// the package is in it. This program's writer does that itself, with triggers switched off on its connection.
  static let foreignName = "headwater_foreign"
  static let foreignRows = """
    CREATE TRIGGER \(foreignName) AFTER INSERT ON PRMAIN WHEN new.value IS NOT NULL
    BEGIN
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin, at)
        VALUES (new.version, new.pkgarch, new.checksum, new.value, 'foreign',
          CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER));
      INSERT INTO headwater_head (version, pkgarch, rows) VALUES (new.version, new.pkgarch, 0)
        ON CONFLICT (version, pkgarch) DO UPDATE SET greatest = NULL, holder = NULL, tied = 0;
      INSERT OR IGNORE INTO headwater_number (version, pkgarch, number, checksum, value)
        SELECT new.version, new.pkgarch, CAST(x'FE' || new.value AS BLOB), new.checksum, new.value FROM headwater_head
        WHERE version = new.version AND pkgarch = new.pkgarch AND rows IN (\(PackageSize.columnsWithIndex));
    END
    """

  /// Keeps a foreign process from giving a value to a second checksum, which two servers that count up from the same
  /// number at the same moment would do.
  static let guardName = "headwater_guard"
  static let guardValues = """
    CREATE TRIGGER \(guardName) BEFORE INSERT ON PRMAIN
    WHEN EXISTS (
      SELECT 1 FROM PRMAIN WHERE version = new.version AND pkgarch = new.pkgarch AND value = new.value
        AND checksum <> new.checksum)
    BEGIN
      SELECT RAISE(ABORT, 'headwater: the value already names another checksum of the package; ask again');
    END
    """
}
