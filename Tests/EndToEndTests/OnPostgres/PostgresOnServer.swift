// SPDX-License-Identifier: Apache-2.0
import TestPostgres
import Testing

/// Machines of an authority whose store is on the servers of a test.
enum PostgresOnServer {
  /// The programs have the engine, and PostgreSQL is installed.
  static var isTested: Bool {
    #if PostgreSQL
      PostgresPrograms.available
    #else
      false
    #endif
  }

  static func target(_ number: Int, _ cluster: PostgresCluster) throws -> Target {
    try Target(process: number, durability: "full", "database: '\(cluster.url())'")
  }

  /// Expects serials without gaps, no value for two contents, and a digest that is that of the rows: `move` compares it.
  static func expectWhole(_ cluster: PostgresCluster) throws {
    let feed = try cluster.primary.run(
      """
      SELECT count(*) = max(serial) AND max(serial) = (SELECT serial FROM headwater.feed_end),
        (SELECT count(*) FROM (SELECT 1 FROM headwater.feed GROUP BY package, number HAVING count(DISTINCT tuple) > 1) d)
      FROM headwater.feed
      """)
    #expect(feed == [["t", "0"]])
    let folder = try TemporaryFolder()
    try run(.headwater, ["move", cluster.url(), folder.path("moved.sqlite3")], in: folder).succeeded()
    try run(.headwater, ["audit", folder.path("moved.sqlite3")], in: folder).succeeded()
  }
}
