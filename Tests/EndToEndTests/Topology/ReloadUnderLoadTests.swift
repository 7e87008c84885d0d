// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

@Suite("Reloads while builders work", .ownThreads)
struct ReloadUnderLoadTests {
  /// Asks as BitBake's client does: over one connection as long as it lasts, and after its end over a new one, four
  /// times at the most.
  private struct Builder {
    var client: AllocatingClient
    let staysConnected: Bool
    let server: ServerProcess
    var connection: RawConnection?
    var repeated = 0

    mutating func allocate() throws {
      let (version, checksum) = client.next()
      for attempt in 0..<4 {
        do {
          let connection = try self.connection ?? server.connect()
          self.connection = staysConnected ? connection : nil
          let reply = try connection.ask(Requests.getPR(version, checksum))
          guard let value = reply.value else { throw Refusal(reply: reply) }
          return client.take(version, checksum, value)
        } catch let refusal as Refusal {
          throw refusal
        } catch {
          guard attempt < 3 else { throw error }
          repeated += 1
          connection = nil
        }
      }
    }

    struct Refusal: Error { let reply: JSONValue }
  }

  /// Whoever connects and asks nothing for a while may find its connection ended, and asks again.
  private static func metrics(_ server: ServerProcess) throws -> HTTPAnswer {
    for _ in 0..<3 {
      if let answer = try? server.look("/metrics") { return answer }
    }
    return try server.look("/metrics")
  }

  @Test("fail no request, and no value names two contents", arguments: Seed.several(1))
  func load(seed: Seed) throws {
    func keys(_ round: Int) -> String {
      """
      listen: tcp://127.0.0.1:0
      database: pr.sqlite3
      durability: \(["full", "normal", "off"][round % 3])
      limits: {event-loops: \(round % 2 + 1), max-in-flight: \(100 + round)}
      """
    }
    let (node, answered, isOver) = (try ReloadingNode(keys(0), ["--status", "0"]), Watched(0), Watched(false))
    let server = node.server
    let builders = ParallelWork(8) { number in
      var builder = Builder(
        client: AllocatingClient("builder\(number)", seed), staysConnected: number % 2 == 0, server: server)
      while !isOver.current {
        try builder.allocate()
        answered.withLock { $0 += 1 }
      }
      return (builder.client.answers, builder.repeated)
    }
    let scraper = ParallelWork(1) { _ in
      var scrapes = 0
      while !isOver.current {
        guard try Self.metrics(server).status == 200 else { throw Failure("no metrics") }
        scrapes += 1
      }
      return scrapes
    }
    var descriptors: [Int] = []
    for round in 1...10 {
      let before = answered.current
      #expect(answered.wait { $0 >= before + 50 }, "\(server.log)")
      try node.change(to: keys(round))
      node.waitUntilDrained(times: round)
      descriptors.append(try node.descriptors)
    }
    isOver.withLock { $0 = true }
    let outcomes = try builders.finish()
    #expect(try scraper.finish()[0] > 0)
    var allocations = Allocations()
    allocations.add(outcomes.map(\.0))
    #expect(node.hasLogged(ReloadingNode.inForce, times: 10))
    #expect(node.logs("were cut") == 0 && node.logs(" error ") == 0, "\(server.log)")
    #expect(descriptors[9] < descriptors[1] + 40, "descriptors stay: \(descriptors)")
    try allocations.check(server.connect(), seed)
    try server.stop()
    try expectNoDuplicates(in: node.folder, database: "pr.sqlite3", seed)
  }

  @Test("end with the process when it is told to stop at the same moment")
  func stopAtOnce() throws {
    for round in 0..<6 {
      let folder = try TemporaryFolder()
      let keys = "listen: 'unix://\(folder.path)/socket'\nready-file: ready\n"
      let node = try ReloadingNode(keys, in: folder)
      let connection = try node.server.connect()
      #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"))
      try node.rewrite(keys + "limits: {max-in-flight: 7}\n")
      node.server.process.signal(SIGHUP)
      if round % 2 == 1 { _ = node.server.process.errors.wait { $0.contains("opened the database") } }
      if round % 3 == 2 { node.server.process.signal(SIGHUP) }
      try node.server.stop()
      #expect(connection.isClosedSilently)
      #expect(!folder.exists("socket") && !folder.exists("ready"), "\(node.server.log)")
    }
  }

  @Test("that come in a crowd are served one after the other, and the last file holds")
  func crowd() throws {
    func keys(_ rights: String, _ number: Int) -> String {
      "listen: [{address: 'tcp://127.0.0.1:0', rights: [\(rights)]}]\nlimits: {max-in-flight: \(number)}"
    }
    let node = try ReloadingNode(keys("read", 1))
    for number in 2..<20 {
      try node.rewrite(keys("read", number))
      node.server.process.signal(SIGHUP)
    }
    try node.rewrite(keys("read, allocate", 20))
    node.server.process.signal(SIGHUP)
    // Whatever came of the others, one more finds nothing new once the last is in force.
    while !(try node.reload().contains("nothing has changed")) {}
    #expect(try node.server.connect().ask(Requests.getPR("p", "a")) == .value("0"))
    #expect(node.logs(ReloadingNode.refused) == 0, "\(node.server.log)")
    try node.server.stop()
  }
}
