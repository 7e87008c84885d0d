// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A federation whose authority gets another key", .ownThreads)
struct RekeyTests {
  private func keyFiles(_ node: ManagedNode) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: node.folder.path("prserv.sqlite3.keys"))
      .filter { $0.hasPrefix("authority") }.sorted()
  }

  @Test("members get it with their reports while they serve, and the former one is gone at the end")
  func story() throws {
    let authority = try ManagedNode.authority(serving: ["--status", "0"])
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    let mirror = try authority.member("mirror", ["--mirror"])
    let former = try Data(contentsOf: URL(fileURLWithPath: authority.folder.path("prserv.sqlite3.keys/authority.key")))
    let open = try pune.invite("late")
    #expect(try authority.run(["federation", "rekey"]).contains("authority-next.key"))
    let server = try #require(authority.server)
    server.waitForLog("the authority signs with its next key from now on")
    // A token of the former key is good until the end, which waits for it.
    let late = try Tool()
    try #require(try late.run(open + ["--yes"]).ending == .exit(0))
    var asked = 0
    try server.wait {
      asked += 1
      #expect(try kernel.number("v", "\(asked)").split(separator: ".").count == 3)
      return try JSONValue(authority.run(["federation", "--json"]))["rekeying"]?["members"]?.elements
        .compactMap(\.string) == ["late"]
    }
    #expect(try authority.run(["federation"]).contains("the authority signs with its next key"))
    #expect(try authority.run(["federation", "rekey"]).contains("rekey --finish"))
    let finished = try authority.run(["federation", "rekey", "--finish"])
    #expect(finished.contains("headwater invite late --again"))
    try server.wait { try keyFiles(authority) == ["authority.key", "authority.pem"] }
    let now = try Data(contentsOf: URL(fileURLWithPath: authority.folder.path("prserv.sqlite3.keys/authority.key")))
    #expect(now != former)
    // All go on with the next key alone: one that joins below, and one that is started anew.
    let oslo = try pune.member("oslo")
    #expect(try oslo.number("w", "x").split(separator: ".").count == 3)
    try kernel.stop()
    try kernel.start()
    let above = try pune.number("y", "z")
    let restarted = try #require(kernel.server)
    try restarted.wait { try kernel.number("y", "z") == above }
    for node in [authority, pune, kernel, mirror] {
      let log = try #require(node.server).log
      #expect(!log.contains("TLS connection failed") && !log.contains("an alarm was raised"), "\(node.name): \(log)")
    }
    for node in [oslo, kernel, mirror, pune, authority] { try node.stop() }
  }

  @Test("after the key was lost each member joins again, with its name and its lane")
  func lost() throws {
    let authority = try ManagedNode.authority(serving: ["--status", "0"])
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    #expect(try kernel.number("v", "a") == "0.0.0")
    try FileManager.default.removeItem(atPath: authority.folder.path("prserv.sqlite3.keys/authority.key"))
    try Tool(in: authority.folder).run(["federation", "rekey"]).failed(saying: "--key-lost")
    // Without a terminal it takes a word of the operator.
    let refused = try Tool(in: authority.folder).run(["federation", "rekey", "--key-lost"])
    #expect(refused.ending == .exit(1) && refused.errors.contains("give --yes; nothing was changed"))
    #expect(refused.output.contains("puts out all 2 members"))
    #expect(try authority.run(["federation"]).contains("kernel"))
    let text = try authority.run(["federation", "rekey", "--key-lost", "--yes"])
    let (first, second) = (text.range(of: "invite pune --again"), text.range(of: "invite kernel --again"))
    #expect(try #require(first).lowerBound < #require(second).lowerBound, "those above come first")
    let server = try #require(authority.server)
    // The running servers take the new keys over: the authority's within a second, a member's with its next report.
    let ofPune = try authority.invite("pune", ["--again"])
    try server.wait { try Tool(in: pune.folder).run(ofPune).ending == .exit(0) }
    try pune.wait { try pune.run(["federation"]).contains("level 1, lane 0/256") }
    let ofKernel = try authority.invite("kernel", ["--again"])
    try pune.wait { try Tool(in: kernel.folder).run(ofKernel).ending == .exit(0) }
    #expect(try kernel.run(["federation"]).contains("level 2, lane 0/256"))
    var asked = 0
    try kernel.wait {
      asked += 1
      let above = try pune.number("w", "above \(asked)")
      return try kernel.number("w", "above \(asked)") == above
    }
    #expect(try kernel.number("v", "b") == "0.0.256")
    for node in [kernel, pune, authority] { try node.stop() }
  }
}
