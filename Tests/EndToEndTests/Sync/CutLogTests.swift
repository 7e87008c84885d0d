// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("The log of a node whose line is cut", .ownThreads)
struct CutLogTests {
  @Test("is answered by one line of its upstream when it connects, and one when it disconnects")
  func followers() throws {
    let hub = try Hub()
    let folder = try TemporaryFolder()
    let node = try ServerProcess(["--upstream", hub.address], in: folder)
    #expect(hub.server.process.errors.wait { $0.contains("a node below is connected") })
    #expect(node.process.errors.wait { $0.contains(Follower.complete) })
    try node.kill()
    #expect(hub.server.process.errors.wait { $0.contains("a node below is gone") })
    #expect(!hub.server.log.contains(Self.copies))
    // A mirror mints nothing, and so it has no lane to introduce itself by.
    let mirror = try ServerProcess(["--upstream", hub.address, "--read-only", "--sync-every", "60s"], in: folder)
    #expect(hub.server.process.errors.wait { $0.contains("\(Self.copies) has connected peer=local") })
    try mirror.kill()
    #expect(hub.server.process.errors.wait { $0.contains("\(Self.copies) has disconnected peer=local") })
    #expect(hub.server.log.components(separatedBy: "a node below is").count == 3, "\(hub.server.log)")
    try hub.die()
  }

  /// How the lines begin about a node that has no lane.
  private static let copies = "a node that copies this one"

  @Test("says once that the upstream is away, and once that it is back")
  func once() throws {
    let hub = try Hub()
    try hub.getPR("p", "a")
    let node = try ServerProcess(["--upstream", hub.address, "--status", "0"])
    #expect(node.process.errors.wait { $0.contains(Follower.complete) })
    try hub.die()
    #expect(node.process.errors.wait { $0.contains(Site.away) })
    // The copy has failed too, and has said so where it is looked for.
    try node.wait { try node.look("/api/status").json["copy"]?["problem"]?.string != nil }
    try hub.comeBack()
    #expect(
      node.process.errors.wait { $0.contains(Site.back) && $0.components(separatedBy: Follower.complete).count > 2 })
    for text in [Site.away, Site.back] { #expect(node.log.components(separatedBy: text).count == 2, "\(node.log)") }
    for text in [Follower.failed, Follower.recovered] { #expect(!node.log.contains(text), "\(node.log)") }
    try node.stop()
  }
}
