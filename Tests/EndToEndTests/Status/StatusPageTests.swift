// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

@Suite("The status page", .ownThreads)
struct StatusPageTests {
  @Test("a node tells by HTTP what it was asked, and finds a package with its history")
  func tells() throws {
    let server = try ServerProcess(["--status", "0"])
    let connection = try server.connect()
    #expect(try connection.ask(Requests.getPR("busybox-1.36.1-r0", "aa")) == .value("0"))
    #expect(try connection.ask(Requests.getPR("busybox-1.36.1-r0", "aa")) == .value("0"))
    #expect(try connection.ask(Requests.getPR("busybox-1.36.1-r0", "bb")) == .value("1"))
    #expect(try server.look("/healthz").body == "alive\n")
    #expect(try server.look("/readyz").status == 200)
    let status = try server.look("/api/status").json
    #expect(status["traffic"]?["answeredAtOnce"] == .integer(1))
    #expect(status["traffic"]?["minted"] == .integer(2))
    #expect(status["node"]?["role"] == .string("root"))
    #expect(status["rows"]?.elements.first?["checksum"] == .string("bb"))
    let found = try server.look("/api/find?q=BUSY+core2").json
    #expect(
      found["rows"]?.elements.compactMap { $0["value"]?.string } == ["1", "0"], "the newest first, whatever the case")
    #expect(try server.look("/api/find?q=busy%25").json["rows"]?.elements == [], "a wildcard stands for itself")
    let metrics = try server.look("/metrics")
    #expect(metrics.body.contains("headwater_requests_total{request=\"get-pr\",outcome=\"at_once\"} 1\n"))
    #expect(metrics.body.contains("headwater_decisions_total{rule=\"next\"} 1\n"))
    #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    let page = try server.look("/?q=busybox")
    #expect(page.body.contains("minted here: the next number for a new checksum"))
    #expect(try server.look("/nothing").status == 404)
    #expect(try server.look("/", method: "POST").status == 405)
    #expect(try server.look("/", method: "HEAD").body == "")
    try server.stop()
  }

  @Test("headwater status prints it, and ends with 1 when the node is not ready")
  func command() throws {
    let hub = try Hub()
    let server = try ServerProcess(["--status", "0", "--upstream", hub.address, "--upstream-away", "strict"])
    _ = try server.waitUntil(ready: true)
    let page = "\(try #require(server.statusPage))"
    let tool = try Tool()
    let text = try tool.run("status", "--server", page).succeeded()
    #expect(text.outputLines.first == "state        ready")
    let json = try tool.run("status", "--server", page, "--json").succeeded()
    #expect(try JSONValue(json.output)["node"]?["level"] == .integer(1))
    try hub.die()
    _ = try server.waitUntil(ready: false)
    #expect(try tool.run("status", "--server", page).ending == .exit(1))
    try server.stop()
    try tool.run("status", "--server", page).failed(saying: "no status page answers")
  }

  @Test("a strict node without its upstream is not ready and says why; with it, it is")
  func strict() throws {
    let hub = try Hub()
    let server = try ServerProcess(["--status", "0", "--upstream", hub.address, "--upstream-away", "strict"])
    #expect(try server.waitUntil(ready: true).status == 200)
    try hub.die()
    let away = try server.waitUntil(ready: false)
    #expect(away.status == 503 && away.body.contains(hub.address) && away.body.contains("no upstream answers"))
    #expect(try server.look("/healthz").status == 200, "it is alive all the same")
    #expect(try server.look("/api/status").json["alarms"]?.elements.isEmpty == false)
    try hub.comeBack()
    #expect(try server.waitUntil(ready: true).status == 200)
    try server.stop()
  }

  @Test("a node whose disk is full is not ready", .enabled(if: SmallDisk.isPossible, "needs to mount"))
  func diskFull() throws {
    let disk = try SmallDisk(kilobytes: 2048)
    let server = try ServerProcess(["--status", "0"], database: disk.file("pr.sqlite3"))
    #expect(try server.waitUntil(ready: true).status == 200)
    let filler = disk.file("filler")
    #expect(FileManager.default.createFile(atPath: filler, contents: nil))
    let file = try #require(FileHandle(forWritingAtPath: filler))
    for size in [1 << 16, 4096, 1] {
      while (try? file.write(contentsOf: Data(repeating: 0, count: size))) != nil {}
    }
    let full = try server.waitUntil(ready: false)
    #expect(full.status == 503 && full.body.contains("is full"), "\(full.body)")
    try FileManager.default.removeItem(atPath: filler)
    try file.close()
    #expect(try server.waitUntil(ready: true).status == 200)
    try server.stop()
  }

  @Test("an open page is sent a new allocation with what it is sent next")
  func events() throws {
    let server = try ServerProcess(["--status", "0"])
    let page = try RawConnection(to: try #require(server.statusPage), greets: false)
    try page.send(HTTPAnswer.question("/events"))
    while !(try page.readEvent().contains("data: ")) {}
    let builder = try server.connect()
    for number in 0..<5 {
      #expect(try builder.ask(Requests.getPR("p", "sum-\(number)")) == .value("\(number)"))
      // One may have been on its way, and another one begun, when the number was given.
      let messages = try (0..<3).map { _ in try page.readEvent() }
      #expect(messages.contains { $0.contains("sum-\(number)") }, "\(messages)")
    }
    try server.stop()
  }

  @Test("a node ends in order while others look who connect anew each time")
  func endsWhileLookedAt() throws {
    for _ in 0..<8 {
      let server = try ServerProcess(["--status", "0"])
      let (looks, isOver) = (Watched(0), Watched(false))
      let lookers = ParallelWork(3) { _ in
        while !isOver.current, (try? server.look("/healthz"))?.status == 200 { looks.withLock { $0 += 1 } }
      }
      looks.wait { $0 >= 30 }
      try server.stop()
      isOver.withLock { $0 = true }
      _ = try lookers.finish()
      #expect(!server.log.contains("EventLoop"), "\(server.log)")
    }
  }

  @Test("a package named like a script is text, wherever it is told, and the policy would stop it")
  func injection() throws {
    let server = try ServerProcess(["--status", "0"])
    let name = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    #expect(try server.connect().ask(Requests.getPR(name, "\u{202E}'onclick='x")) == .value("0"))
    let page = try server.look("/?q=%3Cscript%3E")
    for forbidden in ["<script>alert", "<img", "'onclick"] { #expect(!page.body.contains(forbidden)) }
    #expect(page.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    let policy = try #require(page.headers["content-security-policy"])
    #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
    let other = try server.look("/").headers["content-security-policy"]
    #expect(other != policy, "what one page may run is no use to the next")
    #expect(try server.look("/events", method: "HEAD").status == 404)
    #expect(try server.look("/api/status").headers["x-content-type-options"] == "nosniff")
    try server.stop()
  }

  @Test("without the token nothing is told but whether the node is alive and ready")
  func token() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("s3cret\n", to: "token")
    let server = try ServerProcess(
      ["--status", "tcp://127.0.0.1:0", "--status-token-file", path, "--log-level", "trace"])
    for path in ["/", "/metrics", "/api/status", "/api/find?q=a", "/events"] {
      let answer = try server.look(path)
      #expect(answer.status == 401 && answer.headers["www-authenticate"] != nil, "\(path)")
      #expect(try server.look(path, headers: ["Authorization: Bearer other"]).status == 401)
    }
    #expect(try server.look("/metrics", headers: ["Authorization: Bearer s3cret"]).status == 200)
    #expect(try server.look("/healthz").status == 200 && server.look("/readyz").status == 200)
    let page = "\(try #require(server.statusPage))"
    try Tool().run("status", "--server", page).failed(saying: "--token-file")
    try Tool(in: folder).run("status", "--server", page, "--token-file", path).succeeded()
    let other = try folder.write("other\n", to: "other")
    try Tool().run("status", "--server", page, "--token-file", other).failed(saying: "refuses the token in \(other)")
    try server.stop()
    #expect(!server.log.contains("s3cret") && !server.log.contains("StatusOptions"), "\(server.log)")
  }

  @Test("an address that is taken, or is none, is said so before anything is served")
  func mistakes() throws {
    let server = try ServerProcess(["--status", "0"])
    let tool = try Tool()
    try tool.run("serve", "--listen", "tcp://127.0.0.1:0", "--status", "\(try #require(server.statusPage).port ?? 0)")
      .ending.expectFailure()
    try tool.run("serve", "--status", "unix:///tmp/x").failed(64, saying: "plain HTTP")
    try tool.run("serve", "--status-token-file", "x").failed(64, saying: "--status-token-file needs --status")
    try server.stop()
  }
}

extension ChildProcess.Ending {
  fileprivate func expectFailure() { #expect(self == .exit(1)) }
}
