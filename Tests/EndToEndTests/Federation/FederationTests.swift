// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A federation that was made by commands", .ownThreads)
struct FederationTests {
  @Test("from an empty folder to a site that mints, and a level below it: no option names a lane, a level or a key")
  func story() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune", hasMembers: true)
    let oslo = try authority.member("oslo")
    let kernel = try pune.member("kernel")
    let mirror = try authority.member("mirror", ["--mirror"])
    #expect(try authority.number("v", "a") == "0")
    #expect(try pune.number("v", "b") == "0.0")
    #expect(try oslo.number("v", "c") == "0.1")
    #expect(try kernel.number("v", "d").split(separator: ".").count == 3)
    #expect(try mirror.ask("w", "e").refusal?.contains("read-only") == true)
    let members = try authority.members()
    let places = members.map {
      "\($0["name"]?.string ?? "") \($0["level"]?.integer ?? -1) \($0["lane"]?.string ?? "none")"
    }
    #expect(places.sorted() == ["kernel 2 0/256", "mirror 0 none", "oslo 1 1/256", "pune 1 0/256"])
    for node in [kernel, pune, oslo, mirror, authority] {
      #expect(try node.server?.statusPage == nil || node.server?.alarms() == [], "\(node.name)")
      try node.stop()
    }
  }

  @Test(
    "explain and the page at a leaf name the node that has chosen a value, two levels up, and its builder where that is shared"
  )
  func origins() throws {
    let authority = try ManagedNode.authority(serving: ["--share-askers"])
    let site = try authority.member("site", hasMembers: true)
    _ = try authority.number("v", "top")
    _ = try site.number("v", "middle")
    let leaf = try site.member("leaf")
    #expect(try leaf.number("v", "top") == "0")
    var story = ""
    try leaf.server?.wait {
      story = try leaf.run(["explain", "v", "core2-64"])
      return story.contains("chosen by authority") && story.contains("chosen by site")
    }
    let lines = story.split(separator: "\n")
    let (top, middle) = (lines.filter { $0.contains("  top  ") }, lines.filter { $0.contains("  middle  ") })
    #expect(
      top.contains { $0.contains("on level 0") && $0.hasSuffix("the package's first value, for 127.0.0.1") }, "\(story)"
    )
    #expect(middle.contains { $0.contains("on level 1 in lane 0/256") && $0.hasSuffix("under its upstream's number") })
    try leaf.server?.wait {
      let rows = try leaf.server?.look("/api/status").json["rows"]?.elements ?? []
      return rows.contains { $0["chosen"]?["member"]?.string == "authority" && $0["chosen"]?["asker"]?.string != nil }
    }
    for node in [leaf, site, authority] { try node.stop() }
  }

  @Test("a request of the deepest node goes up through all others without waiting behind reports that are held")
  func deep() throws {
    let authority = try ManagedNode.authority(serving: ["--status", "0"])
    var nodes = [authority]
    for name in ["one", "two", "three", "four"] {
      nodes.append(try nodes[nodes.count - 1].member(name, hasMembers: true))
    }
    // All have reported, and their next reports wait.
    try authority.server?.wait {
      try authority.members().allSatisfy { $0["seenAt"]?.integer != $0["joinedAt"]?.integer }
    }
    let begin = ContinuousClock.now
    for index in 0..<3 { _ = try nodes[4].invite("site\(index)") }
    #expect(ContinuousClock.now - begin < .seconds(20), "a report is held for 30 s")
    for node in nodes.reversed() { try node.stop() }
  }

  @Test("a line is good once, and a name too")
  func twice() throws {
    let authority = try ManagedNode.authority()
    let line = try authority.invite("pune")
    let (first, second) = (try Tool(), try Tool())
    try first.run(line).succeeded()
    try second.run(line).failed(saying: "the token is not accepted")
    try Tool(in: authority.folder).run(["invite", "pune"]).failed(saying: "the name pune is taken")
    try second.run([line[0], line[1], "hw1-" + String(repeating: "a", count: 96)]).failed(64, saying: "mistyped")
    try authority.stop()
  }

  @Test("a copy of a database is found when both report: one of them mints on with a new lane, the other never again")
  func clone() throws {
    let authority = try ManagedNode.authority(serving: ["--status", "0"])
    let pune = try authority.member("pune")
    #expect(try pune.number("v", "a") == "0.0")
    try pune.stop()
    let copy = try pune.copy()
    try pune.start()
    try copy.start()
    let server = try #require(authority.server)
    try server.wait { try server.alarm("member-cloned:pune") != nil }
    for node in [pune, copy] {
      let server = try #require(node.server)
      try server.wait { try server.alarms().contains("minting-stopped") }
      #expect(try node.ask("v", "of \(node.folder.path)").refusal?.contains("federation relane") == true)
      #expect(try node.number("v", "a") == "0.0", "what is known is answered all the same")
    }
    try copy.stop()
    try authority.run(["federation", "relane", "pune"])
    let mended = try #require(pune.server)
    try pune.wait { try mended.alarms().isEmpty }
    #expect(try pune.number("v", "b") == "0.1")
    try server.wait { try server.alarm("member-cloned:pune") == nil }
    try copy.start()
    let other = try #require(copy.server)
    try other.wait { try copy.ask("v", "c").refusal?.contains("another copy") == true }
    for node in [pune, copy, authority] { try node.stop() }
  }

  @Test("a restored backup is found at the next report, and joins again")
  func restored() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune")
    #expect(try pune.number("v", "a") == "0.0")
    try pune.stop()
    let backup = try pune.copy()
    // Three more answers: the backup is older than the last two.
    for index in 0..<3 {
      try pune.start()
      #expect(try pune.number("v", "b\(index)") == "0.\(256 * (index + 1))")
      let seen = try authority.entry("pune")?["seenAt"]
      try pune.server?.wait { try authority.entry("pune")?["seenAt"] != seen || index == 0 }
      try pune.stop()
    }
    try backup.start()
    let server = try #require(backup.server)
    try server.wait { try server.alarms().contains("minting-stopped") }
    #expect(try backup.ask("v", "c").refusal?.contains("restored from a backup") == true)
    try backup.stop()
    let line = try authority.invite("pune", ["--again"])
    try backup.run(line + ["--yes"])
    try backup.start()
    #expect(try backup.number("v", "c") == "0.1")
    try backup.stop()
    try authority.stop()
  }

  @Test("a member that is revoked is out at every level, with its open connections")
  func revoked() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    #expect(try kernel.number("v", "a") == "0.0.0")
    try authority.run(["federation", "revoke", "kernel"])
    pune.server?.waitForLog("a connection was closed: the certificate of its client was revoked")
    pune.server?.waitForLog("certificate revoked")
    #expect(try kernel.number("v", "a") == "0.0.0", "what it has on record it answers")
    try authority.run(["federation", "revoke", "pune"])
    authority.server?.waitForLog("a connection was closed: the certificate of its client was revoked")
    authority.server?.waitForLog("certificate revoked")
    for node in [kernel, pune, authority] { try node.stop() }
  }

  /// The long form takes 25 minutes.
  private static let lifetimes =
    ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1" ? [("12s", 3), ("180s", 12)] : [("12s", 3)]

  @Test("certificates are renewed while connections stay", arguments: lifetimes)
  func renewals(lifetime: String, count: Int) throws {
    let authority = try ManagedNode.authority(["--certificate-lifetime", lifetime])
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    var asked = 0
    for node in [kernel, pune] {
      let server = try #require(node.server)
      try server.wait(seconds: Limit.seconds + Double(count) * 150) {
        asked += 1
        _ = try kernel.number("v", "\(asked)")
        return server.log.components(separatedBy: "the certificate of this node was renewed").count > count
      }
    }
    for node in [kernel, pune, authority] {
      let log = try #require(node.server).log
      #expect(!log.contains("the upstream is away") && !log.contains("TLS connection failed"), "\(log)")
      try node.stop()
    }
  }

  @Test("a member that retires gives its lane back, and the next one goes on above its numbers")
  func retired() throws {
    let authority = try ManagedNode.authority(["--lanes", "1"])
    let pune = try authority.member("pune")
    #expect(try pune.number("v", "a") == "0.0")
    #expect(try pune.number("v", "b") == "0.1")
    try Tool(in: authority.folder).run(["invite", "oslo"]).failed(saying: "lane")
    try Tool(in: authority.folder).run(["federation", "revoke", "dock"]).failed(saying: "no member is called dock")
    try authority.run(["federation", "retire", "pune"])
    try pune.wait { try authority.entry("pune")?["state"]?.string == "retired" }
    #expect(try pune.ask("v", "c").refusal?.contains("retired") == true)
    let oslo = try authority.member("oslo")
    #expect(try oslo.number("v", "c") == "0.2")
    for node in [pune, oslo, authority] { try node.stop() }
  }

  @Test("a member that is renamed gets a certificate of its new name, and members below it go on asking it")
  func renamed() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    #expect(try kernel.number("v", "a") == "0.0.0")
    try authority.run(["federation", "rename", "pune", "bombay"])
    pune.server?.waitForLog("the certificate of this node was renewed")
    #expect(try pune.number("v", "b").split(separator: ".").count == 2)
    #expect(try pune.run(["federation"]).hasPrefix("bombay is a member of hq.example"))
    try kernel.wait { try kernel.run(["federation"]).contains("below bombay") }
    // A number of the parent is above all that the member had: it has asked.
    var asked = 0
    try kernel.wait {
      asked += 1
      let above = try pune.number("w", "above \(asked)")
      return try kernel.number("w", "below \(asked)").hasPrefix(above)
    }
    try kernel.wait { try kernel.server?.alarms() == [] }
    for node in [kernel, pune, authority] { try node.stop() }
  }

  @Test("a server with rows of its own joins, and all go on above its numbers")
  func standalone() throws {
    let authority = try ManagedNode.authority()
    let oslo = try authority.member("oslo")
    #expect(try oslo.number("v", "a") == "0.0")
    let alone = try ServerProcess(["--level", "1", "--lane", "0/1"])
    #expect(try alone.connect().ask(Requests.getPR("v", "b"))["value"] == .string("0.0"))
    #expect(try alone.connect().ask(Requests.getPR("v", "c"))["value"] == .string("0.1"))
    try alone.stop()
    let pune = try authority.member("pune", in: alone.folder)
    #expect(try pune.number("v", "c") == "0.1", "own rows stay own rows")
    let own = try #require(UInt64(try pune.number("v", "d").dropFirst(2)))
    #expect(own >= 2 && own % 256 == 1)
    let other = try #require(oslo.server)
    try other.wait { try oslo.run(["federation", "--json"]).contains(#""from":2"#) }
    let next = try #require(UInt64(try oslo.number("w", "e").dropFirst(2)))
    #expect(next >= 2 && next % 256 == 0)
    for node in [pune, oslo, authority] { try node.stop() }
  }

  @Test("a member's database is not served without its keys, as if it stood alone")
  func lostKeys() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune")
    try pune.stop()
    try FileManager.default.removeItem(atPath: pune.folder.path("prserv.sqlite3.keys"))
    let outcome = try Tool(in: pune.folder).run(["serve", "--listen", "tcp://127.0.0.1:0"])
    #expect(outcome.ending == .exit(1) && outcome.errors.contains("invite pune --again"), "\(outcome.errors)")
    try pune.run(authority.invite("pune", ["--again"]))
    try pune.start()
    #expect(try pune.number("v", "a").hasPrefix("0."))
    try pune.stop()
    try authority.stop()
  }

  @Test("a database from before its member joined is not served beside the member's keys, as if it stood alone")
  func restoredToBeforeTheJoin() throws {
    let authority = try ManagedNode.authority()
    let folder = try TemporaryFolder()
    let alone = try ServerProcess(in: folder)
    #expect(try alone.connect().ask(Requests.getPR("v", "a"))["value"] == .string("0"))
    try alone.stop()
    let backup = try Data(contentsOf: URL(filePath: folder.path("prserv.sqlite3")))
    let pune = try authority.member("pune", in: folder)
    try pune.stop()
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      if file.hasPrefix("prserv.sqlite3"), !file.hasSuffix(".keys") {
        try FileManager.default.removeItem(atPath: folder.path(file))
      }
    }
    try backup.write(to: URL(filePath: folder.path("prserv.sqlite3")))
    let serve = ["serve", "--listen", "tcp://127.0.0.1:0"]
    let outcome = try Tool(in: folder).run(serve)
    #expect(outcome.ending == .exit(1), "\(outcome.errors)")
    #expect(outcome.errors.contains("is not the database of a member, and "), "\(outcome.errors)")
    #expect(outcome.errors.contains("headwater invite pune --again"), "\(outcome.errors)")
    try pune.run(authority.invite("pune", ["--again"]) + ["--yes"])
    try pune.start()
    #expect(try pune.number("v", "b").hasPrefix("0."))
    try pune.stop()
    try authority.stop()
  }

  @Test("an authority that was restored gives no lane until its members have reported and the operator says so")
  func restoredAuthority() throws {
    let authority = try ManagedNode.authority(serving: ["--status", "0"])
    let pune = try authority.member("pune")
    #expect(try pune.number("v", "a") == "0.0")
    try pune.stop()
    try authority.stop()
    let backup = try authority.copy()
    try authority.start()
    let oslo = try authority.member("oslo")
    #expect(try oslo.number("v", "b") == "0.1")
    try pune.start()
    try pune.server?.wait { try pune.number("v", "c") == "0.256" }
    for node in [pune, oslo, authority] { try node.stop() }
    // The backup takes the authority's place.
    for file in try FileManager.default.contentsOfDirectory(atPath: authority.folder.path) {
      guard file.hasPrefix("prserv.sqlite3"), !file.hasSuffix(".keys") else { continue }
      try FileManager.default.removeItem(atPath: authority.folder.path(file))
    }
    for file in try FileManager.default.contentsOfDirectory(atPath: backup.folder.path) {
      guard file.hasPrefix("prserv.sqlite3"), !file.hasSuffix(".keys") else { continue }
      try FileManager.default.copyItem(atPath: backup.folder.path(file), toPath: authority.folder.path(file))
    }
    let server = try authority.start()
    try oslo.start()
    try server.wait { try server.alarm("register-restored") != nil }
    try server.wait { try authority.entry("oslo")?["lane"]?.string == "1/256" }
    try Tool(in: authority.folder).run(["invite", "rome"]).failed(saying: "after-restore")
    try Tool(in: authority.folder).run(["federation", "after-restore"]).failed(saying: "pune")
    try pune.start()
    try server.wait {
      try Tool(in: authority.folder).run(["federation", "after-restore"]).ending == .exit(0)
    }
    let rome = try authority.member("rome")
    #expect(try rome.number("v", "d") == "0.2")
    #expect(try oslo.number("v", "e").hasPrefix("0."))
    for node in [pune, oslo, rome, authority] { try node.stop() }
  }

  @Test("options that the lease decides are refused beside it", arguments: ["--lane", "--level", "--upstream"])
  func contradictions(option: String) throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune")
    try pune.stop()
    let value = ["--lane": "0/2", "--level": "3", "--upstream": "tcp://127.0.0.1:1"][option] ?? ""
    try Tool(in: pune.folder).run(["serve", option, value]).failed(64, saying: "leave \(option) out")
    try authority.stop()
  }

  @Test(
    "an authority that would number like a member, or like another server, is refused",
    arguments: [
      (["--level", "1"], "--level"), (["--level", "1", "--lane", "0/2"], "--level"),
      (["--upstream", "tcp://127.0.0.1:1"], "--upstream"), (["--numbering", "bitbake"], "--numbering"),
      (["--lane", "0/2"], "--lane"),
    ])
  func contradictionsAtTheTop(options: [String], blamed: String) throws {
    let authority = try ManagedNode.authority()
    try authority.stop()
    try Tool(in: authority.folder).run(["serve"] + options).failed(64, saying: "leave \(blamed) out")
  }
}
