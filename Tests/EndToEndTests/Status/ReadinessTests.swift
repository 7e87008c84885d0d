// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

/// What a load balancer is told, and why. The disk that is full and the upstream that is away are with the page's tests.
@Suite("Whether a node is ready", .ownThreads)
struct ReadinessTests {
  private func expectNotReady(
    _ server: ServerProcess, saying reason: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let answer = try server.waitUntil(ready: false)
    #expect(answer.status == 503 && answer.body.contains(reason), "\(answer.body)", sourceLocation: sourceLocation)
    #expect(try server.look("/healthz").status == 200, "it is alive all the same", sourceLocation: sourceLocation)
  }

  @Test("a mirror is not before its first copy is whole; with one it is, whatever becomes of its upstream")
  func mirror() throws {
    let hub = try Hub()
    try hub.getPR("p", "a")
    try hub.die()
    let options = [
      "--status", "0", "--read-only", "--sync-every", "60s", "--upstream", hub.address, "--log-level", "debug",
    ]
    let folder = try TemporaryFolder()
    let mirror = try ServerProcess(options, in: folder)
    try expectNotReady(mirror, saying: "the first copy of the upstream is not there yet")
    try hub.comeBack()
    #expect(try mirror.waitUntil(ready: true).body == "ready\n")
    #expect(try mirror.connect().ask(Requests.getPR("p", "a")) == .value("0"))
    try hub.die()
    _ = mirror.process.errors.wait { $0.contains("the upstream could not be copied") }
    #expect(try mirror.look("/readyz").status == 200, "what it has is answered")
    try mirror.wait { try mirror.look("/api/status").json["alarms"]?.elements.isEmpty == false }
    try mirror.stop()
    let restarted = try ServerProcess(options, in: folder)
    #expect(try restarted.waitUntil(ready: true).status == 200, "a copy from before will do")
    try restarted.stop()
  }

  @Test("a frozen node and one that stores nothing are, and write nothing to show it")
  func frozen() throws {
    let folder = try TemporaryFolder()
    try folder.fill("a.sqlite3", 50)
    try Tool(in: folder).run("freeze", "--database", "a.sqlite3", "f.sqlite3").succeeded()
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.path("f.sqlite3")))
    let frozen = try ServerProcess(["--status", "0", "--frozen", "f.sqlite3"], in: folder)
    #expect(try frozen.look("/readyz").body == "ready\n")
    #expect(try frozen.look("/api/status").json["node"]?["role"] == .string("frozen"))
    try frozen.stop()
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("f.sqlite3"))) == before)
    let reader = try ServerProcess(["--status", "0", "--read-only"], in: folder, database: "a.sqlite3")
    #expect(try reader.look("/readyz").body == "ready\n")
    try reader.stop()
  }

  @Test("a node whose database was removed is not, and gives out nothing that would be lost", arguments: [false, true])
  func vanished(withItsFolder: Bool) throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("inner"), withIntermediateDirectories: false)
    let server = try ServerProcess(["--status", "0"], in: folder, database: "inner/pr.sqlite3")
    let connection = try server.connect()
    #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"))
    #expect(try server.waitUntil(ready: true).status == 200)
    try FileManager.default.removeItem(atPath: folder.path(withItsFolder ? "inner" : "inner/pr.sqlite3"))
    try expectNotReady(server, saying: "was removed or replaced while the server had it open")
    let refusal = try connection.ask(Requests.getPR("p", "b")).refusal
    #expect(refusal?.contains("was removed or replaced") == true, "\(refusal ?? "none")")
    #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"), "what is known is answered")
    try server.stop()
  }

  @Test(
    "a node whose disk has failed and cannot be written any more is not",
    .enabled(if: FailingDisk.isPossible, "needs to mount"))
  func failingDisk() throws {
    let disk = try FailingDisk()
    let server = try ServerProcess(["--status", "0"], database: disk.file("pr.sqlite3"))
    let connection = try server.connect()
    #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"))
    #expect(try server.waitUntil(ready: true).status == 200)
    try disk.fail()
    try expectNotReady(server, saying: "\(disk.file("pr.sqlite3")) could not be used: disk I/O error")
    #expect(try connection.ask(Requests.getPR("p", "b")).refusal?.contains(disk.path) == true)
    #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"), "what is known is answered")
    server.process.signal(SIGTERM)
    _ = try server.process.wait()
  }

  @Test("a node whose database another process keeps locked is not, until the lock is gone")
  func locked() throws {
    let server = try ServerProcess(["--status", "0"])
    #expect(try server.waitUntil(ready: true).status == 200)
    let other = try ForeignProcess(server.folder.path("prserv.sqlite3"))
    try other.lock()
    try expectNotReady(server, saying: "another process may hold its lock")
    try other.unlock()
    #expect(try server.waitUntil(ready: true).status == 200)
    try server.stop()
  }

  @Test("a node that was told to stop is not, while it waits for those who are slow")
  func stopping() throws {
    let server = try ServerProcess(["--status", "0", "--drain-timeout", "10m"])
    let padding = String(repeating: "x", count: 4000)
    let builder = try server.connect()
    for number in 0..<300 { #expect(try builder.ask(Requests.getPR(padding, "\(padding)\(number)")).value != nil) }
    let slow = try server.connect(receiveBuffer: 1 << 16)
    #expect(try slow.ask(Requests.ping) == .alive)
    try slow.send(String(repeating: Requests.export(history: true) + "\n", count: 20))
    #expect(try builder.ask(Requests.ping) == .alive)
    server.process.signal(SIGTERM)
    try expectNotReady(server, saying: "the server is stopping")
    _ = slow.readToEnd()
    #expect(try server.process.wait() == .exit(0))
  }
}
