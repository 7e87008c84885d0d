// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension SQLiteReadContext {
  package func feedIdentity() throws(StoreError) -> String {
    guard try connection.hasTable("headwater_feed") else {
      throw .engine(
        path: connection.path, detail: "its rows have no serials, since only BitBake's server has written it")
    }
    return try SchemaPreparation.identity(connection)
  }

  package func newestSerial() throws(StoreError) -> Int64 {
    try connection.hasTable("headwater_feed") ? lastSerial() : 0
  }

  /// The serial of the last row; 0 in an empty feed.
  func lastSerial() throws(StoreError) -> Int64 {
    try connection.number("SELECT max(serial) FROM headwater_feed") ?? 0
  }

  package func readFeed(
    after start: Int64, to end: Int64, _ body: (Int64, Row?) -> Bool
  ) throws(StoreError) -> Bool {
    let statement = try connection.prepare(
      """
      SELECT serial, version, pkgarch, checksum, value, NOT (\(try feedRows())) FROM headwater_feed
      WHERE serial > ?1 AND serial <= ?2 ORDER BY serial
      """)
    statement.bind(1, start)
    statement.bind(2, end)
    while try statement.step() {
      guard body(statement.number(0), statement.feedRow) else { return false }
    }
    return true
  }

  /// What is true of the rows that have not left the feed.
  func feedRows() throws(StoreError) -> String {
    // A correlated look: one descent a row, where `NOT IN` would read all of the table first.
    let isLeaving = "EXISTS (SELECT 1 FROM headwater_leaving AS l WHERE l.serial = headwater_feed.serial)"
    return try hidesLeavingRows() ? "origin <> 'vanished' AND NOT \(isLeaving)" : "origin <> 'vanished'"
  }
}

extension Statement {
  /// The row of the feed that has not left it. Another program may have written one that no follower could take: it is no
  /// part of the feed.
  fileprivate var feedRow: Row? {
    guard number(5) == 0, let version = text(1), let pkgarch = text(2), let checksum = text(3), let value = text(4)
    else { return nil }
    let row = Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value)
    return row.isWithinLimits ? row : nil
  }
}
