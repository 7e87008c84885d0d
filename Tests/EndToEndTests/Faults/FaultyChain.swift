// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// A root, a site whose database two processes serve, and a team below the site, each with clients that write down what
/// they were answered. Each line to an upstream is a relay, and the calls of each process to the system can be made to fail.
final class FaultyChain: Sendable {
  let root: Target
  let sites: [Target]
  let team: Target
  /// From the processes of the site to the root, and from the team to the site.
  let lines: [Relay]
  /// Of ``targets``.
  let controls: [FaultControl]
  private let folder: TemporaryFolder

  /// How long a node waits for its upstream before it numbers by itself.
  private static let deadline = "300ms"

  /// - Parameter environment: variables of each process, besides our own.
  init(environment: [String: String] = [:]) throws {
    folder = try TemporaryFolder()
    controls = try (0..<4).map { _ in try FaultControl() }
    let variables = try controls.map { control in
      try environment.merging(FaultControl.isPossible ? control.environment : [:]) { $1 }
    }
    root = try Target("database: pr.sqlite3", environment: variables[0])
    let toRoot = try Relay(to: Address(root.fixedAddress))
    let file = folder.path("pr.sqlite3")
    sites = try (0..<2).map { process in
      try Target(
        node: 1, process: process, Self.below(toRoot) + "database: \(file)", environment: variables[1 + process])
    }
    let toSite = try Relay(to: Address(sites[0].fixedAddress))
    team = try Target(node: 2, Self.below(toSite) + "database: pr.sqlite3\nlevel: 2", environment: variables[3])
    lines = [toRoot, toSite]
  }

  private static func below(_ line: Relay) -> String {
    "upstream: '\(line.address)'\nupstream-deadline: \(deadline)\n"
  }

  var targets: [Target] { [root] + sites + [team] }

  /// Runs clients while something is done to the chain, and expects that their answers have an order on each node, that no
  /// value names two checksums on all of them, and that each process answers in the end.
  ///
  /// - Parameters:
  ///   - disturbances: how many moments there are, equally far apart.
  ///   - disturb: what is done at each of them.
  func expectOrder(
    _ seed: Seed, requests: Int, disturbances: Int, _ disturb: @escaping @Sendable (Int) throws -> Void
  ) throws {
    let workload = Workload(
      seed: seed, traffic: Traffic(requests: requests),
      roles: targets.flatMap { target in [1, 3].map { .builder(at: target, depth: $0) } },
      disturbances: disturbances, disturbance: disturb)
    let recording = try workload.run()
    let faults = try recording.faults([
      .alone, .below(upstream: 0, isAlwaysThere: false, level: 1), .below(upstream: 1, isAlwaysThere: false, level: 2),
    ])
    #expect(faults.isEmpty, "\(recording.requests) requests\n\(faults.joined(separator: "\n\n"))")
    #expect(
      recording.lost * 2 < recording.requests,
      "of \(recording.requests) requests \(recording.lost) had no answer: \(Set(recording.refusals).sorted().prefix(5))"
    )
    for (number, target) in targets.enumerated() {
      let answer = try target.connect().ask(Requests.getPR("last", "of \(number)"))
      #expect(answer.value != nil, "process \(number) should go on by itself: \(answer); \(seed)")
    }
    print("faults: \(recording.requests) requests, \(recording.lost) without an answer; \(seed.number)")
  }

  func stop() throws { for target in targets.reversed() { try target.stop() } }
}
