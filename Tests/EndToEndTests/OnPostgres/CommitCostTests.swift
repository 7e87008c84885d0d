// SPDX-License-Identifier: Apache-2.0
import TestPostgres
import TestThreads
import Testing

/// Each commit is a flush of the log on two machines.
@Suite("Commits on PostgreSQL", .ownThreads, .enabled(if: PostgresOnServer.isTested))
struct CommitCostTests {
  private static let requests = 200

  @Test("are one for a new tuple, and one for a known one", arguments: ["new", "known"])
  func count(kind: String) throws {
    let cluster = try PostgresCluster(standbys: 1)
    let server = try ServerProcess(database: cluster.url())
    let connection = try server.connect()
    func askAll() throws {
      for number in 0..<Self.requests {
        #expect(try connection.ask(Requests.getPR("package-\(number)", "content")) == .value("0"))
      }
    }
    // A look sends its commit along until one has found a new tuple.
    _ = try connection.ask(Requests.getPR("package", "first"))
    if kind == "known" { try askAll() }
    let before = try Self.transactions(cluster)
    try askAll()
    let commits = try Self.transactions(cluster) - before
    // A reader of the node may confirm something meanwhile.
    #expect(Self.requests...Self.requests + 5 ~= commits, "\(commits) commits for \(Self.requests) requests")
    try server.stop()
  }

  /// How many transactions have written something, a message in the log included.
  private static func transactions(_ cluster: PostgresCluster) throws -> Int {
    try #require(Int(try cluster.primary.run("SELECT pg_snapshot_xmax(pg_current_snapshot())")[0][0]))
  }
}
