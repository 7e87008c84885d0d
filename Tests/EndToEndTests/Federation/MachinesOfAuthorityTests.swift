// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestPostgres
import TestThreads
import Testing

@Suite(
  "Several machines of the authority of a federation", .ownThreads, .enabled(if: PostgresOnServer.isTested))
struct MachinesOfAuthorityTests {
  /// A machine of the authority: its folder with its keys, and its server while it runs.
  private final class Machine {
    let tool: Tool
    let url: String
    let port: UInt16
    private(set) var server: ServerProcess?

    init(_ url: String) throws {
      (tool, self.url, port) = (try Tool(), url, try Address.freePort())
    }

    var address: String { "127.0.0.1:\(port)" }
    private var place: [String] { ["--database", url, "--keys", "keys"] }

    func run(_ arguments: [String]) throws -> Outcome { try tool.run(arguments + place) }

    func start() throws {
      server = try ServerProcess(
        ["--keys", "keys", "--position-file", "position", "--status", "0"], in: tool.folder, database: url,
        listeners: ServerProcess.standardListeners + ["tls://\(address)"])
    }

    func stop() throws {
      try server?.stop()
      server = nil
    }

    func number(_ checksum: String) throws -> String? {
      try #require(server).connect().ask(Requests.getPR("v", checksum))["value"]?.string
    }

    /// Invites, and gives the words of the line to paste.
    func invite(_ arguments: [String]) throws -> [String] {
      let output = try run(["invite"] + arguments).succeeded().output
      let line = try #require(output.split(separator: "\n").first { $0.contains("headwater join ") })
      return line.split(separator: " ").dropFirst().prefix(3).map(String.init)
    }
  }

  /// How long something takes.
  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let begin = ContinuousClock.now
    try body()
    let time = (ContinuousClock.now - begin).components
    return Double(time.seconds) + Double(time.attoseconds) / 1e18
  }

  private func entry(_ name: String, _ machine: Machine) throws -> JSONValue? {
    try JSONValue(machine.run(["federation", "--json"]).succeeded().output)["members"]?.elements
      .first { $0["name"]?.string == name }
  }

  @Test("one without the key serves, and has joins, renewals and revocations signed by one that has it")
  func story() throws {
    let cluster = try PostgresCluster()
    let (first, second) = (try Machine(cluster.url()), try Machine(cluster.url()))
    // Ninety seconds: certificates are renewed after sixty, within this test.
    try first.run(
      [
        "federation", "create", "--name", "hq.example", "--address", first.address, "--certificate-lifetime", "90s",
      ]
    ).succeeded()
    try first.start()
    let line = try first.invite(["--machine", "hq-b", "--address", second.address])
    #expect(line[1] == first.address)
    // A site's database is none of a machine, and a machine's none of a site.
    let site = try Tool()
    try site.run(line + ["--yes"]).failed(saying: "the token is for a machine of the authority")
    let joined = try second.run(line).succeeded().output
    #expect(joined.hasPrefix("hq-b is a machine of the authority of hq.example\n"), "\(joined)")
    #expect(joined.contains("--listen tls://0.0.0.0:\(second.port)"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: second.tool.folder.path("keys")).sorted()
        == ["node.pem", "trust.pem"])
    try second.start()
    let server = try #require(second.server)
    server.waitForLog("this node is the machine hq-b of the authority of the federation hq.example")
    let one = [try first.number("a"), try second.number("b"), try second.number("b"), try first.number("b")]
    #expect(one == ["0", "1", "1", "1"])

    // A line that is made at the machine names it. Its join is signed by the other one.
    let ofPune = try second.invite(["pune"])
    #expect(ofPune[1] == second.address)
    try second.run(ofPune).failed(saying: "the token is for the site pune")
    let time = try seconds { try site.run(ofPune + ["--yes"]).succeeded() }
    #expect(time < 5, "a signature takes a second at most: \(time) s")
    let pune = try ServerProcess(["--status", "0"], in: site.folder)
    let serial = try entry("pune", first)?["certificateExpires"]?.integer

    // The first machine is away.
    try first.stop()
    let ofOslo = try second.invite(["oslo"])
    let oslo = try Tool()
    let wait = try seconds {
      try oslo.run(ofOslo).failed(saying: "no machine with the authority's key has answered within 10 s")
    }
    #expect((10..<20).contains(wait), "\(wait) s")
    #expect(try server.alarms() == ["federation-signing"])
    let alone = [try second.number("b"), try second.number("c")]
    #expect(alone == ["1", "2"])
    let below = try pune.askAsBitBake(Requests.getPR("v", "d"))
    #expect(below["value"]?.string == "2.0", "\(below)")
    try second.run(["federation", "revoke", "pune"]).failed(saying: "no machine with the authority's key has answered")
    #expect(try cluster.primary.run("SELECT count(*) FROM headwater.pending") == [["0"]])

    // It is back: the same line joins, and certificates that are due are renewed over the machine.
    try first.start()
    try oslo.run(ofOslo).succeeded()
    try server.wait { try server.alarms() == [] }
    pune.waitForLog("the certificate of this node was renewed")
    #expect(try entry("pune", first)?["certificateExpires"]?.integer != serial)
    server.waitForLog("the certificate of this machine was renewed")
    let machine = try entry("hq-b", first)
    #expect(machine?["kind"]?.string == "machine" && machine?["state"]?.string == "joined")

    // A command at the machine revokes, and the list is in use at once.
    try second.run(["federation", "revoke", "oslo"]).succeeded()
    try first.run(["federation", "retire", "hq-b"]).succeeded()
    try server.wait { try server.alarms() == ["machine-left"] }
    #expect(try entry("hq-b", first)?["state"]?.string == "retired")
    try pune.stop()
    try second.stop()
    try first.stop()
  }

  @Test("a machine whose file is on its own disk is refused, and says why")
  func file() throws {
    let authority = try ManagedNode.authority()
    try Tool(in: authority.folder).run(["invite", "--machine", "hq-b"]).failed(saying: "a file serves one machine")
    let mirror = try Tool(in: authority.folder).run(["invite", "--machine", "--mirror", "hq-b"])
    #expect(mirror.errors.contains("is no mirror"))
    try authority.stop()
  }
}
