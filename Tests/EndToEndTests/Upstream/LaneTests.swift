// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Lanes of a level", .ownThreads)
struct LevelLaneTests {
  private static let stores = ["30f02a00-29a6-4e8b-9240-f9274e6ca8d8", "98574686-7d4a-4f9d-91b5-d0ce5e4806bd"]

  private func isAlive(_ connection: RawConnection) throws -> Bool {
    let answer = try connection.ask(Requests.ping)
    return answer["alive"] == .bool(true) && answer["rival"] == nil
  }

  private func alarm(_ server: ServerProcess) throws -> String? { try server.alarm("lanes-overlap") }

  @Test("that overlap are an alarm at the upstream, and each of the two nodes is told")
  func upstream() throws {
    let server = try ServerProcess(["--status", "0"])
    let (first, alone) = try server.greet(["store: \(Self.stores[0])", "lane: 1/4"])
    #expect(alone.contains("lane: 0/1") && !alone.contains { $0.hasPrefix("rival") })
    #expect(try isAlive(first) && alarm(server) == nil)
    let (second, told) = try server.greet(["store: \(Self.stores[1])", "lane: 3/6"])
    #expect(told.contains("rival: \(Self.stores[0]) 1/4"))
    #expect(try first.ask(Requests.ping)["rival"] == .string("\(Self.stores[1]) 3/6"))
    let text = try #require(try alarm(server))
    for part in Self.stores + ["1/4", "3/6"] { #expect(text.contains(part), "\(text)") }
    #expect(server.hasLogged("an alarm was raised alarm=lanes-overlap"), "\(server.log)")
    // The second one gets another lane.
    let (third, _) = try server.greet(["store: \(Self.stores[1])", "lane: 2/4"])
    #expect(try isAlive(first) && isAlive(third) && alarm(server) == nil)
    withExtendedLifetime(second) {}
    try server.stop()
  }

  @Test("are not heard from those who may not read, are no node, or name no store")
  func others() throws {
    let server = try ServerProcess(["--status", "0"])
    _ = try server.greet(["store: \(Self.stores[0])", "lane: 0/1"])
    for headers in [[], ["lane: 0/1"], ["store: x", "lane: 0/1"], ["store: \(Self.stores[1])", "lane: 1/1"]] {
      let (connection, told) = try server.greet(headers)
      #expect(try connection.ask(Requests.ping) == .alive && !told.contains { $0.hasPrefix("rival") })
    }
    #expect(try alarm(server) == nil)
    try server.stop()
    let mute = try ServerProcess(
      ["--status", "0", "--listen", "tcp://127.0.0.1:0", "--rights", "tcp://127.0.0.1:0=none"], listeners: [],
      expecting: 1)
    for store in Self.stores { _ = try mute.greet(["store: \(store)", "lane: 0/1"]) }
    #expect(try alarm(mute) == nil)
    try mute.stop()
  }

  @Test("are told by two sites that were given none, which say so, and both raise the alarm")
  func sites() throws {
    let hub = try Hub()
    let first = try Site(below: hub.address, with: ["--status", "0"])
    first.waitForLog("connected to the upstream")
    #expect(first.hasLogged("this node was given no lane and mints in 0/1", times: 1))
    let second = try Site(below: hub.address, with: ["--status", "0"])
    second.waitForLog("an alarm was raised alarm=lane-overlap:")
    let status = try Tool().run("status", "--server", "\(try #require(second.server.statusPage))").output
    #expect(status.contains("lane 0/1, the default: none was given"), "\(status)")
    #expect(try second.server.look("/").body.contains("<dd>0/1, the default: none was given</dd>"))
    try first.server.stop()
    let again = try Site(below: hub.address, in: first.server.folder)
    again.waitForLog("an alarm was raised alarm=lane-overlap:")
    let third = try Site(below: hub.address, with: ["--lane", "1/2", "--status", "0"])
    #expect(third.logs("given no lane") == 0)
    #expect(try third.server.look("/api/status").json["node"]?["lacksLane"] == .bool(false))
    for site in [second, again, third] { try site.server.stop() }
  }

  @Test("a mirror, and a node that numbers as BitBake does, have none")
  func none() throws {
    let hub = try Hub()
    for options in [["--numbering", "bitbake"], ["--read-only"]] {
      let folder = try TemporaryFolder()
      try ServerProcess(in: folder).stop()
      let node = try Site(below: hub.address, with: options, in: folder)
      node.waitForLog("connected to the upstream")
      #expect(node.logs("given no lane") == 0)
      #expect(try !node.server.greet().1.contains { $0.hasPrefix("lane") })
      try node.server.stop()
    }
    #expect(!hub.server.log.contains("a node below is connected"))
  }
}
