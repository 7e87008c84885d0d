// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// A database that has rows of a store: the copy of a node below or of a mirror, or another copy of the store itself.
package struct FollowerFile: Sendable {
  private let path: String
  private let sought: [String]
  private let environment: StoreEnvironment

  /// - Parameter sought: the identities of the store.
  package init(_ path: String, of sought: [String], in environment: StoreEnvironment = .system) {
    (self.path, self.sought, self.environment) = (path, sought, environment)
  }

  private func open() throws(StoreError) -> (opened: OpenedDatabase, connection: Connection) {
    let opened = try DatabaseOpening(StoreOptions(path: path, readOnly: true), in: environment).open()
    let connection = try Connection(
      path: opened.options.path, on: environment.files, access: opened.readAccess, busy: .seconds(20), cache: 2 << 10)
    return (opened, connection)
  }

  /// Reads the floors that the database has. A follower has all those of the store, and its own.
  ///
  /// - Parameter body: called with pages of floors, in the order in which they were raised there.
  package func readFloors(_ body: @Sendable ([Floor]) async throws -> Void) async throws {
    guard let reader = try FloorReader(try open().connection) else { return }
    var serial: Int64 = 0
    while true {
      let entries = try reader.entries(after: serial, limit: 4096)
      guard let last = entries.last else { return }
      try await body(entries.map(\.floor))
      serial = last.serial
    }
  }

  /// Reads the rows of the store that the database has. Rows that have vanished above are among them.
  ///
  /// - Parameter body: called with pages of rows, in the order in which they came.
  package func readRows(_ body: @Sendable ([Row]) async throws -> Void) async throws {
    let (opened, connection) = try open()
    let isCopyOfStore = opened.identity.map(sought.contains) ?? false
    let follows = try SQLiteReadContext(connection).position(.position).map { sought.contains($0.store) } ?? false
    guard isCopyOfStore || follows else {
      throw StoreError.unfit(
        path: path,
        detail: "it has no copy of the store \(sought[0]); name a database that has followed it, or a server that has")
    }
    let copied = "origin IN ('copied', 'vanished')"
    let statement = try connection.prepare(
      """
      SELECT serial, version, pkgarch, checksum, value FROM headwater_feed
      WHERE serial > ?1 AND \(isCopyOfStore ? "NOT \(copied)" : copied) ORDER BY serial LIMIT 4096
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
