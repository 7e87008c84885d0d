// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Repairs a database whose tail was lost, or whose heads do not fit its rows.
package final class Recovery: Sendable {
  private let store: Store
  private let path: String
  private let identity: String
  /// The stores whose rows are sought: the database's own, and before it that of the mark where the database was made anew.
  private let sought: [String]
  private let environment: StoreEnvironment
  /// What the database lacks, by its mark, before anything was put back.
  package let loss: StoreLoss?

  /// What became of rows that were put back.
  package struct Summary: Hashable, Sendable {
    package var added = 0
    package var known = 0
    /// Rows of the nodes above or below: those that are above come by themselves, and those below are none of this
    /// store's.
    package var others = 0
    /// Values that belong to another checksum here.
    package var conflicts: [Conflict] = []

    package init() {}
  }

  package struct Conflict: Hashable, Sendable {
    package let row: Row
    package let holder: String
  }

  /// Opens a database to be repaired. Servers may be serving it.
  package init(of path: String, in environment: StoreEnvironment = .system) throws(StoreError) {
    self.environment = environment
    var options = StoreOptions(path: path)
    options.keepsMark = false
    options.checksHeads = false
    options.allowsNetworkDisk = true
    guard try DatabaseFile(path, on: environment.files).exists() else { throw .missing(path: path) }
    store = try Store.open(options, in: environment).store
    self.path = store.path
    guard let identity = store.identity else { throw .damaged(path: path, detail: "it has no store identity") }
    self.identity = identity
    let mark = MarkFile(of: store.path, in: environment)
    loss = try mark.judge(try Self.connection(store.path, environment), store: identity).loss
    if case .otherStore(let marked, _)? = loss { sought = [marked, identity] } else { sought = [identity] }
  }

  private static func connection(
    _ path: String, _ environment: StoreEnvironment
  ) throws(StoreError) -> Connection {
    try Connection(path: path, on: environment.files, access: .readWrite, busy: .seconds(20), cache: 2 << 10)
  }

  /// Computes every head anew from the rows.
  package func rebuildHeads() async throws(StoreError) {
    try await store.writeSQLite { context throws(StoreError) in try context.rebuildHeads() }
  }

  /// Puts rows of this store back that another database has copied.
  ///
  /// - Parameters:
  ///   - rows: in the order of this store's feed, as far as it is known.
  ///   - areOfFeed: all of them stood in this store's feed; else those of other nodes may be among them.
  package func putBack(
    _ rows: [Row], areOfFeed: Bool, milliseconds: Int64, into summary: Summary
  ) async throws(StoreError) -> Summary {
    try await store.write { context throws(StoreError) in
      var summary = summary
      let level = try context.reader.note(.level).flatMap { Int($0) } ?? 0
      let provenance = Provenance(.imported, asker: "headwater recover", milliseconds: milliseconds)
      for row in rows {
        guard let value = Revision(row.value), areOfFeed && level == 0 || value.components.count == level + 1 else {
          summary.others += 1
          continue
        }
        switch try context.take(row.tuple, value, ImportRules(allowsLower: true), provenance) {
        case .added, .addedBelow, .refusedBelow: summary.added += 1
        case .known: summary.known += 1
        case .refusedDuplicate(let holder): summary.conflicts.append(Conflict(row: row, holder: holder))
        }
      }
      return summary
    }
  }

  /// Raises floors that another database has taken over from this one.
  ///
  /// - Parameter source: that database, for the story of a floor.
  /// - Returns: how many were news.
  package func putBack(_ floors: [Floor], source: String, milliseconds: Int64) async throws(StoreError) -> Int {
    try await store.write { context throws(StoreError) in
      let provenance = FloorProvenance(
        .imported, source: source, setter: "headwater recover", milliseconds: milliseconds)
      var news = 0
      for floor in floors where try context.raise(floor, provenance) { news += 1 }
      return news
    }
  }

  /// Reads the floors that a database has. A follower has all those of this store, and its own.
  ///
  /// - Parameter body: called with pages of floors, in the order in which they were raised there.
  package func readFloors(from other: String, _ body: @Sendable ([Floor]) async throws -> Void) async throws {
    let opened = try DatabaseOpening(StoreOptions(path: other, readOnly: true), in: environment).open()
    let connection = try Connection(
      path: opened.options.path, on: environment.files, access: opened.readAccess, busy: .seconds(20), cache: 2 << 10)
    guard let reader = try FloorReader(connection) else { return }
    var serial: Int64 = 0
    while true {
      let entries = try reader.entries(after: serial, limit: 4096)
      guard let last = entries.last else { return }
      try await body(entries.map(\.floor))
      serial = last.serial
    }
  }

  /// Writes a mark for the database as it is now, if the loss is acknowledged or as many rows are back as were lost.
  ///
  /// - Returns: what is still lacking.
  package func finish(acknowledges: Bool) throws(StoreError) -> StoreLoss? {
    defer { store.close() }
    let connection = try Self.connection(path, environment)
    let last = try FeedChain.lastSerial(connection)
    if !acknowledges {
      guard case .behind(let mark, _)? = loss else { return loss }
      guard last >= mark else { return .behind(mark: mark, file: last) }
    }
    var chain = FeedChain(endingAt: last)
    try chain.follow(connection)
    try MarkFile(of: path, in: environment).write(chain.mark(of: identity))
    return nil
  }

  /// Reads the rows of this store that a database has: the copy of a node below or of a mirror, or another copy of this
  /// database. Rows that have vanished above are among them.
  ///
  /// - Parameter body: called with pages of rows, in the order in which they came.
  package func readRows(
    from other: String, _ body: @Sendable ([Row]) async throws -> Void
  ) async throws {
    let opened = try DatabaseOpening(StoreOptions(path: other, readOnly: true), in: environment).open()
    let connection = try Connection(
      path: opened.options.path, on: environment.files, access: opened.readAccess, busy: .seconds(20), cache: 2 << 10)
    let isCopyOfThis = opened.identity.map(sought.contains) ?? false
    let follows = try SQLiteReadContext(connection).position(.position).map { sought.contains($0.store) } ?? false
    guard isCopyOfThis || follows else {
      throw StoreError.unfit(
        path: other,
        detail: "it has no copy of the store \(sought[0]); name a database that has followed it, or a server that has")
    }
    let copied = "origin IN ('copied', 'vanished')"
    let statement = try connection.prepare(
      """
      SELECT serial, version, pkgarch, checksum, value FROM headwater_feed
      WHERE serial > ?1 AND \(isCopyOfThis ? "NOT \(copied)" : copied) ORDER BY serial LIMIT 4096
      """)
    var last: Int64 = -1
    while true {
      let rows = try Self.page(statement, &last)
      if rows.isEmpty { return }
      try await body(rows)
    }
  }

  private static func page(_ statement: Statement, _ last: inout Int64) throws(StoreError) -> [Row] {
    statement.bind(1, last)
    defer { statement.reset() }
    var rows: [Row] = []
    while try statement.step() {
      last = statement.number(0)
      guard let version = statement.text(1), let pkgarch = statement.text(2), let checksum = statement.text(3),
        let value = statement.text(4)
      else { continue }
      rows.append(Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value))
    }
    return rows
  }
}

extension SQLiteWriteContext {
  /// Clears the heads and the number index, so that both are made anew from the rows when a package is asked for. Those of
  /// copied rows are made anew at once.
  func rebuildHeads() throws(StoreError) {
    try checkMayWrite()
    let (own, copied) = (RowTables.own, RowTables.copy)
    try snapshot.connection.execute(
      """
      DELETE FROM \(own.numbers);
      DELETE FROM \(own.contents);
      DELETE FROM \(own.heads);
      INSERT INTO \(own.heads) (version, pkgarch)
        SELECT DISTINCT version, pkgarch FROM PRMAIN WHERE value IS NOT NULL;
      INSERT OR IGNORE INTO \(copied.heads) (version, pkgarch) SELECT DISTINCT version, pkgarch FROM \(copied.rows);
      UPDATE \(copied.heads) SET greatest = NULL, rows = NULL;
      """)
    begin()
    for package in try snapshot.connection.packages(of: [copied.heads]) { try copy.rebuild(package) }
    try snapshot.connection.execute("DELETE FROM \(copied.heads) WHERE greatest IS NULL")
  }
}
