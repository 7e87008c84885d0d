// SPDX-License-Identifier: Apache-2.0
import TestPostgres
import TestThreads
import Testing

/// An authority changes its engine: to PostgreSQL, and back to a file.
@Suite("Below an authority that is moved", .ownThreads, .enabled(if: PostgresOnServer.isTested))
struct MovedAuthorityTests {
  enum Below: String, CaseIterable, Sendable {
    case site, mirror
    var options: [String] { self == .mirror ? ["--read-only"] : [] }
  }

  @Test("a copy goes on where it was, and none is made anew", arguments: Below.allCases)
  func goesOn(below: Below) throws {
    let cluster = try PostgresCluster()
    let hub = try Hub()
    _ = try hub.server.connect().askAll((0..<3000).map { Requests.getPR("package-\($0 / 10)", "content-\($0)") })
    var follower = try Follower(below: hub.address, with: below.options)
    try follower.feed.wait { $0.count == 3000 }
    for (step, database) in [cluster.url(), "back.sqlite3", cluster.url(database: "again")].enumerated() {
      if step == 2 { try cluster.primary.createDatabase("again") }
      try move(hub, to: database)
      // Numbers go on, and known contents have theirs.
      let known = try hub.server.connect().ask(Requests.testPR("package-0", "content-7", history: true))
      #expect(known == .value("7"))
      #expect(try hub.getPR("package-0", "after-\(step)") == "\(10 + step)")
      try follower.feed.wait(for: "after-\(step)")
      #expect(follower.feed.rows.count == 3001 + step && follower.feed.resets == 0)
    }
    #expect(follower.feed.set == (try hub.server.feed().set))
    #expect(follower.logs(Follower.reset) == 0 && follower.logs(Follower.swapped) == 0, "\(follower.server.log)")
    try follower.server.stop()
    try hub.server.stop()
  }

  private func move(_ hub: Hub, to database: String) throws {
    try hub.server.stop()
    let outcome = try run(.headwater, ["move", hub.database, database], in: hub.folder).succeeded()
    #expect(outcome.output.hasPrefix("moved "), "\(outcome.output)")
    try hub.comeBack(with: database)
  }
}
