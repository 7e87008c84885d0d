// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRStore

/// A database whose rows move to another store. No other process has it open meanwhile.
///
/// The file is marked in two steps: `moving` before the other store is committed, `moved` after it. A server refuses the file from
/// the first step on, and `headwater move` finishes what a crash has interrupted.
package final class MovingFile {
  package let identity: String
  /// Where the rows are on their way to; nil in a file that serves.
  package private(set) var target: String?
  private let connection: Connection
  private let entriesBehind: Statement
  private let floors: FloorReader?

  static let movingKey = "moving to"
  static let movedKey = "moved to"
  /// No earlier version opens the file.
  private static let closedSchema = "1000"

  /// Brings the file to the schema of this version, and takes it from all other processes.
  package init(_ path: String, in environment: StoreEnvironment = .system) throws(StoreError) {
    let file = DatabaseFile(path, on: environment.files)
    guard try !file.isNew() else { throw .missing(path: path) }
    do throws(StoreError) {
      let (store, _) = try Store.open(StoreOptions(path: path, lockTimeout: .seconds(1)), in: environment)
      store.close()
    } catch .movedAway {
      // An earlier run got as far as that.
    }
    connection = try Connection(
      path: path, on: environment.files, access: .readWrite, busy: .seconds(1), cache: 8192)
    // Fails while any process has the file open, one that only reads among them.
    guard try connection.text("PRAGMA journal_mode = DELETE") == "delete" else { throw .locked(path: path, seconds: 1) }
    try connection.execute("PRAGMA synchronous = FULL; BEGIN EXCLUSIVE")
    identity = try SchemaPreparation.identity(connection)
    target = try Self.target(connection)
    guard try connection.number("SELECT 1 FROM headwater_store WHERE key = '\(Self.movedKey)'") == nil else {
      throw .movedAway(path: path)
    }
    entriesBehind = try connection.prepare(
      """
      SELECT serial, version, pkgarch, checksum, value, origin, asker, at FROM headwater_feed
      WHERE serial > ?1 ORDER BY serial LIMIT ?2
      """)
    floors = try FloorReader(connection)
  }

  private static func target(_ connection: Connection) throws(StoreError) -> String? {
    try connection.text("SELECT value FROM headwater_store WHERE key = '\(movingKey)'")
  }

  /// Refuses a file whose rows are on their way, or have left.
  static func refuseMoved(_ connection: Connection) throws(StoreError) {
    let keys = "'\(movingKey)', '\(movedKey)'"
    guard try connection.number("SELECT 1 FROM headwater_store WHERE key IN (\(keys))") == nil else {
      throw .movedAway(path: connection.path)
    }
  }

  // MARK: What is in it

  package var rowCount: Int64 {
    get throws(StoreError) { try connection.number("SELECT max(serial) FROM headwater_feed") ?? 0 }
  }

  /// What keeps the rows from moving, in words; empty where nothing does.
  package func obstacles() throws(StoreError) -> [String] {
    var obstacles: [String] = []
    let copied =
      try connection.number(
        "SELECT count(*) FROM headwater_feed WHERE origin IN ('copied', 'vanished')") ?? 0
    if copied > 0 {
      obstacles.append(
        "\(copied) rows are copied from an upstream; an authority has none: move the upstream's database")
    }
    let feed = try connection.number("SELECT count(*) FROM headwater_feed") ?? 0
    let last = try rowCount
    if feed != last { obstacles.append("its feed has gaps: \(feed) rows up to number \(last)") }
    let statement = try connection.prepare(
      "SELECT serial, version, pkgarch, checksum, value FROM headwater_feed ORDER BY serial")
    while try statement.step(), obstacles.count < 20 {
      let names = (1...3).map { statement.text($0) ?? "" }
      if names.contains(where: { $0.utf8.contains(0) }) {
        obstacles.append("row \(statement.number(0)): a name has a byte 0, which PostgreSQL does not store")
      }
      if Revision(statement.text(4) ?? "") == nil {
        obstacles.append("row \(statement.number(0)): its value '\(statement.text(4) ?? "")' is no revision")
      }
    }
    return obstacles
  }

  package func entries(after serial: Int64, limit: Int) throws(StoreError) -> [FeedEntry] {
    entriesBehind.bind(1, serial)
    entriesBehind.bind(2, Int64(clamping: limit))
    defer { entriesBehind.reset() }
    var entries: [FeedEntry] = []
    while try entriesBehind.step() {
      let statement = entriesBehind
      let provenance = Provenance(
        Provenance.Origin(rawValue: statement.text(5) ?? "") ?? .takenOver, asker: statement.text(6),
        milliseconds: statement.isNull(7) ? nil : statement.number(7))
      entries.append(
        FeedEntry(
          package: PackageKey(version: statement.text(1) ?? "", pkgarch: statement.text(2) ?? ""),
          story: RowHistory(
            serial: statement.number(0), checksum: statement.text(3) ?? "", value: statement.text(4) ?? "",
            provenance: provenance)))
    }
    return entries
  }

  package func floors(after serial: Int64, limit: Int) throws(StoreError) -> [FloorEntry] {
    try floors?.entries(after: serial, limit: limit) ?? []
  }

  package func register() throws(StoreError) -> Register? { try SQLiteReadContext(connection).register() }

  // MARK: The steps

  /// Marks the file, so that no server opens it, and keeps BitBake's own from numbering in it.
  package func markMoving(to target: String) throws(StoreError) {
    if self.target == nil {
      // A view of that name is a table to BitBake's server, which cannot write it.
      try connection.execute(
        """
        DROP TRIGGER IF EXISTS \(Schema.foreignName);
        DROP TRIGGER IF EXISTS \(Schema.guardName);
        ALTER TABLE PRMAIN RENAME TO headwater_moved_rows;
        CREATE VIEW PRMAIN AS SELECT version, pkgarch, checksum, value FROM headwater_moved_rows;
        UPDATE headwater_store SET value = '\(Self.closedSchema)' WHERE key = 'schema'
        """)
    }
    try keep(Self.movingKey, target)
    try connection.execute("COMMIT; BEGIN EXCLUSIVE")
    self.target = target
  }

  package func markMoved(to target: String) throws(StoreError) {
    try keep(Self.movedKey, target)
    try connection.execute("COMMIT")
  }

  private func keep(_ key: String, _ value: String) throws(StoreError) {
    let statement = try connection.prepare("INSERT OR REPLACE INTO headwater_store (key, value) VALUES (?1, ?2)")
    statement.bind(1, key)
    statement.bind(2, value)
    try statement.run()
  }
}
