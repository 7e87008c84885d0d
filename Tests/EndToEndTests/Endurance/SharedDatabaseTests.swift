// SPDX-License-Identifier: Apache-2.0
import TestSeed
import TestThreads
import Testing

@Suite("Two servers on one database", .ownThreads)
struct SharedDatabaseTests {
  static let requests = runsLongTests ? 500 : 100

  @Test("give no value to two contents, and all that they answered is on record", arguments: Seed.several(1))
  func concurrent(seed: Seed) throws {
    let folder = try TemporaryFolder()
    let servers = try (0..<2).map { _ in try ServerProcess(in: folder) }
    let answers = try inParallel(8) { number in
      let connection = try servers[number % 2].connect()
      var client = AllocatingClient("client\(number)", seed)
      for _ in 0..<Self.requests { try client.allocate(connection) }
      return client.answers
    }
    var allocations = Allocations()
    allocations.add(answers)
    #expect(allocations.count == 8 * Self.requests)
    for server in servers { try allocations.check(server.connect(), seed) }
    for server in servers { try server.stop() }
    try expectNoDuplicates(in: folder, seed)
  }

  @Test("see at once what the other one answered")
  func visibility() throws {
    let folder = try TemporaryFolder()
    let servers = try (0..<2).map { _ in try ServerProcess(in: folder) }
    let connections = try servers.map { try $0.connect() }
    for number in 0..<50 {
      let (one, other) = (connections[number % 2], connections[(number + 1) % 2])
      #expect(try one.ask(Requests.getPR("a", "c\(number)")) == .value("\(number)"))
      #expect(try other.ask(Requests.testPR("a", "c\(number)")) == .value("\(number)"))
      #expect(try other.ask(Requests.getPR("a", "c\(number)")) == .value("\(number)"))
      #expect(try other.ask(Requests.maxPackagePR("a")) == .value("\(number)"))
    }
    for server in servers { try server.stop() }
  }

  @Test("that are started at the same moment make the database once")
  func sameMoment() throws {
    let folder = try TemporaryFolder()
    let servers = try inParallel(4) { _ in try ServerProcess(in: folder) }
    let values = try servers.enumerated().map { try $1.connect().ask(Requests.getPR("a", "c\($0)")) }
    #expect(values == (0..<4).map { .value("\($0)") })
    for server in servers { try server.stop() }
  }

  @Test("a reader beside a writer serves what is there and stores nothing")
  func readOnly() throws {
    let folder = try TemporaryFolder()
    let writer = try ServerProcess(in: folder)
    let reader = try ServerProcess(["--read-only"], in: folder)
    let (writing, reading) = (try writer.connect(), try reader.connect())
    #expect(try reading.ask(#"{"is-readonly":{}}"#) == .object(["readonly": .bool(true)]))
    #expect(try writing.ask(#"{"is-readonly":{}}"#) == .object(["readonly": .bool(false)]))
    #expect(try writing.ask(Requests.getPR("a", "known")) == .value("0"))
    #expect(try reading.ask(Requests.getPR("a", "known")) == .value("0"))
    let refusal = try #require(try reading.ask(Requests.getPR("a", "new")).refusal)
    #expect(refusal.contains("read-only") && refusal.contains("new") && refusal.contains("--on-miss"), "\(refusal)")
    #expect(try reading.ask(Requests.importOne("a", "new", value: "9")) == .null)
    #expect(try writing.ask(Requests.getPR("a", "newer")) == .value("1"))
    #expect(try reading.ask(Requests.getPR("a", "known")) == .value("0"), "superseded, and still on record")
    #expect(try writing.rows().count == 2)
    for server in [writer, reader] { try server.stop() }
    let predicting = try ServerProcess(["--read-only", "--on-miss", "predict"], in: folder)
    let connection = try predicting.connect()
    #expect(try connection.ask(Requests.getPR("a", "new")) == .value("2"))
    #expect(try connection.ask(Requests.getPR("b", "new")) == .value("0"))
    #expect(try connection.rows().count == 2)
    try predicting.stop()
  }
}
