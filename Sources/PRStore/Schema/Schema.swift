// SPDX-License-Identifier: Apache-2.0

/// The tables of a node, beside BitBake's. The reasons stand in docs/decisions/0002-tables-beside-prmain.md.
enum Schema {
  /// What this version writes. A file with a greater number is refused.
  static let version = 2

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
  /// row and nobody has looked since. `tied`: another checksum has the same value.
  static let package = """
    CREATE TABLE headwater_package (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, greatest TEXT, holder TEXT, tied INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (version, pkgarch)) WITHOUT ROWID
    """

  /// What the upstream is known to hold. Never among the own rows: copied values are no answers of this node.
  static let copy = copy(named: "headwater_copy")

  /// A fresh copy is made under another name until it is whole.
  static func copy(named name: String) -> String {
    """
    CREATE TABLE \(name) (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (version, pkgarch, checksum, value)) WITHOUT ROWID
    """
  }

  /// What makes the greatest value that the upstream has for a package a point read: `greatest` is that of the copied
  /// rows, `floor` one that was told without its checksum. Either may be NULL.
  static let above = """
    CREATE TABLE headwater_above (
      version TEXT NOT NULL, pkgarch TEXT NOT NULL, greatest TEXT, floor TEXT,
      PRIMARY KEY (version, pkgarch)) WITHOUT ROWID
    """

  /// Gives the rows of foreign processes a serial, in their own transaction. This program's writer does that itself, with
  /// triggers switched off on its connection.
  static let foreignRows = """
    CREATE TRIGGER headwater_foreign AFTER INSERT ON PRMAIN WHEN new.value IS NOT NULL
    BEGIN
      INSERT INTO headwater_feed (version, pkgarch, checksum, value, origin, at)
        VALUES (new.version, new.pkgarch, new.checksum, new.value, 'foreign',
          CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER));
      INSERT INTO headwater_package (version, pkgarch) VALUES (new.version, new.pkgarch)
        ON CONFLICT (version, pkgarch) DO UPDATE SET greatest = NULL, holder = NULL, tied = 0;
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
