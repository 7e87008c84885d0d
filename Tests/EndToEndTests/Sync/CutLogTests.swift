// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("The log of a node whose line is cut", .ownThreads)
struct CutLogTests {
  @Test("is answered by one line of its upstream when it connects, and one when it disconnects")
  func followers() throws {
    let hub = try Hub()
    let node = try ServerProcess(["--upstream", hub.address])
    #expect(hub.server.process.errors.wait { $0.contains("a node below is connected") })
    #expect(node.process.errors.wait { $0.contains(Follower.complete) })
    try node.kill()
    #expect(hub.server.process.errors.wait { $0.contains("a node below is gone") })
    #expect(hub.server.log.components(separatedBy: "a node below is").count == 3, "\(hub.server.log)")
    try hub.die()
  }

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
