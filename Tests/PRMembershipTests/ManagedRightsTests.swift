// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOPosix
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRStoreMemory
import PRWire
import TestThreads
import Testing

@testable import PRMembership
@testable import PRServer

@Suite("The rights of a member's certificate", .ownThreads, .untilHung)
struct ManagedRightsTests {
  private static let listener = Endpoint.tls(host: "0.0.0.0", port: 8586)

  /// What a client may do at a server with rights for some names.
  private func rights(
    _ names: [String: Rights], listener rightsThere: Rights?, at desk: Desk, of certificate: MemberCertificate?,
    names peerNames: [String] = []
  ) async throws -> Rights {
    var options = ServerOptions(version: "1")
    options.access.names = names
    options.access.listeners[Self.listener] = rightsThere
    let given = options
    let node = Node(store: try MemoryDatabase().open(), policy: NodePolicy(), clock: { 0 })
    defer { _ = node.store.close() }
    let (loop, logger) = (MultiThreadedEventLoopGroup.singleton.next(), Logger(label: "test"))
    return try await loop.submit {
      let lanes = LaneWatch(node.alarms, logger) { .now() }
      let context = try EventLoopContext(
        node: node, options: given, flight: FlightLedger(ceiling: 1 << 20), lanes: lanes, federation: desk.authority,
        loop: loop, logger: logger)
      return context.rights(on: Self.listener, peerNames: peerNames, certificate: certificate)
    }.get()
  }

  @Test("are those in it, whatever '--rights' gives its name, its hosts or the listener")
  func managed() async throws {
    let tree = try await Tree()
    // A member has invited one whose name the server gives more to.
    let names: [String: Rights] = [
      "pune": .all, "pune.example": .all, "headwater://hq.example/pune": .all, "hq.example": .all, "": .all,
    ]
    let rights = try await rights(names, listener: [.admin], at: tree.desk, of: tree.pune.certificate)
    #expect(rights == [.read, .invite, .enroll, .report])
    #expect(
      try await self.rights(names, listener: nil, at: tree.desk, of: tree.team.certificate) == [
        .read, .enroll, .report,
      ])
  }

  @Test("of another federation are those of a client without one")
  func foreign() async throws {
    let (tree, other) = (try await Tree(), try await foreignCertificate())
    let rights = try await rights(["pune": .all], listener: nil, at: tree.desk, of: other)
    #expect(rights == .enroll)
  }

  private func foreignCertificate() async throws -> MemberCertificate {
    var random = SystemRandomNumberGenerator()
    let authority = try CertificateAuthority.make(
      federation: name("other.example", FederationName.init), at: 1_800_000_000, using: &random)
    let rights = try CertificateRights(["admin", "read"])
    return try authority.sign(
      PrivateKey().publicKey, as: MemberProfile(member: memberName("pune"), names: [], rights: rights, lifetime: 1000),
      at: 1_800_000_000, using: &random)
  }

  @Test(
    "are none but to join for a client of TLS without a certificate, and those of its names for one of another kind")
  func others() async throws {
    let desk = try await Desk()
    #expect(try await rights([:], listener: nil, at: desk, of: nil) == .enroll)
    let named = try await rights(["ci": [.allocate]], listener: nil, at: desk, of: nil, names: ["ci"])
    #expect(named == [.allocate, .enroll])
  }
}
