// SPDX-License-Identifier: Apache-2.0
import TestPostgres
import TestThreads
import Testing

@Suite("Commands on a database on PostgreSQL", .ownThreads, .enabled(if: PostgresOnServer.isTested))
struct CommandsOnPostgresTests {
  private let cluster: PostgresCluster
  private let tool: Tool

  init() throws {
    cluster = try PostgresCluster()
    tool = try Tool()
  }

  private var url: String { cluster.url() }

  @Test("look at it without making a store")
  func lookOnly() throws {
    let (file, tool) = (tool.folder.path("copy.sqlite3"), tool)
    for command in [
      ["explain", "v", "a", "--database", url], ["export", "--database", url], ["audit", url],
      ["backup", file, "--database", url], ["recover", "--acknowledge-loss", "--database", url],
      ["authority", "accept-standbys", "--database", url],
    ] {
      try tool.run(command).failed(saying: "there is no database at postgresql://")
    }
    try tool.run("raise", "--to", "7", "v-1-r0", "a", "--dry-run", "--database", url).succeeded()
    try tool.folder.write(#"{"version": "v-1-r0", "pkgarch": "a", "checksum": "c", "value": "1"}"#, to: "rows.jsonl")
    try tool.run("import", "rows.jsonl", "--dry-run", "--database", url).succeeded()
    #expect(try cluster.primary.run("SELECT to_regclass('headwater.store')") == [[""]])
  }

  @Test("raise, import, explain, export and audit as on a file, and hide a password")
  func work() throws {
    let secret = url.replacing("postgresql://postgres@", with: "postgresql://postgres:secret@")
    #expect(secret != url)
    let raised = try tool.run("raise", "--to", "7", "v-1-r0", "a", "--database", secret)
    #expect(raised.ending == .exit(0) && raised.errors.contains("it is a new database now"), "\(raised.errors)")
    #expect(!raised.errors.contains("secret"))
    let rows = (0..<3000).map { number in
      #"{"version": "p-\#(number % 1000)-r0", "pkgarch": "a", "checksum": "c\#(number)", "value": "\#(number)"}"#
    }
    try tool.folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    let imported = try tool.run("import", "rows.jsonl", "--database", url)
    #expect(imported.output.hasPrefix("added 3000 rows"), "\(imported.errors)")
    let floors = try tool.run("raise", "--like", "p-*-r0,a", "q-*-r0,a", "--database", url).succeeded()
    #expect(floors.output.hasPrefix("floors raised: 1000;"), "\(floors.output)")
    let story = try tool.run("explain", "p-1-r0", "a", "--database", url).succeeded().outputLines
    #expect(story.map { $0.prefix(4) } == ["1  c", "1001", "2001"])
    let told = try tool.run("explain", "q-1-r0", "a", "--database", url).succeeded().output
    #expect(told.hasPrefix("2001  floor"), "\(told)")
    let export = try tool.run("export", "--history", "--database", url).succeeded().outputLines
    #expect(export.count == 3000 + 1001)
    let audit = try tool.run("audit", secret).succeeded().output
    #expect(audit.hasPrefix("3000 rows of 1000 packages in headwater.feed: nothing is wrong\n"), "\(audit)")
    try tool.run("freeze", "frozen.sqlite3", "--database", secret).failed(saying: "is on PostgreSQL: freeze a file")
  }

  @Test("audit finds what was changed by hand")
  func findsChanges() throws {
    let rows = (0..<3).map { number in
      #"{"version": "p-\#(number)", "pkgarch": "a", "checksum": "c", "value": "\#(number)"}"#
    }
    try tool.folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    for (number, (change, finding)) in Self.changes.enumerated() {
      let database = "changed\(number)"
      try cluster.primary.createDatabase(database)
      let url = cluster.url(database: database)
      try tool.run("import", "rows.jsonl", "--database", url).succeeded()
      try tool.run("raise", "--to", "7", "p-1", "a", "--database", url).succeeded()
      try tool.run("audit", url).succeeded()
      try cluster.primary.run(change, database: database)
      let audit = try tool.run("audit", url)
      #expect(audit.ending == .exit(1))
      #expect(audit.output.contains(finding), "\(audit.output)\(audit.errors)")
    }
  }

  private static let changes = [
    ("UPDATE headwater.feed SET checksum = 'x' WHERE serial = 2", "the row 2 is not found by its names"),
    ("UPDATE headwater.feed SET value = '9' WHERE serial = 2", "the row 2 is not found by its value"),
    ("DELETE FROM headwater.feed WHERE serial = 2", "the rows from 2 to 2 are missing"),
    ("DELETE FROM headwater.feed WHERE serial = 3", "the rows from 3 to 3 are missing"),
    ("UPDATE headwater.feed_end SET digest = '\\x00'", "the digest of the feed is not that of its rows"),
    ("UPDATE headwater.floor SET version = 'other' WHERE serial = 1", "changed floor: the entry 1"),
    ("INSERT INTO headwater.store (key, value) VALUES ('stop', 'behind 5 3')", "the store is stopped"),
  ]

  @Test("a digest that is damaged is in no answer")
  func damagedDigest() throws {
    let target = try PostgresOnServer.target(0, cluster)
    let client = try target.connect()
    #expect(try client.ask(Requests.getPR("v", "one")).value == "0")
    try cluster.primary.run("UPDATE headwater.feed_end SET digest = '\\x00'")
    for checksum in ["one", "two"] {
      let reply = try client.ask(Requests.getPR("v", checksum))
      #expect("\(reply)".contains("is damaged"), "\(reply)")
    }
    try target.stop()
  }
}

@Suite(
  "An authority on PostgreSQL that lost its rows or its standbys", .ownThreads, .enabled(if: PostgresOnServer.isTested))
struct LostOnPostgresTests {
  private static let position = ["--position-file", "position"]

