// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A copy whose upstream", .ownThreads)
struct OtherUpstreamTests {
  /// A hub whose rows a to c are copied by a node that has one row of its own.
  private func copied(_ hub: Hub) throws -> Follower {
    for checksum in ["a", "b", "c"] { try hub.getPR("p", checksum) }
    var follower = try Follower(below: hub.address)
    try follower.feed.wait { $0.count == 3 }
    #expect(try follower.server.connect().ask(Requests.getPR("p", "own")).value == "2.0")
    follower.waitForLog(Follower.complete)
    return follower
  }

  /// Nothing of one's own is lost, and nothing is there that the upstream has not.
  private func expectEqual(_ follower: Follower, _ hub: Hub) throws {
    var feed = follower.feed
    try feed.wait(for: "own")
    let (copied, upstream) = (feed.set, try hub.server.feed().set)
    #expect(copied.subtracting(upstream) == [["p", "core2-64", "own", "2.0"]])
    #expect(upstream.subtracting(copied) == [])
    #expect(try follower.server.connect().ask(Requests.getPR("p", "own")).value == "2.0")
  }

  @Test("is restored from a backup: an alarm, and a copy of what it knows now", arguments: [0, 1, 4])
  func restored(rowsSince: Int) throws {
    let hub = try Hub()
    try hub.getPR("p", "a")
    try hub.backUp(to: "backup.sqlite3")
    var follower = try copied(hub)
    try hub.die()
    try hub.comeBack(with: "backup.sqlite3")
    // More rows than it had, fewer or none: a serial alone would not tell.
    for number in 0..<rowsSince { try hub.getPR("p", "since-\(number)") }
    follower.waitForLog(Follower.swapped)
    #expect(follower.hasLogged(Follower.reset, times: 1) && follower.server.hasLogged("restored from a backup"))
    try follower.feed.wait { rows in !rows.contains { $0[2] == "c" } }
    try hub.getPR("p", "later")
    try follower.feed.wait(for: "later")
    try expectEqual(follower, hub)
    #expect(follower.logs("ERROR") <= 1 && follower.hasLogged(Follower.recovered, times: 1), "\(follower.server.log)")
    try follower.server.stop()
  }

  @Test("is replaced by another, whose rows contradict the copy")
  func replaced() throws {
    let hub = try Hub()
    var follower = try copied(hub)
    try hub.die()
    try hub.comeBack(with: "other.sqlite3")
    for checksum in ["c", "b", "x"] { try hub.getPR("p", checksum) }
    follower.waitForLog(Follower.swapped)
    #expect(follower.server.hasLogged("this is another store"))
    try follower.feed.wait(for: "x")
    try expectEqual(follower, hub)
    // The first one again.
    try hub.die()
    try hub.comeBack(with: "hub.sqlite3")
    follower.waitForLog(Follower.swapped, times: 2)
    try follower.feed.wait(for: "a")
    try expectEqual(follower, hub)
    try follower.server.stop()
  }

  @Test("loses rows makes the copy below it follow, too: a leaf's copy is its site's")
  func chain() throws {
    let hub = try Hub()
    let site = try copied(hub)
    var leaf = try Follower(below: "\(site.server.address)", in: site.server.folder, database: "leaf.sqlite3")
    try leaf.feed.wait { $0.count == 4 }
    try hub.die()
    try hub.comeBack(with: "other.sqlite3")
    try hub.getPR("p", "x")
    leaf.waitForLog(Follower.swapped)
    try leaf.feed.wait { rows in Set(rows.map { $0[2] }) == ["own", "x"] }
    try leaf.server.stop()
    try site.server.stop()
  }

