// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PRCertificates
import PRClient
import TestThreads
import Testing

@Suite("Connections to members", .ownThreads, .untilHung)
struct MemberConnectionsTests {
  private let group = MultiThreadedEventLoopGroup.singleton

  private func listener() async throws -> any Channel {
    try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
  }

  private func connect(to listener: any Channel) async throws -> any Channel {
    try await ClientBootstrap(group: group).connect(to: #require(listener.localAddress)).get()
  }

  @Test("end when the certificate is revoked that the member has shown, and no others do")
  func ending() async throws {
    let (tree, listener, connections) = (try await Tree(), try await listener(), MemberConnections())
    let (pune, oslo) = (try await connect(to: listener), try await connect(to: listener))
    let again = try await connect(to: listener)
    connections.note(pune, tree.pune.certificate)
    connections.note(again, tree.pune.certificate)
    connections.note(oslo, tree.oslo.certificate)
    #expect(connections.end(revoked: [tree.team.certificate.serial]) == 0)
    #expect(connections.count == 3 && pune.isActive)
    #expect(connections.end(revoked: [tree.team.certificate.serial, tree.pune.certificate.serial]) == 2)
    try await pune.closeFuture.get()
    try await again.closeFuture.get()
    #expect(connections.count == 1 && oslo.isActive)
    #expect(connections.end(revoked: [tree.pune.certificate.serial]) == 0, "each is ended once")
    try await oslo.close()
    try await listener.close()
  }

  @Test("end at once where the certificate was revoked during the handshake, and are kept no longer than they are open")
  func late() async throws {
    let (tree, listener, connections) = (try await Tree(), try await listener(), MemberConnections())
    #expect(connections.end(revoked: [tree.pune.certificate.serial]) == 0)
    let (pune, oslo) = (try await connect(to: listener), try await connect(to: listener))
    connections.note(pune, tree.pune.certificate)
    try await pune.closeFuture.get()
    #expect(connections.count == 0)
    connections.note(oslo, tree.oslo.certificate)
    #expect(connections.count == 1)
    try await oslo.close()
    // What waits for the end of a channel gets it in the order in which it began to wait.
    try await oslo.closeFuture.get()
    try await oslo.eventLoop.submit {}.get()
    #expect(connections.count == 0)
    try await listener.close()
  }
}