  private func serve(_ cluster: PostgresCluster, in folder: TemporaryFolder) throws -> ServerProcess {
    try ServerProcess(Self.position + ["--status", "0"], in: folder, database: cluster.url())
  }

  private func ask(_ server: ServerProcess, _ checksum: String) throws -> JSONValue {
    try server.connect().ask(Requests.getPR("v", checksum))
  }

  /// A standby that no commit waited for is promoted, as an operator does who has no other.
  @Test("stops, also after a restart, until a follower has given the rows back", arguments: [false, true])
  func recovers(isRestarted: Bool) throws {
    let cluster = try PostgresCluster(standbys: 2)
    let (primary, waited, late) = (cluster.servers[0], cluster.servers[1], cluster.servers[2])
    let folder = try TemporaryFolder()
    var server = try serve(cluster, in: folder)
    #expect(try ask(server, "c0").value == "0")
    try primary.waitUntil("(SELECT bool_and(replay_lsn >= pg_current_wal_flush_lsn()) FROM pg_stat_replication)")
    try late.stop()
    for number in 1...4 { #expect(try ask(server, "c\(number)").value == "\(number)") }
    let follower = try ServerProcess(
      ["--upstream", "\(server.address)", "--sync-every", "1s", "--read-only", "--status", "0"])
    _ = try follower.waitUntil(ready: true)
    try follower.stop()
    if isRestarted { try server.stop() }
    try primary.kill()
    try waited.kill()
    try late.start()
    try cluster.promote(late)
    try cluster.rejoin(waited)
    if isRestarted { server = try serve(cluster, in: folder) }
    let refused = try ask(server, "new")
    #expect("\(refused)".contains("lacks revisions that were answered"), "\(refused)")
    _ = try server.waitUntil(ready: false)
    let tool = try Tool()
    let copy = follower.folder.path("prserv.sqlite3")
    let recovered = try tool.run("recover", "--from", copy, "--database", cluster.url()).succeeded()
    #expect(recovered.output.hasPrefix("put 4 rows back; 1 were there"), "\(recovered.output)")
    _ = try server.waitUntil(ready: true)
    #expect(try ask(server, "new").value == "5")
    try server.stop()
    // The position is that of the recovered store.
    let next = try serve(cluster, in: folder)
    _ = try next.waitUntil(ready: true)
    #expect(try ask(next, "new").value == "5")
    try next.stop()
    try PostgresOnServer.expectWhole(cluster)
  }

  @Test("numbers on once the loss is acknowledged")
  func acknowledges() throws {
    let cluster = try PostgresCluster()
    let folder = try TemporaryFolder()
    let server = try serve(cluster, in: folder)
    #expect(try ask(server, "c0").value == "0")
    let end = try cluster.primary.run("SELECT encode(digest, 'hex') FROM headwater.feed_end")
    for number in 1...3 { #expect(try ask(server, "c\(number)").value == "\(number)") }
    try server.stop()
    try cluster.primary.run(
      """
      DELETE FROM headwater.feed WHERE serial > 1;
      UPDATE headwater.feed_end SET serial = 1, digest = decode('\(end[0][0])', 'hex')
      """)
    let again = try serve(cluster, in: folder)
    #expect("\(try ask(again, "new"))".contains("lacks revisions that were answered"))
    let tool = try Tool()
    let lacking = try tool.run("recover", "--from", "\(again.address)", "--database", cluster.url())
    #expect(lacking.errors.contains("still lacks rows"), "\(lacking.errors)")
    try tool.run("recover", "--acknowledge-loss", "--database", cluster.url()).succeeded()
    _ = try again.waitUntil(ready: true)
    #expect(try ask(again, "new").value == "1")
    try again.stop()
  }

  @Test("answers nothing without standbys, also after a restart, until that is accepted")
  func acceptsStandbys() throws {
    let cluster = try PostgresCluster(standbys: 1)
    let (folder, tool) = (try TemporaryFolder(), try Tool())
    let names = try cluster.primary.run("SHOW synchronous_standby_names")[0][0]
    let first = try serve(cluster, in: folder)
    #expect(try ask(first, "c0").value == "0")
    try tool.run("authority", "accept-standbys", "--database", cluster.url()).failed(
      saying: "there is nothing to accept")
    try cluster.primary.set("synchronous_standby_names", "")
    try first.wait { "\(try ask(first, "c0"))".contains("accept-standbys") }
    for checksum in ["c0", "c1"] {
      #expect("\(try ask(first, checksum))".contains("accept-standbys"), "commits wait for no standby")
    }
    _ = try first.waitUntil(ready: false)
    try first.stop()
    let second = try serve(cluster, in: folder)
    _ = try second.waitUntil(ready: false)
    #expect("\(try ask(second, "c1"))".contains("accept-standbys"))
    try tool.run("authority", "accept-standbys", "--database", cluster.url()).succeeded()
    _ = try second.waitUntil(ready: true)
    #expect(try ask(second, "c1").value == "1")
    // Standbys that are named again must be waited for again.
    try cluster.primary.set("synchronous_standby_names", names)
    #expect(try ask(second, "c2").value == "2")
    try cluster.primary.waitUntil("EXISTS (SELECT 1 FROM headwater.store WHERE key = 'standbys' AND value = 'named')")
    try cluster.primary.set("synchronous_standby_names", "")
    try second.wait { "\(try ask(second, "c2"))".contains("accept-standbys") }
    _ = try second.waitUntil(ready: false)
    try second.stop()
  }
}
