// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Round trips to an upstream far away", .ownThreads)
struct RoundTripTests {
  @Test(
    "are one for what is unknown, and none for what is known",
    arguments: [FakeUpstream.Manner.ours, FakeUpstream.Manner.stock])
  func count(greeting: String) throws {
    let upstream = try FakeUpstream(.sound(greeting))
    let relay = try Relay(to: upstream.address, delay: 0.05)
    let site = try Site(below: "\(relay.address)")
    site.waitForLog("connected to the upstream")
    for history in [false, true] {
      for checksum in ["known", "unknown"] {
        let before = relay.traffic
        let first = try site.getPR("p-\(history)", checksum, history: history)
        #expect(first == .value(checksum == "known" ? "7" : "7.0"))
        #expect(relay.traffic.flights == before.flights + 1, "\(upstream.questions)")
        let then = relay.traffic
        #expect(try site.getPR("p-\(history)", checksum, history: history) == first)
        #expect(relay.traffic == then, "a known tuple is no affair of the upstream's")
      }
    }
    #expect(relay.traffic.connections == 1)
    try site.server.stop()
  }

  @Test("are one for a hundred unknown tuples that are asked at once")
  func pipelined() throws {
    let upstream = try FakeUpstream(.sound())
    let relay = try Relay(to: upstream.address, delay: 0.05)
    let site = try Site(below: "\(relay.address)")
    site.waitForLog("connected to the upstream")
    let before = relay.traffic.flights
    try site.connection.send((0..<100).map { Requests.getPR("p\($0)", "known") + "\n" }.joined())
    let answers = try (0..<100).map { _ in try site.connection.readMessage() }
    #expect(answers.allSatisfy { $0 == .value("7") })
    // A server that is kept waiting reads what was sent in a few parts.
    #expect(relay.traffic.flights - before < 50, "one after the other they are a hundred")
    #expect(upstream.questions.count == 100)
    #expect(relay.traffic.connections <= 2)
    try site.server.stop()
  }

  @Test("are shared by all that ask the same: one is under way, and one more is for those that came after it had left")
  func shared() throws {
    let upstream = try FakeUpstream(.sound())
    let relay = try Relay(to: upstream.address)
    let site = try Site(below: "\(relay.address)")
    site.waitForLog("connected to the upstream")
    let clients = try (0..<20).map { _ in try site.server.connect() }
    for client in clients { #expect(try client.ask(Requests.ping) == .alive) }
    relay.goSilent()
    let before = relay.traffic.bytesUp
    for client in clients { try client.send(Requests.getPR("p", "known") + "\n") }
    // Once it has answered two pings that came later, the server has read all of them.
    for _ in 0..<2 { #expect(try site.connection.ask(Requests.ping) == .alive) }
    try site.connection.send(Requests.getPR("last", "known") + "\n")
    _ = relay.wait { $0.bytesUp > before + 150 }  // two lookups
    relay.heal()
    for client in clients { #expect(try client.readMessage() == .value("7")) }
    #expect(try site.connection.readMessage() == .value("7"))
    let asked = upstream.questions.count { $0["lookup"]?["version"] == .string("p") }
    #expect((1...2).contains(asked), "\(upstream.questions)")
    try site.server.stop()
  }

  @Test("of somebody in a hurry do not take the upstream away from the others")
  func hurry() throws {
    let upstream = try FakeUpstream(.sound())
    let relay = try Relay(to: upstream.address)
    let site = try Site(below: "\(relay.address)")
    site.waitForLog("connected to the upstream")
    relay.goSilent()
    let patient = try site.server.connect()
    try patient.send(Requests.getPR("p", "known") + "\n")
    let lookup = #"{"lookup":{"version":"p","pkgarch":"core2-64","checksum":"known","within":4}}"#
    let answer = try site.connection.ask(lookup)
    #expect(answer["complete"] == .bool(false), "\(answer)")
    relay.heal()
    #expect(try patient.readMessage() == .value("7"))
    #expect(site.logs(Site.away) == 0, "\(site.server.log)")
    try site.server.stop()
  }
}
