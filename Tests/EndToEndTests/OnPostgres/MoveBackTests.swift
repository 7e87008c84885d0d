// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestThreads
import Testing

/// A store on PostgreSQL is moved to a file, and something comes between the last row that was copied and the end of the store.
@Suite("A store that is moved to a file", .ownThreads, .enabled(if: PostgresOnServer.isTested))
struct MoveBackTests {
  private let cluster: PostgresCluster
  private let folder: TemporaryFolder
  private var move: [String] { ["move", cluster.url(), "pr.sqlite3"] }
  private static let taken = "the rows of "

  init() throws {
    cluster = try PostgresCluster(standbys: 1)
    folder = try TemporaryFolder()
    let server = try ServerProcess(database: cluster.url())
    for number in 0..<3 {
      #expect(try server.connect().ask(Requests.getPR("package", "content-\(number)")) == .value("\(number)"))
    }
    try server.stop()
  }

  /// Starts commands that write the store, one after another, each of which waits for a lock. They go on in the same order.
  ///
  /// - Parameter body: what happens while they wait.
  private func runBehindLock(_ commands: [[String]], _ body: () throws -> Void = {}) throws -> [ChildProcess] {
    let pause = "SELECT pg_sleep(86400)"  // the test ends it
    let holder = try cluster.primary.begin("BEGIN; SELECT FROM headwater.feed_end FOR UPDATE; \(pause)")
    try cluster.primary.waitUntil("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')")
    var running: [ChildProcess] = []
    for command in commands {
      running.append(try ChildProcess(Product.headwater.path, command, environment: [:], in: folder.path))
      try cluster.primary.waitUntil(
        "(SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock') = \(running.count)")
    }
    try body()
    try cluster.primary.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    #expect(try !holder.finish().succeeded)
    return running
  }

  private func rename(_ name: String, to other: String) throws {
    try FileManager.default.moveItem(atPath: folder.path(name), toPath: folder.path(other))
  }

  private func expectNothingLeft() throws {
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains("partial") }
    #expect(left.isEmpty, "\(left)")
  }

  private func expectNumbersGoOn() throws {
    let server = try ServerProcess(in: folder, database: "pr.sqlite3")
    #expect(try server.connect().ask(Requests.getPR("package", "content-1", history: true)) == .value("1"))
    #expect(try server.connect().ask(Requests.getPR("package", "next", history: true)) == .value("3"))
    try server.stop()
  }

  @Test("is there after the same command, when the end of the store was in doubt")
  func doubt() throws {
    let moving = try runBehindLock([move]) { try cluster.standby.stop() }
    try cluster.primary.terminateWaitingCommits()
    #expect(try moving[0].wait() == .exit(1))
    #expect(moving[0].errors.text.contains("run the command again"), "\(moving[0].errors.text)")
    try cluster.standby.start()
    let again = try run(.headwater, move, in: folder).succeeded()
    #expect(again.output.hasPrefix(Self.taken), "\(again.output)")
    try expectNumbersGoOn()
  }

  @Test("gets its name from the same command, when a run was interrupted before it had one, and no other file does")
  func interrupted() throws {
    try run(.headwater, move, in: folder).succeeded()
    let place = try cluster.primary.run("SELECT value FROM headwater.store WHERE key = 'moved to'")[0][0]
    let partial = String(try #require(place.split(separator: "/").last))
    // A run that is killed after the store has ended leaves this.
    try rename("pr.sqlite3", to: partial)
    try run(.headwater, ["move", cluster.url(), "other.sqlite3"], in: folder)
      .failed(saying: "were moved to", folder.path("pr.sqlite3"))
    // A file that has taken the place since is not overwritten.
    try run(.headwater, ["raise", "--to", "7", "v-1-r0", "a", "--database", "pr.sqlite3"], in: folder)
    try run(.headwater, move, in: folder).failed(saying: "it is there already")
    try rename("pr.sqlite3", to: "taken.sqlite3")
    let again = try run(.headwater, move, in: folder).succeeded()
    #expect(again.output.hasPrefix(Self.taken), "\(again.output)")
    try expectNumbersGoOn()
    try run(.headwater, move, in: folder).failed(saying: "were moved to")
    // What has ended takes nothing back.
    try run(.headwater, ["move", "pr.sqlite3", cluster.url()], in: folder).failed(saying: "were moved to")
    try expectNumbersGoOn()
  }

  @Test("is not made from a store with a stop mark")
  func stopped() throws {
    try cluster.primary.run("INSERT INTO headwater.store VALUES ('stop', 'behind 9 3')")
    try run(.headwater, move, in: folder).failed(saying: "lacks revisions that were answered")
    #expect(!folder.exists("pr.sqlite3"))
    try expectNothingLeft()
  }

  @Test("has the floors that were raised meanwhile, or has not moved")
  func floors() throws {
    let raise = ["raise", "--to", "7", "package", "a", "--database", cluster.url()]
    let running = try runBehindLock([raise, move])
    #expect(try running[0].wait() == .exit(0), "\(running[0].errors.text)")
    #expect(try running[1].wait() == .exit(1))
    #expect(running[1].errors.text.contains("floors or members have come"), "\(running[1].errors.text)")
    let again = try run(.headwater, move, in: folder).succeeded()
    #expect(again.output.hasPrefix("moved 3 rows and 1 floors"), "\(again.output)")
    try expectNothingLeft()
  }
}
