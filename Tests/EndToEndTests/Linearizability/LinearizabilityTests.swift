// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed
import TestThreads
import Testing

/// Clients write down what they ask, when, and what comes back. A checker that shares no code with the programs says
/// whether the requests have an order, each at a moment between its start and its end, that explains all answers.
@Suite("The answers that concurrent clients get", .ownThreads, .serialized)
struct LinearizabilityTests {
  private static let seeds = Seed.several(runsLongTests ? 10 : 1)
  private static let requests = runsLongTests ? 25_000 : 1_500
  private static let disturbances = runsLongTests ? 12 : 3

  @Test("have an order, over the event loops of a process that is killed and reloaded", arguments: seeds)
  func oneProcess(seed: Seed) throws {
    let target = try Target("database: pr.sqlite3")
    try expectOrder(
      Workload(
        seed: seed, traffic: Traffic(requests: Self.requests), roles: Self.builders(at: target),
        disturbances: Self.disturbances, disturbed: [target]), [.alone])
  }

  @Test("have an order, over processes on one file, each killed and reloaded, and imports", arguments: seeds)
  func severalProcesses(seed: Seed) throws {
    let folder = try TemporaryFolder()
    let targets = try (0..<3).map { try Target(process: $0, "database: \(folder.path("pr.sqlite3"))") }
    try expectOrder(
      Workload(
        seed: seed, traffic: Traffic(requests: Self.requests, imports: 3),
        roles: targets.flatMap { Self.builders(at: $0, depths: [1, 1, 5]) }, disturbances: Self.disturbances,
        disturbed: targets), [.alone])
  }

  @Test("have an order, at a read-only process beside one that writes", arguments: seeds)
  func readOnly(seed: Seed) throws {
    let folder = try TemporaryFolder()
    let keys = "database: \(folder.path("pr.sqlite3"))"
    let targets = [try Target(keys), try Target(process: 1, isReadOnly: true, keys)]
    try expectOrder(
      Workload(
        seed: seed, traffic: Traffic(requests: Self.requests), roles: targets.flatMap { Self.builders(at: $0) },
        disturbances: Self.disturbances, disturbed: targets), [.alone])
  }

  @Test("have an order, by BitBake's numbering", arguments: seeds)
  func bitbake(seed: Seed) throws {
    let folder = try TemporaryFolder()
    let targets = try (0..<2).map {
      try Target(process: $0, "database: \(folder.path("pr.sqlite3"))\nnumbering: bitbake")
    }
    try expectOrder(
      Workload(
        seed: seed, traffic: Traffic(requests: Self.requests), roles: targets.flatMap { Self.builders(at: $0) },
        disturbances: Self.disturbances, disturbed: targets), [.alone])
  }

  @Test("have an order at a node below an upstream, and adopt what the upstream had answered before", arguments: seeds)
  func below(seed: Seed) throws {
    let upstream = try Target("database: pr.sqlite3")
    let node = try Target(node: 1, Self.below(upstream))
    try expectOrder(
      Workload(
        seed: seed, traffic: Traffic(requests: Self.requests, imports: 3),
        roles: Self.builders(at: upstream) + Self.builders(at: node), disturbances: Self.disturbances,
        disturbed: [node]), [.alone, .below(upstream: 0, isAlwaysThere: true, level: 1)])
  }

  @Test("have an order at each node of a chain", arguments: seeds)
  func chain(seed: Seed) throws {
    let root = try Target("database: pr.sqlite3")
    let site = try Target(node: 1, Self.below(root))
    let team = try Target(node: 2, Self.below(site) + "level: 2")
    try expectOrder(
      Workload(
        seed: seed, traffic: Traffic(requests: Self.requests, imports: 3),
        roles: [root, site, team].flatMap { Self.builders(at: $0, depths: [1, 1, 4]) },
        disturbances: Self.disturbances, disturbed: [team]),
      [
        .alone, .below(upstream: 0, isAlwaysThere: true, level: 1),
        .below(upstream: 1, isAlwaysThere: true, level: 2),
      ])
  }

  @Test("have an order at both processes of a node, while its upstream comes and goes", arguments: seeds)
  func away(seed: Seed) throws {
    let folder = try TemporaryFolder()
    let upstream = try Target("database: pr.sqlite3")
    let nodes = try (0..<2).map {
      try Target(
        node: 1, process: $0,
        """
        database: \(folder.path("pr.sqlite3"))
        upstream: '\(upstream.fixedAddress)'
        upstream-deadline: 500ms
        """)
    }
    try expectOrder(
      Workload(
        seed: seed, traffic: Traffic(requests: Self.requests),
        roles: Self.builders(at: upstream, depths: [1, 4])
          + nodes.flatMap { Self.builders(at: $0, depths: [1, 1, 4]) },
        disturbances: Self.disturbances, disturbed: [upstream] + nodes),
      [.alone, .below(upstream: 0, isAlwaysThere: false, level: 1)])
  }

  @Test("are never older than the question, at an event loop that is busy while another one answers", arguments: seeds)
  func busyLoop(seed: Seed) throws {
    let target = try Target("database: pr.sqlite3")
    try expectOrder(Self.crossing(seed, near: target, far: target), [.alone])
  }

  @Test("are never older than the question, at a process that is busy while another one answers", arguments: seeds)
  func busyProcess(seed: Seed) throws {
    let folder = try TemporaryFolder()
    let targets = try (0..<2).map { try Target(process: $0, "database: \(folder.path("pr.sqlite3"))") }
    try expectOrder(Self.crossing(seed, near: targets[0], far: targets[1]), [.alone])
  }

  /// A node that refuses what it cannot ask its upstream.
  private static func below(_ upstream: Target) -> String {
    """
    database: pr.sqlite3
    upstream: '\(upstream.fixedAddress)'
    upstream-away: strict
    upstream-deadline: 5s

    """
  }

  private static func builders(at target: Target, depths: [Int] = [1, 1, 1, 6]) -> [Workload.Role] {
    depths.map { .builder(at: target, depth: $0) }
  }

  private static func crossing(_ seed: Seed, near: Target, far: Target) -> Workload {
    Workload(
      seed: seed, traffic: Traffic(requests: 0, crossings: runsLongTests ? 300 : 84),
      roles: Array(repeating: .flood(at: far), count: 5) + [.crosser(near: near, far: far)])
  }

  /// Runs the clients, and expects that what they wrote down is possible.
  private func expectOrder(_ workload: Workload, _ promises: [Recording.Promise]) throws {
    let recording = try workload.run()
    let faults = try recording.faults(promises)
    #expect(faults.isEmpty, "\(recording.requests) requests\n\(faults.joined(separator: "\n\n"))")
    #expect(
      recording.lost * 4 < recording.requests,
      "of \(recording.requests) requests \(recording.lost) had no answer: \(Set(recording.refusals).sorted().prefix(3))"
    )
    for target in workload.targets { try target.stop() }
  }
}
