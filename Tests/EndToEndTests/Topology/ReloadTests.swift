// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

/// `headwater serve --topology`, and SIGHUP.
@Suite("A node whose topology is changed and read again", .ownThreads)
struct ReloadTests {
  private static func keys(_ rights: String, _ more: String = "") -> String {
    "listen: [{address: 'tcp://127.0.0.1:0', rights: [\(rights)]}]\n\(more)"
  }

  @Test("has another right for those who come, at the same port, and sends home those who were there")
  func right() throws {
    let node = try ReloadingNode(Self.keys("read"))
    let before = try node.server.connect()
    #expect(try before.ask(Requests.getPR("a-1-r0", "x")).refusal?.contains("needs 'allocate'") == true)
    try node.change(to: Self.keys("read, allocate"))
    #expect(before.isClosedSilently)
    #expect(try node.server.connect().ask(Requests.getPR("a-1-r0", "x")) == .value("0"))
    try node.change(to: Self.keys("read"))
    let after = try node.server.connect()
    #expect(try after.ask(Requests.getPR("a-1-r0", "y")).refusal != nil)
    #expect(try after.ask(Requests.testPR("a-1-r0", "x")) == .value("0"))
    #expect(node.server.process.output.lines.count == 1, "an address that stays is told once")
    try node.server.stop()
  }

  @Test("asks another upstream")
  func upstream() throws {
    let (one, other) = (try Hub(), try Hub())
    try one.getPR("p", "a")
    for sum in ["x", "y"] { try other.getPR("q", sum) }
    func keys(_ hub: Hub) -> String {
      "listen: tcp://127.0.0.1:0\nupstream: \(hub.address)\nupstream-away: strict\nsync-every: off"
    }
    let node = try ReloadingNode(keys(one))
    #expect(try node.server.connect().ask(Requests.getPR("p", "a")) == .value("0"))
    #expect(try node.server.connect().ask(Requests.getPR("q", "x")) == .value("0.0"))
    try node.change(to: keys(other))
    #expect(try node.server.connect().ask(Requests.getPR("q", "y")) == .value("1"))
    try one.die()
    #expect(try node.server.connect().ask(Requests.getPR("q", "z")) == .value("1.0"))
    try node.server.stop()
  }

  @Test("listens where it is told now: what stays is kept, what is new is told, what is left out is gone")
  func listeners() throws {
    let folder = try TemporaryFolder()
    let (one, two) = ("unix://\(folder.path)/one", "unix://\(folder.path)/two")
    func keys(_ listeners: String...) -> String {
      "listen: ['\(listeners.joined(separator: "', '"))']\nready-file: ready"
    }
    let node = try ReloadingNode(keys("tcp://127.0.0.1:0"), in: folder)
    let tcp = node.server.address
    try node.change(to: keys(one, "tcp://127.0.0.1:0"))
    #expect(node.server.process.output.wait { $0.hasSuffix("listening on \(one)\n") })
    #expect(node.server.process.output.lines == ["listening on \(tcp)", "listening on \(one)"])
    #expect(try folder.read("ready") == "listening on \(one)\nlistening on \(tcp)\n")
    for address in [try Address(one), tcp] {
      #expect(try RawConnection(to: address).ask(Requests.ping) == .alive, "\(address)")
    }
    try node.change(to: keys(two, one) + "er")
    #expect(folder.exists("readyer") && !folder.exists("ready"))
    node.waitUntilDrained(times: 2)
    #expect(throws: (any Error).self) { try RawConnection(to: tcp) }
    try node.change(to: keys(two))
    node.waitUntilDrained(times: 3)
    #expect(!folder.exists("one") && folder.exists("two"))
    #expect(try RawConnection(to: Address(two)).ask(Requests.ping) == .alive)
    try node.server.stop()
    #expect(!folder.exists("two") && !folder.exists("ready"))
  }

  @Test("speaks TLS where it spoke plainly, over the same socket")
  func otherProtocol() throws {
    let authority = try Authority("node", "site")
    let tls = "tls: {certificate: \(authority.path("node.pem")), key: \(authority.path("node.key")), "
    let node = try ReloadingNode("listen: tcp://127.0.0.1:0")
    let address = node.server.address
    try node.change(to: "listen: tls://127.0.0.1:0\n\(tls)trust: \(authority.path("ca.pem"))}")
    #expect(try authority.shown(by: address, to: "site").isEmpty == false)
    try node.server.stop()
  }

  @Test("serves another database, and how it stores changes with it")
  func database() throws {
    let node = try ReloadingNode("listen: tcp://127.0.0.1:0\ndatabase: one.sqlite3\ndurability: off")
    func get(_ sum: String) throws -> JSONValue { try node.server.connect().ask(Requests.getPR("p", sum)) }
    #expect(try get("a") == .value("0"))
    try node.change(to: "listen: tcp://127.0.0.1:0\ndatabase: one.sqlite3\ndurability: full")
    #expect(try get("b") == .value("1"))
    try node.change(to: "listen: tcp://127.0.0.1:0\ndatabase: two.sqlite3")
    #expect(try get("b") == .value("0"))
    try node.change(to: "listen: tcp://127.0.0.1:0\ndatabase: one.sqlite3\nread-only: true")
    #expect(try get("b") == .value("1"))
    #expect(try get("c").refusal?.contains("read-only") == true)
    try node.change(to: "listen: tcp://127.0.0.1:0\ndatabase: one.sqlite3")
    #expect(try get("c") == .value("2"))
    try run(.headwater, ["freeze", "--database", "one.sqlite3", "frozen.sqlite3"], in: node.folder).succeeded()
    try node.change(to: "listen: tcp://127.0.0.1:0\nfrozen: frozen.sqlite3")
    #expect(try get("c") == .value("2"))
    try node.server.stop()
  }

