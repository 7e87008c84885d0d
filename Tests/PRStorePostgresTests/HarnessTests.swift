// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestProcesses
import TestThreads
import Testing

/// The servers that other tests stand on do what these tests take for granted.
@Suite("The harness for PostgreSQL", .ownThreads, .enabled(if: PostgresPrograms.available))
struct HarnessTests {
  private static func waitForCopy(of rows: Int, on server: PostgresServer) throws {
    try server.waitUntil("(SELECT count(*) FROM t) = \(rows)")
  }

  @Test("a server alone takes commits, and is gone with its cluster")
  func alone() throws {
    var cluster: PostgresCluster? = try PostgresCluster()
    let server = try #require(cluster?.primary)
    try server.run("CREATE TABLE t (i int, s text); INSERT INTO t VALUES (1, 'a\nb'), (2, NULL)")
    #expect(try server.run("SELECT * FROM t ORDER BY i") == [["1", "a\nb"], ["2", ""]])
    #expect(try server.run("SELECT * FROM t WHERE i = 3") == [])
    #expect(try server.run("SHOW listen_addresses") == [[""]])
    let pid = try server.pid
    cluster = nil
    #expect(!server.isRunning && kill(pid, 0) != 0)
  }

  @Test("a commit is on the standby, and stays when the primary is killed", arguments: [1, 2])
  func failover(standbys: Int) throws {
    let cluster = try PostgresCluster(standbys: standbys)
    let (a, b) = (cluster.primary, cluster.standby)
    try a.run("CREATE TABLE t (i int); INSERT INTO t VALUES (1)")
    let states = try a.run("SELECT application_name, sync_state FROM pg_stat_replication ORDER BY 1")
    #expect(states == Array([["b", "sync"], ["c", "potential"]].prefix(standbys)))
    try a.kill()
    #expect(try b.run("SELECT pg_is_in_recovery()") == [["t"]])
    try cluster.promote(b)
    #expect(cluster.primary === b)
    #expect(try b.run("SELECT i FROM t") == [["1"]])
    let waiting = try b.begin("INSERT INTO t VALUES (2)")
    try b.waitForWaitingCommits()
    try cluster.rejoin(a)
    #expect(try waiting.finish().messages == "")
    try Self.waitForCopy(of: 2, on: a)
  }

  @Test("a commit whose wait is cancelled succeeds with a warning, and is lost with its server")
  func cancelled() throws {
    let cluster = try PostgresCluster(standbys: 1)
    let (a, b) = (cluster.primary, cluster.standby)
    try a.run("CREATE TABLE t (i int)")
    try b.stop()
    let statement = try a.begin("INSERT INTO t VALUES (1)")
    try a.cancelWaitingCommits()
    let outcome = try statement.finish()
    #expect(outcome.succeeded && outcome.messages.hasPrefix("WARNING:  01000: canceling wait for synchronous"))
    #expect(try a.run("SELECT i FROM t") == [["1"]])
    try a.kill()
    try b.start()
    try cluster.promote()
    #expect(try b.run("SELECT i FROM t") == [])
    try cluster.rejoin(a, by: .rewind)
    try Self.waitForCopy(of: 0, on: a)
  }

  @Test("a commit whose session is terminated may be on record, and its client cannot say")
  func terminated() throws {
    let cluster = try PostgresCluster(standbys: 1)
    try cluster.primary.run("CREATE TABLE t (i int)")
    try cluster.standby.pause()
    let statement = try cluster.primary.begin("INSERT INTO t VALUES (1)")
    try cluster.primary.terminateWaitingCommits()
    let outcome = try statement.finish()
    #expect(outcome.messages.contains("57P01"))
    #expect(try cluster.primary.run("SELECT i FROM t") == [["1"]])
    try cluster.standby.resume()
    try Self.waitForCopy(of: 1, on: cluster.standby)
  }

  @Test("a stopped machine answers after it goes on")
  func paused() throws {
    let cluster = try PostgresCluster()
    let server = cluster.primary
    let session = try server.begin("SELECT pg_sleep(3600)")  // it is killed
    let sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%3600%'"
    try server.waitUntil("EXISTS (SELECT \(sleeping))")
    let pids = try server.run("SELECT pid \(sleeping)").compactMap { pid_t($0[0]) }
    try server.pause()
    #expect(try (pids + [server.pid]).map(Self.state) == ["T", "T"])
    let statement = try server.begin("SELECT 1")
    try server.resume()
    #expect(try statement.finish().rows == [["1"]])
    try server.kill()
    #expect(try !session.finish().succeeded)
  }

  /// The state of a process, as the kernel writes it.
  private static func state(of pid: pid_t) throws -> String {
    let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    return text.split(separator: ")").last.map { String($0.prefix(2).suffix(1)) } ?? ""
  }

  @Test("primary and standby change their parts, twice")
  func switchover() throws {
    let cluster = try PostgresCluster(standbys: 1)
    try cluster.primary.run("CREATE TABLE t (i int)")
    for number in 1...2 {
      try cluster.switchOver()
      try cluster.primary.run("INSERT INTO t VALUES (\(number))")
      try Self.waitForCopy(of: number, on: cluster.standby)
    }
    #expect(cluster.primary.name == "a")
  }

  @Test("a server that ended without a checkpoint recovers")
  func recovery() throws {
    let cluster = try PostgresCluster()
    let server = cluster.primary
    try server.run("CREATE TABLE t (i int)")
    try server.stop(.immediate)
    try server.start()
    try server.waitForLog("automatic recovery in progress")
    #expect(try server.run("SELECT * FROM t") == [])
  }

  @Test("databases, roles and their settings are made, and a password is asked for")
  func roles() throws {
    let cluster = try PostgresCluster()
    let server = cluster.primary
    try server.createDatabase("latin", encoding: "LATIN1")
    #expect(try server.run("SHOW server_encoding", database: "latin") == [["LATIN1"]])
    try server.createRole("quiet", settings: ["client_min_messages": "error"])
    #expect(try server.begin("SHOW client_min_messages", user: "quiet").finish().rows == [["error"]])
    try server.createRole("secret", password: "x")
    #expect(try server.begin("SELECT 1", user: "secret").finish().messages.contains("no password supplied"))
    #expect(try server.begin("SELECT 1", user: "secret:x").finish().rows == [["1"]])
    try server.set("work_mem", "5MB")
    #expect(try server.run("SHOW work_mem") == [["5MB"]])
    #expect(try server.run("SHOW work_mem", settings: ["work_mem": "6MB"]) == [["6MB"]])
  }

  @Test("an address with all servers leads to the primary")
  func address() throws {
    let cluster = try PostgresCluster(standbys: 1)
    try cluster.primary.kill()
    try cluster.promote()
    let url = cluster.url(["target_session_attrs": "read-write"])
    #expect(url.contains("port=5432,5433&target_session_attrs=read-write"))
    #expect(try cluster.begin("SHOW port", at: url).finish().rows == [["5433"]])
  }
}
