// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRCertificates
import PRFederation
import PRTLS
import TestThreads
import Testing

@Suite("A client that has only a token", .ownThreads)
struct LookingTests {
  private let federation: FederationFiles
  private let server: TLSContext
  private let looking: TLSContext

  init() throws {
    federation = try FederationFiles()
    server = try .server(federation.member("authority", names: ["hq.example"]), requiresClientCertificate: false)
    looking = try .looking()
  }

  private static func key(_ federation: FederationFiles) throws -> SecureDigest {
    try #require(SecureDigest(bytes: federation.authority.certificate.publicKey.sha256))
  }

  private func look(at server: TLSContext, as name: String = "hq.example") throws -> TLSHandshakeDone {
    let wire = try MemoryWire(.server(server), .client(looking, expecting: name))
    try wire.settle()
    #expect(wire.atClient.errors == [] && wire.atServer.errors == [])
    return try #require(wire.atClient.handshake)
  }

  @Test("finds the authority of its token, and then trusts it alone")
  func join() throws {
    let done = try look(at: server)
    #expect(done.chain.count == 2 && done.member == nil && done.peerNames == [])
    let authority = try AuthorityCertificate(withKey: Self.key(federation), in: done.chain)
    #expect(authority == federation.authority.certificate)

    let client = try TLSContext.client(trusting: authority)
    for isReloaded in [false, true] {
      if isReloaded { try client.reload() }
      let handler = try TLSHandler.client(
        client, expecting: "hq.example", acceptedMembers: [federation.uri("authority")])
      let wire = try MemoryWire(.server(server), handler)
      wire.client.writeAndFlush(ByteBuffer(string: "token"), promise: nil)
      try wire.settle()
      #expect(wire.atServer.text == "token")
      #expect(wire.atClient.handshake?.member?.identity.member == .authority)
    }
    let other = try FederationFiles()
    let stranger = try TLSContext.server(
      other.member("authority", names: ["hq.example"]), requiresClientCertificate: false)
    let wire = try MemoryWire(.server(stranger), .client(client, expecting: "hq.example"))
    try wire.settle()
    guard case .untrusted? = wire.atClient.errors.first else {
      Issue.record("\(wire.atClient.events)")
      return
    }
  }

  @Test("shows its own certificate where it has one, and takes nothing from the trust in its files")
  func trustingWithFiles() throws {
    var files = try federation.member("pune")
    files.trust = "/nonexistent"
    let client = try TLSContext.client(files, trusting: federation.authority.certificate)
    let wire = try MemoryWire(.server(server), .client(client, expecting: "hq.example"))
    try wire.settle()
    #expect(wire.atServer.handshake?.member?.identity.member.text == "pune")
  }

  @Test("refuses the authority of another federation, though it has the same name")
  func otherAuthority() throws {
    let chain = try look(at: server).chain
    let key = try Self.key(FederationFiles())
    #expect(throws: PinnedAuthorityError.otherAuthority) { try AuthorityCertificate(withKey: key, in: chain) }
    #expect(PinnedAuthorityError.otherAuthority.description.contains("ask for a new token"))
  }

  @Test("refuses a chain without an authority")
  func noAuthority() throws {
    let key = try Self.key(federation)
    for files in [try federation.member("authority", chain: []), try federation.handMade(["hq.example"])] {
      let chain = try look(at: .server(files, requiresClientCertificate: false)).chain
      #expect(chain.count == 1)
      #expect(throws: PinnedAuthorityError.noAuthority) { try AuthorityCertificate(withKey: key, in: chain) }
    }
    #expect(throws: PinnedAuthorityError.noAuthority) { try AuthorityCertificate(withKey: key, in: []) }
  }

  @Test("refuses a certificate with the authority's key and a damaged signature")
  func damaged() throws {
    var der = federation.authority.certificate.der
    der[der.count - 1] ^= 1
    let key = try Self.key(federation)
    #expect(throws: PinnedAuthorityError.noAuthority) { try AuthorityCertificate(withKey: key, in: [der]) }
    let both = [der, [], federation.authority.certificate.der]
    #expect(try AuthorityCertificate(withKey: key, in: both) == federation.authority.certificate)
  }

  @Test("looks at a server with any name, and at one that asks for a certificate", arguments: ["other.example", "::1"])
  func anyName(name: String) throws {
    let strict = try TLSContext.server(federation.member("authority"), requiresClientCertificate: true)
    let wire = try MemoryWire(.server(strict), .client(looking, expecting: name))
    try wire.settle()
    #expect(wire.atClient.handshake?.chain.count == 2)
    #expect(wire.atServer.errors == [.noClientCertificate] && wire.atServer.handshake == nil)
  }

  @Test("carries no plain text in either direction, and ends the connection in order")
  func noText() throws {
    let wire = try MemoryWire(.server(server), .client(looking, expecting: "hq.example"))
    let promise = wire.client.eventLoop.makePromise(of: Void.self)
    wire.client.writeAndFlush(ByteBuffer(string: "secret"), promise: promise)
    wire.server.writeAndFlush(ByteBuffer(string: "greeting"), promise: nil)
    try wire.settle()
    #expect(wire.atClient.handshake != nil && !wire.client.isActive)
    #expect(throws: ChannelError.ioOnClosedChannel) { try promise.futureResult.wait() }
    #expect(wire.atServer.text == "" && wire.atClient.text == "")
    #expect(wire.atServer.events.last == .inputClosed && wire.atServer.errors == [])
  }

  @Test("never resumes")
  func neverResumed() throws {
    for _ in 0..<3 { #expect(try !look(at: server).isResumed) }
  }

  @Test("takes eight certificates at most, and none of more than 16 KiB")
  func bounds() throws {
    let authority = try federation.authorityPEM
    let nine = try federation.member("long", chain: Array(repeating: authority, count: 9))
    let chain = try look(at: .server(nine, requiresClientCertificate: false)).chain
    #expect(chain.count == TLSHandshakeDone.longestChain)
    #expect(chain.dropFirst().allSatisfy { $0 == federation.authority.certificate.der })

    let label = String(repeating: "a", count: 40)
    let large = try federation.handMadePEM((0..<400).map { "\(label).m\($0)" }).certificate
    #expect(large.utf8.count > 22_000)
    let two = try federation.member("large", chain: [large, authority])
    let found = try look(at: .server(two, requiresClientCertificate: false)).chain
    #expect(found.count == 2 && found.last == federation.authority.certificate.der)
  }
}
