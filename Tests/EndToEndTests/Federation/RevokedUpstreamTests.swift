// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Connections to an upstream whose certificate is revoked, or that has moved", .ownThreads)
struct RevokedUpstreamTests {
  private static let closed = "the connections to the upstream were closed: its certificate was revoked"

  /// In seconds. A little more than what a member waits for its upstream before it asks the authority.
  private static let detour = 3_400

  @Test(
    "end when a member below gets the list from the authority, and it goes on by itself",
    .enabled(if: FaultControl.isPossible, "needs to preload a library"))
  func shutOut() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune", hasMembers: true)
    let control = try FaultControl()
    let kernel = try pune.member("kernel", environment: control.environment)
    let known = try pune.number("v", "a")
    #expect(try kernel.number("v", "a") == known, "it has a connection to its upstream")
    try authority.run(["federation", "revoke", "pune"])
    authority.server?.waitForLog("a connection was closed: the certificate of its client was revoked")
    control.wallOffset = Self.detour
    let server = try #require(kernel.server)
    server.waitForLog(Self.closed)
    let above = try pune.number("w", "b")
    let own = try kernel.number("w", "b")
    #expect(own != above && own.split(separator: ".").count == 3, "\(own) after \(above)")
    try server.wait { try server.alarms().contains { $0.hasPrefix("upstream-away") } }
    #expect(try authority.entry("kernel")?["state"]?.string == "joined")
    #expect(!server.log.contains("cannot report"), "\(server.log)")
    for node in [kernel, pune, authority] { try node.stop() }
  }

  @Test("end where it has joined again with another one, and it is asked over new ones")
  func joinedAgain() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    let known = try pune.number("v", "a")
    #expect(try kernel.number("v", "a") == known)
    try pune.run(authority.invite("pune", ["--again"]))
    let server = try #require(kernel.server)
    server.waitForLog(Self.closed)
    var asked = 0
    try kernel.wait {
      asked += 1
      let above = try pune.number("w", "\(asked)")
      return try kernel.number("w", "\(asked)") == above
    }
    try kernel.wait { try server.alarms() == [] }
    #expect(server.hasLogged(Self.closed, times: 1))
    for node in [kernel, pune, authority] { try node.stop() }
  }

  @Test(
    "are made to its new address when a member below joins again by command while it is served, and cannot reach the old one"
  )
  func moved() throws {
    let authority = try ManagedNode.authority()
    let pune = try authority.member("pune", hasMembers: true)
    let kernel = try pune.member("kernel")
    #expect(try kernel.number("v", "a") == "0.0.0")
    try pune.stop()
    let address = "127.0.0.1:\(try Address.freePort())"
    try pune.run(authority.invite("pune", ["--again", "--address", address]))
    let moved = try ServerProcess(
      [], in: pune.folder, listeners: ServerProcess.standardListeners + ["tls://\(address)"])
    try kernel.run(authority.invite("kernel", ["--again"]))
    var asked = 0
    try kernel.wait {
      asked += 1
      let above = try moved.askAsBitBake(Requests.getPR("w", "\(asked)"))["value"]?.string
      return try kernel.number("w", "\(asked)") == above
    }
    try moved.stop()
    for node in [kernel, authority] { try node.stop() }
  }
}
