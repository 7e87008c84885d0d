// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// A node of a chain that is killed and comes back under the same address, with a client of its own that never stops.
private final class ChainNode: Sendable {
  let name: String
  private let folder: TemporaryFolder
  private let options: [String]
  private let state = Watched(State())

  private struct State: Sendable {
    var server: ServerProcess?
    var isOver = false
  }

  init(_ name: String, below upstream: ChainNode?, in folder: TemporaryFolder) throws {
    (self.name, self.folder) = (name, folder)
    options =
      ["--durability", "off", "--upstream-deadline", "500ms", "--status", "0"]
      + (upstream.map { ["--upstream", $0.address, "--sync-every", "60s"] } ?? [])
    try comeBack()
  }

  var database: String { "\(name).sqlite3" }
  var address: String { "unix://\(folder.path("\(name).socket"))" }
  var server: ServerProcess {
    get throws {
      guard let server = state.withLock(\.server) else { throw Failure("\(name) is dead") }
      return server
    }
  }

  func comeBack() throws {
    let server = try ServerProcess(options, in: folder, database: database, listeners: [address])
    state.withLock { $0.server = server }
  }

  /// - Returns: what it logged in its life.
  func die() throws -> String {
    let server = try server
    state.withLock { $0.server = nil }
    try server.kill()
    return server.log
  }

  /// Clients give up.
  func end() { state.withLock { $0.isOver = true } }

  /// Asks for revisions until the end, whatever becomes of the node.
  func allocate(_ seed: Seed, answered: @escaping @Sendable () -> Void) throws -> [RecordedRow] {
    var client = AllocatingClient(name, seed)
    while true {
      state.wait { $0.server != nil || $0.isOver }
      let (server, isOver) = state.withLock { ($0.server, $0.isOver) }
      if isOver { return client.answers }
      guard let connection = try? server?.connect() else { continue }
      try client.allocateUntilTheEnd(connection, answered: answered)
    }
  }
}

@Suite("A chain whose processes are killed at random", .ownThreads)
struct ChaosTests {
  static let kills = runsLongTests ? 500 : 10

  @Test(
    "loses nothing, gives no value twice, and its copies are their upstreams' in the end", arguments: Seed.several(1))
  func chaos(seed: Seed) throws {
    var numbers = seed.numbers
    let folder = try TemporaryFolder()
    let root = try ChainNode("root", below: nil, in: folder)
    let site = try ChainNode("site", below: root, in: folder)
    let leaf = try ChainNode("leaf", below: site, in: folder)
    let nodes = [root, site, leaf]
    let progress = Watched((answers: 0, allowed: 0))
    let work = ParallelWork(3) { number in
      try nodes[number].allocate(seed) {
        progress.withLock { $0.answers += 1 }
        // A node at full speed would give more answers than can be checked.
        progress.wait { $0.answers < $0.allowed }
      }
    }
    var (kills, log) = (0, "")
    while kills < Self.kills {
      let moment = progress.current.answers + Int.random(in: 1...150, using: &numbers)
      progress.withLock { $0.allowed = moment + 150 }
      progress.wait { $0.answers >= moment }
      let victims = nodes.shuffled(using: &numbers).prefix(Int.random(in: 1...2, using: &numbers))
      for victim in victims { log += try victim.die() }
      for victim in victims { try victim.comeBack() }
      kills += victims.count
    }
    progress.withLock { $0.allowed = .max }
    for node in nodes { node.end() }
    for node in nodes { log += try node.die() }
    let answers = try work.finish()
    for node in nodes { try node.comeBack() }
    try expectEqualCopies(nodes, seed)
    for (node, answers) in zip(nodes, answers) {
      let recorded = Set(try node.server.connect().rows())
      let lost = answers.filter { !recorded.contains($0) }
      #expect(lost.isEmpty && !answers.isEmpty, "\(node.name) lost \(lost.count): \(lost.prefix(3)); \(seed)")
      try expectNoDuplicates(in: folder, database: node.database, seed)
    }
    #expect(!log.contains(Follower.reset), "nobody's feed went back; \(seed)\n\(log)")
    print("chaos: \(kills) kills, \(answers.map(\.count)) answers at root, site and leaf")
    for node in nodes { try node.server.stop() }
  }

  private func expectEqualCopies(_ nodes: [ChainNode], _ seed: Seed) throws {
    for (upstream, node) in zip(nodes, nodes.dropFirst()) {
      let above = try upstream.server.feed().set
      var feed = try FeedReader(node.server)
      try feed.wait { above.isSubset(of: $0) }
      let own = Set(try node.server.connect().rows().map { [$0.version, "core2-64", $0.checksum, $0.value] })
      let strange = feed.set.subtracting(own).subtracting(try upstream.server.feed().set)
      #expect(strange.isEmpty, "\(node.name) has copied what nobody has: \(strange.prefix(3)); \(seed)")
      #expect(try !node.server.log.contains(Follower.reset), "\(seed)")
      try expectEqualDigests(upstream, node, seed)
    }
    // What one value names is one content, on whatever node.
    let all = try nodes[2].server.feed().set
    for (value, rows) in Dictionary(grouping: all, by: { [$0[0], $0[1], $0[3]] }) where rows.count > 1 {
      Issue.record("\(value) names \(rows.map { $0[2] }); \(seed)")
    }
  }

  /// The copy has come to the end of the upstream's feed, and has its digest.
  private func expectEqualDigests(_ upstream: ChainNode, _ node: ChainNode, _ seed: Seed) throws {
    let (above, server) = (try upstream.server.feed(), try node.server)
    var copy: JSONValue?
    try server.wait {
      copy = try server.look("/api/status").json["copy"]
      return copy?["position"] == .integer(above.last)
    }
    #expect(copy?["digest"] == .string(above.digest), "\(node.name); \(seed)")
  }
}
