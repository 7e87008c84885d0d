// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestThreads
import Testing

@Suite("A commit that is not confirmed", .ownThreads, .serialized, .enabled(if: PostgresOnServer.isTested))
struct DoubtfulCommitTests {
  /// PostgreSQL says with a warning that a commit may not have reached the standby. A role can silence it.
  @Test("is in no answer, whatever the role's messages are", arguments: ["notice", "error"])
  func cancelled(level: String) throws {
    let cluster = try PostgresCluster(standbys: 1)
    try cluster.primary.createRole("builder", settings: ["client_min_messages": level])
    try cluster.primary.run("GRANT CREATE ON DATABASE postgres TO builder")
    let target = try Target(durability: "full", "database: '\(cluster.url(user: "builder"))'")
    #expect(try target.connect().ask(Requests.getPR("v", "one")).value == "0")
    try cluster.standby.stop()
    for checksum in ["one", "two"] {
      let answer = ParallelWork(1) { _ in try target.connect().ask(Requests.getPR("v", checksum)) }
      try cluster.primary.cancelWaitingCommits()
      // Instead of an answer there is a later commit, which waits as well.
      try cluster.primary.waitForWaitingCommits()
      try cluster.standby.start()
      #expect(try answer.finish().map(\.value) == [checksum == "one" ? "0" : "1"])
      if checksum == "one" { try cluster.standby.stop() }
    }
    try target.stop()
  }

  /// So many connections a node has at most: two lanes, readers, a poller, one for looks at the servers.
  private static let mostConnections = 10

  /// A server does not notice that the connection of a commit that waits is closed: connections that are closed and made anew
  /// use up those that an administrator needs.
  @Test("keeps its connection: an outage of the standby leaves the administrator connections")
  func isParked() throws {
    let isLong = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] != nil
    let cluster = try PostgresCluster(standbys: 1)
    let server = try ServerProcess(["--lock-timeout", "500ms"], database: cluster.url())
    #expect(try server.connect().ask(Requests.getPR("v", "one")).value == "0")
    try cluster.standby.stop()
    // Minutes, or some seconds.
    let rounds = isLong ? 2400 : 60
    var most = 0
    for round in 0..<rounds {
      let replies = try ParallelWork(4) { number in
        try server.connect().ask(
          number % 2 == 0 ? Requests.getPR("v", "new\(round)-\(number)") : Requests.maxPackagePR("v"))
      }.finish()
      #expect(replies.allSatisfy { $0.value == nil }, "\(replies)")
      let sessions = try cluster.primary.run(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'headwater%'")
      most = max(most, Int(sessions[0][0]) ?? .max)
      try #require(most <= Self.mostConnections, "after \(round) rounds")
    }
    print("an outage of the standby: \(rounds) rounds of 4 requests, \(most) connections")
    try cluster.standby.start()
    // Requests that were refused are on record or not; the next content has a number of its own.
    var reply = try server.connect().ask(Requests.getPR("v", "last"))
    while reply.value == nil { reply = try server.connect().ask(Requests.getPR("v", "last")) }
    try server.stop()
    try PostgresOnServer.expectWhole(cluster)
  }
}
