// SPDX-License-Identifier: Apache-2.0
import Histories
import TestPostgres
import TestSeed
import TestThreads
import Testing

/// Two machines share a store on a primary and its synchronous standby. Clients write down what they ask and what comes back, while
/// servers of the database are killed, promoted, stopped and robbed of their standby.
@Suite(
  "The answers of an authority on PostgreSQL", .ownThreads, .serialized, .enabled(if: PostgresOnServer.isTested))
struct OrderOnPostgresTests {
  private static let seeds = Seed.several(runsLongTests ? 4 : 1)
  private static let requests = runsLongTests ? 250_000 : 4_000
  private static let rounds = runsLongTests ? 8 : 1

  @Test("have an order, through all faults of the database, and none is lost", arguments: seeds)
  func order(seed: Seed) throws {
    let cluster = try PostgresCluster(standbys: 1)
    let targets = try (0..<2).map { try PostgresOnServer.target($0, cluster) }
    let faults = (0..<Self.rounds).flatMap { round in
      var numbers = Seed(seed.number ^ UInt64(clamping: round)).numbers
      return DatabaseFault.allCases.shuffled(using: &numbers)
    }
    let builders = targets.flatMap { target in
      [1, 1, 1, 1, 1, 1, 4, 8].map { Workload.Role.builder(at: target, depth: $0) }
    }
    let workload = Workload(
      seed: seed, traffic: Traffic(requests: Self.requests, packagesAtOnce: 8, imports: 2), roles: builders,
      disturbances: faults.count, disturbed: targets,
      disturbance: { number in try faults[number].happen(to: cluster, targets) })
    let recording = try workload.run()
    let impossible = try recording.faults([.alone])
    #expect(impossible.isEmpty, "\(recording.requests) requests\n\(impossible.joined(separator: "\n\n"))")
    #expect(
      recording.lost * 4 < recording.requests,
      "of \(recording.requests) requests \(recording.lost) had no answer: \(Set(recording.refusals).sorted().prefix(3))"
    )
    print(
      "\(faults.count) faults, \(recording.requests) requests, of which \(recording.lost) had no answer")
    for target in targets { try target.stop() }
    try PostgresOnServer.expectWhole(cluster)
  }
}

/// What happens to the servers of a database while clients wait for its commits.
enum DatabaseFault: String, CaseIterable, Sendable {
  case killedPrimary, switchover, cancelledCommits, cancelledAndPromoted, terminatedCommits, stoppedStandby
  case stoppedMachine, crashThenPromoted

  func happen(to cluster: PostgresCluster, _ targets: [Target]) throws {
    let (primary, standby) = (cluster.primary, cluster.standby)
    switch self {
    case .killedPrimary:
      try primary.kill()
      try cluster.promote()
      try cluster.rejoin(primary, by: .rewind)
    case .switchover: try cluster.switchOver()
    case .cancelledCommits:
      try standby.pause()
      try primary.cancelWaitingCommits()
      try standby.resume()
    case .cancelledAndPromoted:
      // The rows are visible on the primary, and lost with it.
      try standby.stop()
      try primary.cancelWaitingCommits()
      try primary.waitForWaitingCommits()
      try Self.loseWhatNoStandbyHas(primary, cluster)
    case .terminatedCommits:
      try standby.pause()
      try primary.terminateWaitingCommits()
      try standby.resume()
    case .stoppedStandby:
      try standby.stop()
      try primary.waitForWaitingCommits()
      try standby.start()
    case .stoppedMachine:
      // The kernel of the old primary still acknowledges what it is sent.
      try primary.pause()
      try cluster.promote()
      try cluster.rejoin(primary)
    case .crashThenPromoted:
      // After its recovery the primary shows rows that no standby has.
      try standby.stop()
      try primary.waitForWaitingCommits()
      try primary.kill()
      try primary.start()
      try primary.waitForWaitingCommits()
      try Self.loseWhatNoStandbyHas(primary, cluster)
    }
  }

  /// The standby, which was stopped, takes the place of the primary, and the rows of that alone are gone.
  private static func loseWhatNoStandbyHas(_ primary: PostgresServer, _ cluster: PostgresCluster) throws {
    let standby = cluster.standby
    try primary.kill()
    try standby.start()
    try cluster.promote()
    try cluster.rejoin(primary)
  }
}