  @Test("serves the node's own database: it says so, and copies nothing")
  func ownStore() throws {
    let folder = try TemporaryFolder()
    let other = try ServerProcess(in: folder, database: "one.sqlite3")
    _ = try other.connect().ask(Requests.getPR("p", "a"))
    let follower = try Follower(
      below: "\(other.address)", every: "1s", with: ["--level", "1"], in: folder, database: "one.sqlite3")
    follower.waitForLog("serves this node's own database")
    #expect(try follower.server.feed().rows.count == 1)
    #expect(follower.logs(Follower.recovered) == 0, "\(follower.server.log)")
    follower.waitForLog("the upstream is away; known tuples are answered all the same reason=\"\(other.address) serves")
    let connection = try follower.server.connect()
    let values = try ["b", "c"].map { try connection.ask(Requests.getPR("p", $0)).value }
    #expect(values == ["0.0", "0.1"], "taken for an upstream's, its own values would get a level deeper each time")
    try follower.server.stop()
    try other.stop()
  }

  @Test("is away when it starts again: it shows how far the copy has come, and does not take it for whole")
  func awayAtStart() throws {
    let (upstream, folder) = (try ServerProcess(), try TemporaryFolder())
    _ = try upstream.connect().ask(Requests.getPR("p", "a"))
    let before = try Follower(below: "\(upstream.address)", in: folder)
    before.waitForLog(Follower.complete)
    try before.server.stop()
    try upstream.stop()
    let follower = try Follower(below: "\(upstream.address)", with: ["--status", "0"], in: folder)
    follower.waitForLog(Follower.failed)
    let copy = try follower.server.look("/api/status").json["copy"]
    #expect(copy?["position"] == .integer(1) && copy?["lagSeconds"] == nil, "\(copy.debugDescription)")
    try follower.server.stop()
  }

  @Test("is BitBake's own and loses its database: an alarm, and a copy of what it has now", arguments: [0, 3])
  func stockLosesRows(newRows: Int) throws {
    let rows = StockServer.rows(3000)
    let stock = try FakeUpstream(StockServer.manner(rows))
    var follower = try Follower(below: "\(stock.address)", every: "1s")
    try follower.feed.wait { $0.count == 3000 }
    #expect(follower.feed.set == Set(rows))
    #expect(try follower.server.connect().ask(Requests.getPR("package-1", "own")).value == "9.0")
    try follower.feed.wait(for: "own")
    let left = Array(rows.prefix(1000)) + (0..<newRows).map { ["new-\($0)", "core2-64", "c", "0"] }
    stock.behave(StockServer.manner(left))
    follower.waitForLog(Follower.swapped)
    #expect(follower.server.hasLogged("rows that it had are gone"), "\(follower.server.log)")
    try follower.feed.wait { $0.count == 1001 + newRows }
    #expect(follower.feed.set.subtracting(left) == [["package-1", "core2-64", "own", "9.0"]])
    #expect(follower.hasLogged(Follower.reset, times: 1))
    try follower.server.stop()
  }

  @Test("is BitBake's own and refuses to export, or sends numbers for texts: it says so, and the copy stays")
  func stockRefuses() throws {
    let stock = try FakeUpstream(StockServer.manner(StockServer.rows(10)))
    var follower = try Follower(below: "\(stock.address)", every: "1s")
    try follower.feed.wait { $0.count == 10 }
    stock.behave(.answering(.line(#"{"invoke-error": {"message": "not for you"}}"#), greeting: "\n"))
    follower.waitForLog("not for you")
    let old = #"{"metainfo": {}, "datainfo": [{"version": "v", "pkgarch": "p", "checksum": "c", "value": 1}]}"#
    stock.behave(.answering(.line(old), greeting: "\n"))
    follower.waitForLog("does not answer export")
    stock.behave(.answering(.line(#"{"metainfo": {}, "datainfo": ["#), greeting: "\n"))
    let asked = stock.questions.count
    #expect(stock.wait { $0.count >= asked + 2 }, "it goes on trying")
    #expect(try follower.server.feed().rows.count == 10)
    stock.behave(StockServer.manner(StockServer.rows(11)))
    try follower.feed.wait { $0.count == 11 }
    follower.waitForLog(Follower.recovered)
    try follower.server.stop()
  }
}
