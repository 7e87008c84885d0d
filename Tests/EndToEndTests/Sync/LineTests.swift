// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A copy over a line that", .ownThreads)
struct LineTests {
  @Test("is cut in the middle of pages, again and again, becomes whole by itself")
  func cutInPages() throws {
    let folder = try TemporaryFolder()
    try folder.fill("root.sqlite3", 30_000)
    let root = try ServerProcess(in: folder, database: "root.sqlite3")
    let relay = try Relay(to: root.address)
    relay.cut(afterBytesDown: 300)
    var follower = try Follower(below: "\(relay.address)", in: folder)
    for (number, bytes) in [40_000, 700_000, 100_000, 500_000].enumerated() {
      #expect(relay.wait { $0.planned == number + 1 })
      relay.cut(afterBytesDown: bytes)
      relay.heal()
    }
    #expect(relay.wait { $0.planned == 5 })
    relay.heal()
    try follower.feed.wait { $0.count == 30_000 }
    #expect(try follower.feed.rows == root.feed().rows)
    #expect(follower.logs(Follower.reset) == 0 && follower.hasLogged(Follower.failed), "\(follower.server.log)")
    #expect(relay.traffic.bytesDown < 6_000_000, "what had come is not asked for again")
    try follower.server.stop()
    try root.stop()
  }

  @Test("is cut in the middle of an export, is copied all the same")
  func cutInExport() throws {
    let rows = StockServer.rows(8000)
    let stock = try FakeUpstream(StockServer.manner(rows))
    let relay = try Relay(to: stock.address)
    relay.cut(afterBytesDown: 200_000)
    var follower = try Follower(below: "\(relay.address)", every: "1s")
    #expect(relay.wait { $0.planned == 1 })
    follower.waitForLog(Follower.failed)
    #expect(follower.logs(Follower.complete) == 0)
    relay.heal()
    try follower.feed.wait { $0.count == 8000 }
    follower.waitForLog(Follower.complete)
    #expect(follower.feed.set == Set(rows) && follower.logs(Follower.reset) == 0)
    try follower.server.stop()
  }

  @Test("costs little: 2 KB for a row, 100 KB for an hour in which nothing happens")
  func bytes() throws {
    let folder = try TemporaryFolder()
    try folder.fill("root.sqlite3", 1000)
    let root = try ServerProcess(in: folder, database: "root.sqlite3")
    let relay = try Relay(to: root.address)
    // Whoever asks live is not what is counted: the relay is for the copy alone.
    var follower = try Follower(below: "\(relay.address)", every: "1s", with: ["--read-only"], in: folder)
    try follower.feed.wait { $0.count == 1000 }
    let connection = try root.connect()
    func bytes(_ traffic: Relay.Traffic) -> Int { traffic.bytesUp + traffic.bytesDown }
    // Between two rounds: the answer to the one and the question of the next are through.
    let first = relay.traffic.flights
    #expect(relay.wait { $0.flights >= first + 2 })
    let (before, start) = (relay.traffic, ContinuousClock.now)
    #expect(relay.wait { $0.flights >= before.flights + 4 })
    let after = relay.traffic
    let time = ContinuousClock.now - start
    let round = Double(bytes(after) - bytes(before)) / Double(after.flights - before.flights)
    #expect(round * 60 < 100_000, "\(round) bytes a round, of which an hour has 60")
    #expect(time > .seconds(2), "a round is held back for a second: \(time)")
    let idle = relay.traffic
    _ = try connection.ask(Requests.getPR("one-more", "news"))
    try follower.feed.wait(for: "news")
    let now = relay.traffic
    // Rounds of the second in which nothing happened are not the row's.
    let spent = bytes(now) - bytes(idle) - Int(round * Double(max(now.flights - idle.flights - 2, 0)))
    #expect(spent < 2000, "\(spent) bytes for a row, the question for the next and a round or two among them")
    print("sync: \(round) bytes a round, \(spent) bytes for a row")
    try follower.server.stop()
    try root.stop()
  }

  @Test("is quiet is used once a minute, when nothing else was said")
  func interval() throws {
    let nothing = #"{"store":"fake","last":0,"digest":"\#(String(repeating: "0", count: 64))","more":false,"rows":[]}"#
    let upstream = try FakeUpstream(
      FakeUpstream.Manner(greeting: "server: headwater/fake\nfeatures: changes\nlevel: 0\nstore: fake\n\n") { request in
        guard let news = request["changes"] else { return FakeUpstream.Manner.soundReply(to: request) }
        return news["wait"] == .integer(60) ? .nothing : .line(nothing)
      })
    let server = try ServerProcess(["--upstream", "\(upstream.address)"])
    #expect(upstream.wait { questions in questions.contains { $0["changes"]?["wait"] == .integer(60) } })
    try server.stop()
  }

  @Test("says nothing: the node stops at once, whatever it waits for", arguments: ["news", "greeting", "export"])
  func stopsAtOnce(waitingFor what: String) throws {
    let root = try ServerProcess()
    let stock = try FakeUpstream(
      FakeUpstream.Manner(greeting: FakeUpstream.Manner.stock) { request in
        request["export"] == nil ? FakeUpstream.Manner.soundReply(to: request) : .nothing
      })
    let relay = try Relay(to: what == "export" ? stock.address : root.address)
    if what == "greeting" { relay.goSilent() }
    let follower = try Follower(below: "\(relay.address)", every: "1h")
    switch what {
    case "news": follower.waitForLog(Follower.complete)
    case "export": #expect(stock.wait { questions in questions.contains { $0["export"] != nil } })
    default: #expect(relay.wait { $0.connections >= 2 && $0.bytesUp > 40 }, "one to ask, one to copy")
    }
    let (_, time) = try measured { try follower.server.stop() }
    #expect(time < .seconds(300), "the interval is an hour: \(time)")
    try root.stop()
  }
}
