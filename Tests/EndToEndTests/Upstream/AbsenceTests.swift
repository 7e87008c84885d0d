// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("An upstream that is away", .ownThreads)
struct AbsenceTests {
  /// What a node answers to the n-th new checksum of a package whose value 0 it has adopted.
  private func expect(_ answer: JSONValue, _ number: Int, _ policy: String, upstream: String) {
    switch policy {
    case "strict":
      #expect(answer.refusal?.contains(upstream) == true && answer.refusal?.contains("refused") == true, "\(answer)")
    default: #expect(answer == .value("0.\(number)"))
    }
  }

  @Test(
    "refuses connections: the policy holds, and it is asked again once it is back", arguments: ["strict", "fallback"])
  func refuses(policy: String) throws {
    let hub = try Hub()
    let site = try Site(below: hub.address, away: policy)
    try hub.getPR("p", "from-hub")
    #expect(try site.getPR("p", "from-hub") == .value("0"))
    try hub.die()
    site.waitForLog("connection refused")
    let (_, taken) = try measured {
      for number in 0..<200 {
        expect(try site.getPR("p", "new-\(number)"), number, policy, upstream: hub.address)
      }
    }
    #expect(taken < .seconds(2000), "200 that wait for the deadline of 20 s take twice as long")
    #expect(try site.getPR("p", "from-hub", history: true) == .value("0"))
    #expect(site.hasLogged(Site.away, times: 1), "\(site.server.log)")
    try hub.comeBack()
    site.waitForLog(Site.back)
    #expect(try hub.getPR("p", "later") == "1")
    #expect(try site.getPR("p", "later") == .value("1"), "it is asked again")
    try site.expectNoDuplicates()
    #expect(site.hasLogged(Site.away, times: 1) && site.hasLogged(Site.back, times: 1), "\(site.server.log)")
    try site.server.stop()
  }

  @Test("by the policy offline is not even called")
  func offline() throws {
    let upstream = try FakeUpstream(.sound())
    let site = try Site(below: "\(upstream.address)", away: "offline", with: ["--level", "1"])
    #expect(try site.getPR("p", "known") == .value("0.0"))
    #expect(try site.connection.ask(Requests.maxPackagePR("q")) == .object(["value": .null]))
    #expect(upstream.connections == 0)
    try site.server.stop()
  }

  @Test(
    "from the beginning leaves a node without a level that mints nothing, and answers what it has",
    arguments: ["strict", "fallback", "offline"])
  func levelUnknown(policy: String) throws {
    let folder = try TemporaryFolder()
    let hub = "unix://" + folder.path("hub.socket")
    let site = try Site(below: hub, away: policy, with: ["--status", "0"], in: folder)
    #expect(try site.connection.ask(Requests.importOne("p", "known", value: #""0.7""#))["value"] == .string("0.7"))
    #expect(try site.getPR("p", "known") == .value("0.7"))
    let refusal = try #require(try site.getPR("p", "new").refusal)
    #expect(policy == "strict" || refusal.contains("--level"), "\(refusal)")
    let reasons = try site.server.look("/readyz")
    #expect(reasons.status == 503 && reasons.body.contains("how many nodes stand above"), "\(reasons)")
    #expect(try site.server.alarms().contains("level-unknown"))
    guard policy != "offline" else { return try site.server.stop() }
    // A node of level 1 above: this one stands at level 2.
    let above = try ServerProcess(["--level", "1"], in: folder, database: "hub.sqlite3", listeners: [hub])
    site.waitForLog(Site.back)
    #expect(try site.getPR("p", "new") == .value("0.7.0"))
    #expect(try !site.server.alarms().contains("level-unknown"))
    try above.stop()
    try site.server.stop()
    // The level is kept.
    let again = try Site(below: hub, away: "fallback", in: folder)
    #expect(try again.getPR("p", "newer") == .value("0.7.1"))
    try again.server.stop()
  }

  @Test("from the beginning does not keep a node from starting", arguments: ["strict", "fallback"])
  func neverThere(policy: String) throws {
    let folder = try TemporaryFolder()
    let site = try Site(below: "unix://\(folder.path("nobody"))", away: policy, with: ["--level", "1"])
    let answer = try site.getPR("p", "a")
    if policy == "strict" {
      #expect(answer.refusal?.contains("nobody") == true, "\(answer)")
    } else {
      #expect(answer == .value("0.0"))
    }
    #expect(site.hasLogged(Site.away, times: 1), "\(site.server.log)")
    try site.server.stop()
  }

  @Test("as it hangs costs one deadline, and what is known costs nothing")
  func hangs() throws {
    let hub = try Hub()
    let site = try Site(below: hub.address, deadline: "4s")
    try hub.getPR("p", "known")
    #expect(try site.getPR("p", "known") == .value("0"))
    hub.server.process.freeze()
    let (_, known) = try measured {
      for _ in 0..<100 { try #expect(site.getPR("p", "known") == .value("0")) }
    }
    #expect(known < .seconds(200), "100 that wait for the deadline take twice as long")
    let (first, deadline) = try measured { try site.getPR("p", "new-0") }
    #expect(first == .value("0.0") && deadline > .milliseconds(3900))
    let (_, later) = try measured {
      for number in 1...100 { try #expect(site.getPR("p", "new-\(number)") == .value("0.\(number)")) }
    }
    #expect(later < .seconds(200), "100 that wait for the deadline take twice as long")
    #expect(site.hasLogged(Site.away, times: 1), "\(site.server.log)")
    #expect(site.hasLogged("no answer within 4s", times: 1), "\(site.server.log)")
    hub.server.process.thaw()
    site.waitForLog(Site.back)
    try hub.getPR("p", "later")
    #expect(try site.getPR("p", "later") == .value("1"))
    #expect(site.hasLogged(Site.away, times: 1) && site.hasLogged(Site.back, times: 1), "\(site.server.log)")
    try site.expectNoDuplicates()
    try site.server.stop()
  }

  @Test("since its line was cut is found again", arguments: [false, true])
  func cut(resets: Bool) throws {
    let upstream = try FakeUpstream(.sound())
    let relay = try Relay(to: upstream.address)
    let site = try Site(below: "\(relay.address)")
    #expect(try site.getPR("p", "known") == .value("7"))
    relay.cut(resets: resets)
    site.waitForLog(Site.away)
    for number in 0..<100 { #expect(try site.getPR("p", "new-\(number)") == .value("7.\(number)")) }
    relay.heal()
    site.waitForLog(Site.back)
    #expect(try site.getPR("q", "known") == .value("7"))
    #expect(site.hasLogged(Site.away, times: 1), "\(site.server.log)")
    try site.server.stop()
  }
}
