// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

@Suite("A server that is told to stop", .ownThreads)
struct GracefulStopTests {
  /// What came back for requests that were sent in one go.
  private struct Flight: Sendable {
    var answers: [RecordedRow] = []
    var refusals: [String] = []
    var end: RawConnection.End?
  }

  @Test(
    "answers what is in flight, or refuses it, keeps what it answered, and ends with 0",
    arguments: [SIGTERM, SIGINT, SIGQUIT])
  func inFlight(signal: CInt) throws {
    let seed = Seed.several(1)[0]
    let folder = try TemporaryFolder()
    let server = try ServerProcess(in: folder)
    let counter = Counter()
    let connections = try (0..<6).map { _ in Handed(try server.connect()) }
    let flights = try inParallel(6) { number in
      var client = AllocatingClient("client\(number)", seed)
      var flight = Flight()
      while flight.end == nil {
        try fly(&client, &flight, connections[number].connection) {
          if counter.increment() == 400 { server.process.signal(signal) }
        }
      }
      return flight
    }
    #expect(try server.process.wait() == .exit(0), "\(server.log)")
    #expect(server.process.output.lines.count == 1)
    for refusal in flights.flatMap(\.refusals) { #expect(refusal.contains("stopping"), "\(refusal)") }
    let log = FileManager.default.contents(atPath: folder.path + "/prserv.sqlite3-wal") ?? Data()
    #expect(log.isEmpty, "the file alone is the database")
    let restarted = try ServerProcess(in: folder)
    var allocations = Allocations()
    allocations.add(flights.map(\.answers))
    #expect(allocations.count >= 400)
    try allocations.check(restarted.connect(), seed)
    try restarted.stop()
  }

  /// Sends ten requests and reads what comes back. Half a reply is an error.
  private func fly(
    _ client: inout AllocatingClient, _ flight: inout Flight, _ connection: RawConnection, answered: () -> Void
  ) throws {
    let asked = (0..<10).map { _ in client.next() }
    _ = connection.sendWhatIsTaken(Array(asked.map { Requests.getPR($0.version, $0.checksum) + "\n" }.joined().utf8))
    for (version, checksum) in asked {
      do throws(RawConnection.End) {
        let line = try connection.readLine()
        guard let reply = try? JSONValue(line) else { continue }
        if let refusal = reply.refusal { flight.refusals.append(refusal) }
        guard let value = reply.value else { continue }
        flight.answers.append(RecordedRow(version: version, checksum: checksum, value: value))
        answered()
      } catch {
        flight.end = error
        let rest = connection.readToEnd().bytes
        guard error != .timedOut, rest.isEmpty else {
          throw Failure("it ended with \(error), behind '\(String(decoding: rest, as: UTF8.self))'")
        }
        return
      }
    }
  }

  @Test("answers all that it had read, in order, before the connection ends")
  func readBeforeTheSignal() throws {
    let server = try ServerProcess()
    let connection = try server.connect()
    #expect(try connection.ask(Requests.ping) == .alive)
    try connection.send((0..<100).map { Requests.getPR("a", "c\($0)") + "\n" }.joined())
    #expect(try connection.readMessage() == .value("0"), "by now the whole segment has been read")
    server.process.signal(SIGTERM)
    for number in 1..<100 { #expect(try connection.readMessage() == .value("\(number)")) }
    let (bytes, end) = connection.readToEnd()
    #expect(bytes.isEmpty && end == .closed)
    #expect(try server.process.wait() == .exit(0))
  }

  @Test("ends with connections that are idle, half open or stalled, in the time it has")
  func lingerers() throws {
    let server = try ServerProcess(["--drain-timeout", "500ms"])
    let idle = try server.connect()
    #expect(try idle.ask(Requests.ping) == .alive)
    let halfOpen = try server.connect(greets: false)
    try halfOpen.send("PRSERVICE 1.0\n")
    let stalled = try server.connect(receiveBuffer: 1 << 16)
    let padding = String(repeating: "x", count: 4000)
    for number in 0..<300 { #expect(try idle.ask(Requests.getPR(padding, "\(padding)\(number)")).value != nil) }
    #expect(try stalled.ask(Requests.ping) == .alive)
    try stalled.send(String(repeating: Requests.export(history: true) + "\n", count: 20))
    #expect(try idle.ask(Requests.ping) == .alive)
    try server.stop()
    #expect(idle.isClosedSilently && halfOpen.isClosedSilently)
    #expect(throws: (any Error).self) { try server.connect() }
  }

  @Test("has a ready file with its addresses for as long as it answers")
  func readyFile() throws {
    let folder = try TemporaryFolder()
    let server = try ServerProcess(
      ["--ready-file", folder.path("ready")], in: folder, listeners: ["tcp://127.0.0.1:0", "unix://\(folder.path)/s"])
    #expect(try folder.read("ready") == server.addresses.map { "listening on \($0)\n" }.joined())
    #expect(try folder.names.filter { $0.contains("ready") } == ["ready"], "nothing is left beside it")
    try server.stop()
    #expect(!folder.exists("ready"))
  }

  @Test("a ready file that cannot be written is an error with a reason")
  func unwritableReadyFile() throws {
    let tool = try Tool()
    let outcome = try tool.run("serve", "--listen", "tcp://127.0.0.1:0", "--ready-file", "/nonexistent/ready")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output == "", "what could not start must not say that it listens")
    #expect(outcome.errors.contains("/nonexistent/ready"), "\(outcome.errors)")
  }
}