  @Test("keeps its log when another process takes itself for the last one on the file")
  func otherProcess() throws {
    let node = try ReloadingNode("listen: tcp://127.0.0.1:0\ndatabase: pr.sqlite3\ndurability: normal")
    #expect(try node.server.connect().ask(Requests.getPR("p", "a")) == .value("0"))
    try node.change(to: "listen: tcp://127.0.0.1:0\ndatabase: pr.sqlite3\ndurability: full")
    node.waitUntilDrained(times: 1)
    let other = try ForeignProcess(node.folder.path("pr.sqlite3"))
    #expect(try other.ask("SELECT count(*) FROM PRMAIN").first?.first == "1")
    try other.close()
    #expect(node.folder.exists("pr.sqlite3-wal"), "it was not the last one")
    #expect(try node.server.connect().ask(Requests.getPR("p", "b")) == .value("1"))
    try node.server.kill()
    let restarted = try ServerProcess(in: node.folder, database: "pr.sqlite3")
    #expect(try restarted.connect().ask(Requests.getPR("p", "b")) == .value("1"), "what was answered is there")
    #expect(try restarted.connect().ask(Requests.getPR("p", "c")) == .value("2"))
    try restarted.stop()
  }

  @Test("logs as it is told now, and a file that says the same changes nothing")
  func log() throws {
    let node = try ReloadingNode("listen: tcp://127.0.0.1:0")
    let connection = try node.server.connect()
    #expect(try connection.ask(Requests.ping) == .alive)
    #expect(try node.reload().contains("nothing has changed"))
    #expect(try connection.ask(Requests.ping) == .alive, "its connections go on")
    try node.change(to: "listen: tcp://127.0.0.1:0\nlog: {format: json}")
    #expect(try node.reload().contains("nothing has changed"))
    #expect(try JSONValue(node.outcomes.last ?? "")["level"] == .string("info"))
    try node.server.stop()
  }

  @Test("lets go of the port that its status page had, while the old server has still something to answer")
  func movedPage() throws {
    let upstream = try FakeUpstream(.answering(.nothing))
    let keys = """
      listen: tcp://127.0.0.1:0
      upstream: \(upstream.address)
      upstream-deadline: 20s
      limits: {lock-timeout: 5s}
      sync-every: off

      """
    let node = try ReloadingNode(keys)
    try node.change(to: keys + "status: tcp://127.0.0.1:0")
    let page = try Self.page(of: node, 1)
    #expect(try HTTPAnswer("/healthz", at: page).status == 200)
    node.waitUntilDrained(times: 1)
    let builder = try node.server.connect()
    try builder.send(Requests.getPR("p", "known") + "\n")
    #expect(upstream.wait { $0.contains { $0["lookup"] != nil } })
    try node.change(to: keys + "status: tcp://127.0.0.2:0")
    #expect(throws: (any Error).self) { try RawConnection(to: page, greets: false) }
    #expect(node.hasLogged(ReloadingNode.drained, times: 1), "the old server has not ended")
    #expect(try HTTPAnswer("/healthz", at: Self.page(of: node, 2)).status == 200)
    upstream.behave(.sound())
    upstream.hangUp()
    #expect(try builder.readMessage() == .value("7"))
    try node.server.stop()
  }

  /// Where its status page is, as it said for the first time, the second, and so on.
  private static func page(of node: ReloadingNode, _ number: Int) throws -> Address {
    let words = "status on http://"
    let hasSaid = node.server.process.output.wait {
      $0.hasSuffix("\n") && $0.components(separatedBy: words).count > number
    }
    try #require(hasSaid)
    let line = node.server.process.output.lines.filter { $0.hasPrefix(words) }[number - 1]
    return try Address("tcp://" + line.dropFirst(words.count))
  }

  @Test("has its status page at the same place, with what holds now, or at another, or nowhere")
  func statusPage() throws {
    let node = try ReloadingNode("listen: tcp://127.0.0.1:0", ["--status", "0"])
    let first = try node.server.look("/api/status").json["node"]
    #expect(first?["role"] == .string("root"))
    for round in 1...3 {
      try node.change(to: "listen: tcp://127.0.0.1:0\nread-only: \(round % 2 == 1)")
      node.waitUntilDrained(times: round)
      let now = try node.server.look("/api/status").json["node"]
      #expect(now?["role"] == .string(round % 2 == 1 ? "read-only" : "root"))
      #expect(now?["startedAt"] == first?["startedAt"] && now?["countedSince"] != first?["countedSince"])
      #expect(try node.server.look("/readyz").status == 200)
    }
    try node.server.stop()

    let other = try ReloadingNode("listen: tcp://127.0.0.1:0")
    try other.change(to: "listen: tcp://127.0.0.1:0\nstatus: tcp://127.0.0.1:0")
    let page = try Self.page(of: other, 1)
    #expect(try HTTPAnswer("/healthz", at: page).status == 200)
    try other.change(to: "listen: tcp://127.0.0.1:0")
    other.waitUntilDrained(times: 2)
    #expect(throws: (any Error).self) { try HTTPAnswer("/healthz", at: page) }
    try other.server.stop()
  }
}
