// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Several upstreams", .ownThreads)
struct SeveralUpstreamsTests {
  @Test("are asked in order: the second while the first is away")
  func order() throws {
    let (first, second) = (try FakeUpstream(.sound()), try FakeUpstream(.sound()))
    let relay = try Relay(to: first.address)
    let site = try Site(below: "\(relay.address)", "\(second.address)", away: "strict")
    site.waitForLog("connected to the upstream", times: 2)
    #expect(try site.getPR("p0", "known") == .value("7"))
    #expect(first.questions.count == 1 && second.questions.isEmpty)
    relay.cut()
    site.waitForLog(Site.away)
    for number in 1...20 { #expect(try site.getPR("p\(number)", "known") == .value("7")) }
    #expect(first.questions.count == 1 && second.questions.count == 20)
    relay.heal()
    site.waitForLog(Site.back)
    #expect(try site.getPR("p21", "known") == .value("7"))
    #expect(first.questions.count == 2 && second.questions.count == 20)
    #expect(site.hasLogged(Site.away, times: 1), "\(site.server.log)")
    try site.server.stop()
  }

  @Test("share the deadline: one that hangs leaves time to ask the next")
  func share() throws {
    let (first, second) = (try FakeUpstream(.sound()), try FakeUpstream(.sound()))
    let relay = try Relay(to: first.address)
    let site = try Site(below: "\(relay.address)", "\(second.address)", away: "strict", deadline: "8s")
    site.waitForLog("connected to the upstream", times: 2)
    relay.goSilent()
    // A strict node refuses once the deadline is over.
    #expect(try site.getPR("p", "known") == .value("7"))
    #expect(second.questions.count == 1)
    try site.server.stop()
  }

  @Test("that are all away: a refusal names one of them, once the deadline is over")
  func allAway() throws {
    let (first, second) = (try FakeUpstream(.sound()), try FakeUpstream(.sound()))
    let relays = try [first, second].map { try Relay(to: $0.address) }
    let site = try Site(
      below: "\(relays[0].address)", "\(relays[1].address)", away: "strict", deadline: "4s")
    site.waitForLog("connected to the upstream", times: 2)
    for relay in relays { relay.goSilent() }
    let answer = try site.getPR("p", "known")
    #expect(relays.contains { answer.refusal?.contains("\($0.address)") == true }, "\(answer)")
    for relay in relays { relay.heal() }
    site.waitForLog(Site.back)
    #expect(try site.getPR("p", "known") == .value("7"))
    try site.server.stop()
  }
}
