// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

@Suite("A copy that", .ownThreads)
struct SharedFileTests {
  @Test("two nodes on one database keep is one copy, when the upstream is replaced too")
  func twoNodes() throws {
    let hub = try Hub()
    try hub.folder.fill("other.sqlite3", 12_000)
    try hub.getPR("p", "a")
    let folder = try TemporaryFolder()
    let followers = try (0..<2).map { _ in try Follower(below: hub.address, in: folder) }
    for var follower in followers { try follower.feed.wait(for: "a") }
    try hub.die()
    try hub.comeBack(with: "other.sqlite3")
    for var follower in followers {
      try follower.feed.wait { $0.count >= 12_000 }
      #expect(try follower.feed.set == hub.server.feed().set)
      #expect(follower.feed.rows.count == 12_000, "no row twice")
    }
    try hub.getPR("p", "late")
    for var follower in followers { try follower.feed.wait(for: "late") }
    for follower in followers {
      #expect(try follower.server.connect().ask(Requests.ping) == .alive)
      #expect(follower.logs(Follower.reset) <= 2, "they do not begin again for each other: \(follower.server.log)")
    }
    for follower in followers { try follower.server.stop() }
  }

  @Test("was killed between its pages, again and again, is its upstream's in the end", arguments: Seed.several(1))
  func killed(seed: Seed) throws {
    var numbers = seed.numbers
    let folder = try TemporaryFolder()
    try folder.fill("root.sqlite3", 30_000)
    let root = try ServerProcess(in: folder, database: "root.sqlite3")
    for _ in 0..<(runsLongTests ? 20 : 5) {
      var follower = try Follower(below: "\(root.address)", in: folder)
      let moment = Int.random(in: 0...30_000, using: &numbers)
      try follower.feed.wait { $0.count >= moment }
      try follower.server.kill()
    }
    var follower = try Follower(below: "\(root.address)", in: folder)
    try follower.feed.wait { $0.count >= 30_000 }
    let (copy, upstream) = (follower.feed, try root.feed())
    #expect(copy.rows == upstream.rows, "\(seed)")
    #expect(copy.digest == upstream.digest && copy.last == upstream.last, "\(seed)")
    #expect(follower.logs(Follower.reset) == 0, "\(follower.server.log)")
    try follower.server.stop()
    try root.stop()
  }
}
