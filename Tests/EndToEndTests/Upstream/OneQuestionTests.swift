// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// What an upstream does when it is asked for the package `bad`; it answers everything else.
struct BadQuestion: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let reply: FakeUpstream.Reply

  init(_ name: String, _ reply: FakeUpstream.Reply) {
    testDescription = name
    self.reply = reply
  }

  func manner(_ greeting: String) -> FakeUpstream.Manner {
    let reply = reply
    return FakeUpstream.Manner(greeting: greeting) { request in
      guard case .object(let members) = request, members.values.first?["version"] == .string("bad") else {
        return FakeUpstream.Manner.soundReply(to: request)
      }
      return reply
    }
  }

  private static let piece = String(repeating: "x", count: 32_000) + "\n"

  static let all = [
    BadQuestion("closes the connection", .init(text: "", after: .close)),
    BadQuestion("closes it half-way", .init(text: #"{"max":"#, after: .close)),
    BadQuestion(
      "sends more than a node takes", .init(text: "{\"chunk-stream\": null}\n" + String(repeating: piece, count: 200))),
    BadQuestion("sends a line without an end", .init(text: String(repeating: "x", count: 1 << 17))),
    BadQuestion("sends what is no answer", .line(#"{"alive":true}"#)),
    BadQuestion("sends what is no JSON", .line("\u{1}}")),
    BadQuestion("tells a level that no federation has", .line(#"{"max":null,"values":[],"complete":true,"level":99}"#)),
    BadQuestion("says nothing", .init(text: "", after: .hang)),
  ]
}

@Suite("One question that goes wrong", .ownThreads)
struct OneQuestionTests {
  @Test(
    "is not the upstream: others are answered meanwhile, and it is set aside by itself", arguments: BadQuestion.all,
    [FakeUpstream.Manner.ours, FakeUpstream.Manner.stock])
  func others(bad: BadQuestion, greeting: String) throws {
    let upstream = try FakeUpstream(bad.manner(greeting))
    let site = try Site(below: "\(upstream.address)", deadline: "4s")
    #expect(try site.getPR("good", "known") == .value("7"))
    let client = try site.server.connect()
    for round in 0..<4 {
      try client.send(Requests.testPR("bad", "c") + "\n")
      for number in 0..<10 { #expect(try site.getPR("good-\(round)-\(number)", "known") == .value("7")) }
      #expect(try client.readMessage() == .object(["value": .null]), "it is answered without the upstream")
    }
    #expect(site.logs(Site.away) == 0, "\(site.server.log)")
    #expect(site.hasLogged("a question is not put to the upstream for a while"), "\(site.server.log)")
    let asked = upstream.questions.count { request in
      guard case .object(let members) = request else { return false }
      return members.values.first?["version"] == .string("bad") && members.values.first?["checksum"] == .string("c")
    }
    #expect(asked <= 3, "what is set aside is not asked")
    try site.expectNoDuplicates()
    try site.server.stop()
  }

  @Test(
    "is not the upstream where the server mixes with others on one connection: those are asked again",
    arguments: [3, 30])
  func crowd(others: Int) throws {
    let upstream = try FakeUpstream(BadQuestion.all[0].manner(FakeUpstream.Manner.ours))
    let site = try Site(below: "\(upstream.address)")
    #expect(try site.getPR("good", "known") == .value("7"))
    let client = try site.server.connect()
    let names = (0..<others).map { $0 == others / 2 ? "bad" : "good-\($0)" }
    try client.send(names.map { Requests.getPR($0, "known") + "\n" }.joined())
    for name in names {
      let answer = try client.readMessage()
      #expect(name == "bad" ? answer.value != nil : answer == .value("7"), "\(name): \(answer)")
    }
    #expect(site.logs(Site.away) == 0, "\(site.server.log)")
    try site.server.stop()
  }

  @Test("whose server ends altogether shows that, and is not blamed")
  func realEnd() throws {
    let hub = try Hub()
    let site = try Site(below: hub.address)
    try hub.getPR("p", "known")
    #expect(try site.getPR("p", "known") == .value("0"))
    hub.server.process.freeze()
    let client = try site.server.connect()
    try client.send(Requests.getPR("p", "new") + "\n")
    try hub.die()
    #expect(try client.readMessage() == .value("0.0"))
    site.waitForLog(Site.away)
    try hub.comeBack()
    site.waitForLog(Site.back)
    try hub.getPR("q", "new")
    #expect(try site.getPR("q", "new") == .value("0"))
    #expect(site.logs("not put to the upstream") == 0, "\(site.server.log)")
    try site.server.stop()
  }
}

@Suite("Limits of neighbouring nodes", .ownThreads)
struct NeighbourLimitTests {
  private static let maximumLength = String(repeating: "\u{7F}", count: 4096)

  @Test("The longest names that a node takes reach the top by way of others, escaped six-fold")
  func maximumLength() throws {
    let hub = try Hub()
    let site = try Site(below: hub.address)
    let team = try Site(below: "\(site.server.address)", with: ["--level", "2"])
    try hub.getPR(Self.maximumLength, Self.maximumLength)
    #expect(try team.getPR(Self.maximumLength, Self.maximumLength) == .value("0"))
    #expect(team.logs(Site.away) == 0 && site.logs(Site.away) == 0)
    for site in [site, team] { try site.server.stop() }
  }

  @Test(
    "A question that the upstream would not take is refused, with the limit and the server, and nothing is numbered",
    arguments: [
      (["--max-line", "400"], "--max-line"), (["--max-line", "33000", "--max-message", "40000"], "--max-message"),
    ],
    ["strict", "fallback"])
  func lower(limits: ([String], String), policy: String) throws {
    let hub = try ServerProcess(limits.0)
    let site = try Site(below: "\(hub.address)", away: policy)
    let name = limits.1 == "--max-line" ? String(repeating: "x", count: 500) : Self.maximumLength
    let asked = [
      Requests.getPR(name, name), Requests.testPR(name, name), Requests.maxPackagePR(name),
      #"{"lookup":{"version":"\#(name)","pkgarch":"core2-64","checksum":"\#(name)"}}"#,
    ]
    for request in asked {
      let answer = try site.connection.ask(request)
      if limits.1 == "--max-message", request.contains("max-package-pr") { continue }  // that one is short enough
      let refusal = answer.refusal ?? "\(answer)"
      #expect(refusal.contains("\(hub.address)") && refusal.contains(limits.1), "\(refusal)")
    }
    #expect(try site.getPR("p", "c").value != nil)
    #expect(try site.connection.rows().count == 1, "nothing was numbered without the upstream")
    #expect(site.logs(Site.away) == 0, "\(site.server.log)")
    try site.server.stop()
    try hub.stop()
  }

  @Test("A node with lower limits than its upstream refuses by its own, and goes on")
  func higher() throws {
    let hub = try ServerProcess(["--max-line", "1000000", "--max-message", "4000000"])
    let site = try Site(below: "\(hub.address)", with: ["--max-line", "2000", "--max-message", "3000"])
    #expect(try site.getPR(String(repeating: "x", count: 900), "known").value != nil)
    let client = try site.server.connect()
    #expect(
      try client.ask(Requests.getPR(String(repeating: "x", count: 3000), "c")).refusal?.contains("2000 bytes") == true)
    #expect(try site.getPR("p", "c").value != nil)
    #expect(site.logs(Site.away) == 0, "\(site.server.log)")
    try site.server.stop()
    try hub.stop()
  }
}
