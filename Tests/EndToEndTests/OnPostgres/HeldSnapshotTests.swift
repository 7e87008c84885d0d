// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestThreads
import Testing

/// PostgreSQL keeps the old versions of a row as long as a session has a snapshot that may see them.
@Suite("A snapshot that is held", .ownThreads, .serialized, .enabled(if: PostgresOnServer.isTested))
struct HeldSnapshotTests {
  private static let commits = runsLongTests ? 20_000 : 1_500
  // It is ended by the test.
  private static let holding = "SELECT pg_sleep(86400)"
  // The server looks again after this time: no signal leaves it when a transaction begins.
  private static let pause = "pg_sleep(0.005)"
  private static let rows = runsLongTests ? 1_000_000 : 100_000

  @Test("by another session makes writes slower with each commit, and changes no answer")
  func byAnotherSession() throws {
    let cluster = try PostgresCluster(standbys: 1)
    let server = try ServerProcess(database: cluster.url())
    let connection = try server.connect()
    let before = try Self.ask(connection, "before", 300)
    let holder = try cluster.primary.begin(
      "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM headwater.feed; \(Self.holding)")
    try cluster.primary.waitUntil("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')")
    let first = try Self.ask(connection, "held", 300)
    let middle = try Self.ask(connection, "more", Self.commits - 600)
    let last = try Self.ask(connection, "last", 300)
    let known = try Self.median(
      (0..<300).map { _ in try measured { try connection.ask(Requests.getPR("held", "299")) }.1 })
    #expect(try cluster.primary.run("SELECT count(*) FROM headwater.feed") == [["\(300 + Self.commits)"]])
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%\(Self.holding)' AND pid <> "
    try cluster.primary.run("\(ended) pg_backend_pid()")
    #expect(try !holder.finish().succeeded)
    try cluster.primary.run("VACUUM headwater.feed_end")
    let after = try Self.ask(connection, "after", 300)
    print(
      """
      \(Self.commits) commits under a snapshot that another session holds: a new row takes \(before) before, \(first) with the first, \
      \(middle) in the middle, \(last) with the last of them; a known one \(known) then; a new one \(after) after a vacuum
      """)
    try server.stop()
    try PostgresOnServer.expectWhole(cluster)
  }

  /// Asks for new rows of a package, one after another, each of which is a commit.
  ///
  /// - Returns: the median of the times that they took.
  private static func ask(_ connection: RawConnection, _ package: String, _ count: Int) throws -> Duration {
    try median(
      (0..<count).map { number in
        let (answer, time) = try measured { try connection.ask(Requests.getPR(package, "\(number)")) }
        #expect(answer == .value("\(number)"))
        return time
      })
  }

  private static func median(_ times: [Duration]) -> Duration { times.sorted()[times.count / 2] }

  @Test("by an export is short, however many rows it has", arguments: [true, false])
  func byExport(history: Bool) throws {
    let cluster = try PostgresCluster()
    let server = try ServerProcess(database: cluster.url())
    try cluster.primary.run(Self.fill)
    try cluster.primary.run("CREATE TABLE watch (oldest float8, looks int); CREATE TABLE done ()")
    let watch = try cluster.primary.begin(Self.watch)
    try cluster.primary.waitUntil(
      "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'DO %watch%' AND pid <> pg_backend_pid())")
    let options = ["export", "--server", "\(server.address)", "-o", "rows.jsonl"] + (history ? ["--history"] : [])
    let (outcome, time) = try measured { try run(.headwater, options, in: server.folder) }
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    #expect(try server.folder.read("rows.jsonl").utf8.count { $0 == UInt8(ascii: "\n") } == Self.rows)
    try cluster.primary.run("INSERT INTO done DEFAULT VALUES")
    #expect(try watch.finish().succeeded)
    let found = try cluster.primary.run("SELECT oldest, looks FROM watch")[0]
    let oldest = try #require(Double(found[0]))
    print("\(Self.rows) rows were exported in \(time); of \(found[1]) looks the oldest transaction had \(oldest) s")
    #expect(oldest > 0, "none was seen")
    // A transaction for all of it would be as old as the export.
    #expect(oldest < (runsLongTests ? 1 : time / .seconds(2)))
    try server.stop()
  }

  /// Rows as the store has them, each with a package of its own, so that an export without history has all of them. The digest is
  /// none that they have: nothing here compares it.
  private static let fill = """
    INSERT INTO headwater.feed (serial, version, pkgarch, checksum, value, package, tuple, number, origin)
    SELECT i, 'v' || i, 'p', 'c', '0', sha256(name), sha256(name || int4send(1) || 'c'::bytea), int8send(0), 'first'
    FROM generate_series(1, \(rows)) i, LATERAL (SELECT
      int4send(length('v' || i)) || ('v' || i)::bytea || int4send(1) || 'p'::bytea) n(name);
    UPDATE headwater.feed_end SET serial = \(rows)
    """

  /// Looks from the side until there is a row in `done`.
  private static let watch = """
    DO $$ DECLARE oldest float8 := 0; looks int := 0; BEGIN
      WHILE NOT EXISTS (SELECT FROM done) LOOP
        PERFORM pg_stat_clear_snapshot(), \(pause);
        oldest := greatest(oldest, (SELECT max(extract(epoch FROM clock_timestamp() - xact_start))::float8
          FROM pg_stat_activity WHERE application_name LIKE 'headwater%'));
        looks := looks + 1;
      END LOOP;
      INSERT INTO watch VALUES (oldest, looks);
    END $$
    """
}
