// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// A node and a site below it, under builders, reloads, cuts, backups and followers that copy everything. It lasts
/// `HEADWATER_SOAK_SECONDS`: a few seconds, where that is not set.
@Suite("A soak", .ownThreads)
struct SoakTests {
  private static let seconds =
    ProcessInfo.processInfo.environment["HEADWATER_SOAK_SECONDS"].flatMap { Double($0) } ?? 5

  @Test("keeps memory, descriptors and answer times where they are, and every promise", arguments: Seed.several(1))
  func soak(seed: Seed) throws {
    let top = try SoakNode("top") { round in
      """
      listen: tcp://127.0.0.1:0
      database: pr.sqlite3
      limits: {max-in-flight: \(100 + round % 2)}
      """
    }
    let relay = try Relay(to: top.server.address)
    let site = try SoakNode("site") { round in
      """
      listen: tcp://127.0.0.1:0
      upstream: \(relay.address)
      upstream-deadline: 1s
      sync-every: 5s
      database: pr.sqlite3
      limits: {max-in-flight: \(100 + round % 2)}
      """
    }
    if Self.seconds >= 60 { try fill(top, site) }
    let isOver = Watched(false)
    let builders = ParallelWork(8) { number in
      var builder = SoakBuilder(number, at: number % 2 == 0 ? top : site, seed)
      // The pace of a builder: some thirty requests a second.
      while !isOver.wait(seconds: 0.03, until: { $0 }) { try builder.ask() }
      return builder.broken
    }
    let outcome = Result { try disturb([top, site], relay) }
    isOver.withLock { $0 = true }
    let broken = try builders.finish().joined()
    #expect(broken.isEmpty, "\(broken.count), such as \(broken.prefix(3)); \(seed)")
    let samples = try outcome.get()
    for (node, samples) in zip([top, site], samples) {
      let report = SoakReport(node.name, samples)
      print(report.text)
      if Self.seconds >= 1800 { expectFlat(report, samples) }
      try node.server.stop()
      try expectNoDuplicates(in: node.folder, database: "pr.sqlite3", seed)
    }
  }

  /// The databases are larger than what is kept of them in memory, and the site has copied a burst of rows, before
  /// anything is measured: what an allocator keeps of a burst is no growth.
  private func fill(_ nodes: SoakNode...) throws {
    for node in nodes + nodes {
      let work = ["bench", "new", "--connections", "16", "--in-flight", "16", "--duration", "30s"]
      try run(.headwater, work + ["--server", "\(node.server.address)"], in: node.folder).succeeded()
    }
    for node in nodes { try node.reload() }
  }

  /// - Returns: the samples of each node.
  private func disturb(_ nodes: [SoakNode], _ relay: Relay) throws -> [[SoakNode.Sample]] {
    let (begin, never) = (Date(), Watched(false))
    var samples = nodes.map { _ in [SoakNode.Sample]() }
    let tick = min(10, Self.seconds / 10)
    for number in 1...max(10, Int(Self.seconds / tick)) {
      let rest = begin.addingTimeInterval(Double(number) * tick).timeIntervalSinceNow
      // Samples are taken at even times.
      never.wait(seconds: max(rest, 0), until: { $0 })
      let seconds = -begin.timeIntervalSinceNow
      for index in nodes.indices { samples[index].append(try nodes[index].sample(at: seconds)) }
      switch number % 12 {
      case 2, 8: relay.cut(resets: number % 24 == 2)
      case 3, 9: relay.heal()
      case 5: for node in nodes { try node.reload() }
      case 11: try copy(nodes[0])
      default: break
      }
    }
    return samples
  }

  /// A backup, and a new follower that copies all rows.
  private func copy(_ node: SoakNode) throws {
    try run(
      .headwater, ["backup", node.folder.path("copy.sqlite3"), "--database", "pr.sqlite3", "--force"],
      in: node.folder
    ).succeeded()
    let follower = try ServerProcess(
      ["--upstream", "\(node.server.address)", "--sync-every", "1s", "--read-only", "--status", "0"])
    _ = try follower.waitUntil(ready: true)
    try follower.stop()
  }

  private func expectFlat(_ report: SoakReport, _ samples: [SoakNode.Sample]) {
    let (memory, descriptors) = (report.memory, report.descriptors)
    #expect(memory.perHour - memory.uncertainty < memory.mean * 0.02, "\(report.text)")
    #expect(descriptors.perHour - descriptors.uncertainty < 1, "\(report.text)")
    let quarter = samples.count / 4
    func typical(_ samples: ArraySlice<SoakNode.Sample>) -> Double { samples.map(\.p99).sorted()[samples.count / 2] }
    let (early, late) = (typical(samples[quarter..<2 * quarter]), typical(samples[(3 * quarter)...]))
    #expect(late < early * 2, "p99 of \(report.name) was \(early) us, and is \(late) us")
  }
}
