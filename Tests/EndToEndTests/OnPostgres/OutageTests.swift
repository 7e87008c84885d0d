// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestThreads
import Testing

/// What builders see of an outage of the database: at a machine of the authority, and at a site below it.
@Suite(
  "An outage of PostgreSQL, as builders see it", .ownThreads, .serialized,
  .enabled(if: PostgresOnServer.isTested && runsLongTests, "it is one of the long tests"))
struct OutageTests {
  enum Outage: String, CaseIterable, Sendable {
    case killedPrimary = "the primary is killed, the standby promoted, and the old primary rejoins by pg_rewind"
    case switchover = "a switchover"
    case stoppedMachine = "the primary's machine stands still, the standby is promoted, and a fresh standby joins"

    func happen(to cluster: PostgresCluster) throws {
      let primary = cluster.primary
      switch self {
      case .killedPrimary: try DatabaseFault.killedPrimary.happen(to: cluster, [])
      case .switchover: try cluster.switchOver()
      case .stoppedMachine:
        try primary.pause()
        try cluster.promote()
        try cluster.rejoin(primary)
      }
    }
  }

  @Test("is a gap at the authority; a site answers all the time and makes no fresh copy", arguments: Outage.allCases)
  func gap(outage: Outage) throws {
    let cluster = try PostgresCluster(standbys: 1)
    let hub = try ServerProcess(database: cluster.url())
    let site = try ServerProcess(["--upstream", "\(hub.address)", "--sync-every", "1s"])
    let builders = [Builder("at-authority", at: hub), Builder("at-site", at: site)]
    for builder in builders { builder.wait(for: 50) }
    let (_, time) = try measured { try outage.happen(to: cluster) }
    for builder in builders { builder.wait(for: 50) }
    let gaps = try builders.map { try $0.finish() }
    print(
      "\(outage.rawValue), which took \(time): no answer for \(gaps[0]) at the authority, and for \(gaps[1]) at the site"
    )
    // It waits for its upstream's deadline of 2 s once, and answers by itself then. A short outage is over before.
    #expect(gaps[1] < max(gaps[0], .seconds(4)))
    #expect(site.logs(Follower.reset) == 0 && site.logs(Follower.swapped) == 0, "\(site.log)")
    try site.stop()
    try hub.stop()
    try PostgresOnServer.expectWhole(cluster)
  }
}

/// Asks for new tuples, one after another, and writes down when it is answered. A refusal is no answer.
private final class Builder: Sendable {
  private struct State: Sendable {
    var answers: [ContinuousClock.Instant] = []
    var isDone = false
  }

  private let state: Watched<State>
  private let work: ParallelWork<Void>

  init(_ name: String, at server: ServerProcess) {
    let state = Watched(State())
    self.state = state
    work = ParallelWork(1) { _ in
      let connection = try server.connect()
      var number = 0
      while !state.current.isDone {
        let answer = try connection.ask(Requests.getPR(name, "content-\(number)"))
        number += 1
        guard answer.value != nil else { continue }
        state.withLock { $0.answers.append(.now) }
      }
    }
  }

  /// Waits for so many answers from now on.
  func wait(for count: Int) {
    let before = state.current.answers.count
    state.wait { $0.answers.count >= before + count }
  }

  /// - Returns: the longest time between two answers.
  func finish() throws -> Duration {
    state.withLock { $0.isDone = true }
    _ = try work.finish()
    let answers = state.current.answers
    return zip(answers, answers.dropFirst()).map { $1 - $0 }.max() ?? .zero
  }
}
