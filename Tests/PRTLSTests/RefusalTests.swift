// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRTLS
import TestThreads
import Testing

/// Who is not who they should be.
@Suite("Refusals", .ownThreads)
struct RefusalTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private static let badNames = [
    "builder.example", "example", "hq.example.evil", "q.example", "10.9.8.8", "::1", "localhost", "127.0.0.1",
  ]

  @Test("a server with another name is refused, and the client says which it expected", arguments: badNames)
  func wrongName(name: String) throws {
    let wire = try MemoryWire(.server(certificates.server()), .client(certificates.client(), expecting: name))
    wire.client.writeAndFlush(ByteBuffer(string: "secret"), promise: nil)
    try wire.settle()
    let isAddress = name.contains(":") || name.hasPrefix("1")
    let reason = isAddress ? "IP address mismatch" : "hostname mismatch"
    #expect(wire.atClient.errors == [.untrusted(reason: reason, expected: name)])
    #expect(wire.atClient.handshake == nil)
    #expect(!wire.client.isActive)
    // The peer gets an alert and no reason.
    #expect(wire.atServer.errors.count == 1)
    #expect(wire.atServer.errors.first.map { if case .alert = $0 { true } else { false } } == true)
    #expect(wire.atServer.text == "")
  }

  @Test("a name that OpenSSL would take for any name is refused", arguments: ["", ".example", "hq.example\u{0}x"])
  func dangerousNames(name: String) throws {
    let client = try certificates.client()
    #expect(throws: TLSError.badName) { try TLSHandler.client(client, expecting: name) }
  }

  @Test("a name that is too long for the protocol is refused")
  func longName() throws {
    let client = try certificates.client()
    #expect(throws: TLSError.badName) {
      try TLSHandler.client(client, expecting: String(repeating: "a", count: 300))
    }
  }

  @Test("certificates of another authority are refused, on both sides")
  func foreignAuthority() throws {
    let foreign = try Certificates(["hq.example", "builder.example"])
    let reason = "unable to get local issuer certificate"
    let client = try MemoryWire(.server(foreign.server()), .client(certificates.client(), expecting: "hq.example"))
    try client.settle()
    #expect(client.atClient.errors == [.untrusted(reason: reason, expected: "hq.example")])

    let files = TLSFiles(
      certificate: foreign.path("builder.example.pem"), key: foreign.path("builder.example.key"),
      trust: certificates.path("ca.pem"))
    let server = try MemoryWire(.server(certificates.server()), .client(.client(files), expecting: "hq.example"))
    try server.settle()
    #expect(server.atServer.errors == [.untrusted(reason: reason, expected: nil)])
    #expect(server.atServer.handshake == nil)
    #expect(!server.server.isActive)
    #expect(server.atClient.errors == [.alert("unknown CA")])
  }

  @Test("without a trust file, the system's authorities decide, and a private one is none of them")
  func systemAuthorities() throws {
    let wire = try MemoryWire(
      .server(certificates.server(requiresClientCertificate: false)),
      .client(.client(TLSFiles()), expecting: "hq.example"))
    try wire.settle()
    #expect(
      wire.atClient.errors
        == [.untrusted(reason: "unable to get local issuer certificate", expected: "hq.example")])
  }

  @Test("a client without a certificate is refused, and told by an alert")
  func noCertificate() throws {
    let wire = try MemoryWire(
      .server(certificates.server()), .client(certificates.client(nil), expecting: "hq.example"))
    wire.client.writeAndFlush(ByteBuffer(string: "let me in"), promise: nil)
    try wire.settle()
    #expect(wire.atServer.errors == [.noClientCertificate])
    #expect(wire.atServer.text == "")
    #expect(!wire.server.isActive)
    #expect(wire.atClient.errors == [.alert("unknown")] || wire.atClient.errors == [.alert("certificate required")])
  }

  @Test("a certificate that is given must hold, though none is required")
  func optionalButBad() throws {
    let foreign = try Certificates(["builder.example"])
    let files = TLSFiles(
      certificate: foreign.path("builder.example.pem"), key: foreign.path("builder.example.key"),
      trust: certificates.path("ca.pem"))
    let wire = try MemoryWire(
      .server(certificates.server(requiresClientCertificate: false)), .client(.client(files), expecting: "hq.example"))
    try wire.settle()
    #expect(wire.atServer.handshake == nil)
    #expect(wire.atServer.errors.count == 1)
  }

  @Test("a certificate of the past is refused, on both sides")
  func expired() throws {
    let own = try Certificates(["hq.example", "builder.example"])
    try own.makeOdd("old", subject: "/CN=old", extensions: "subjectAltName = DNS:hq.example", days: -1)
    let server = try MemoryWire(.server(own.server("old")), .client(own.client(), expecting: "hq.example"))
    try server.settle()
    #expect(server.atClient.errors == [.untrusted(reason: "certificate has expired", expected: "hq.example")])
    let client = try MemoryWire(.server(own.server()), .client(own.client("old"), expecting: "hq.example"))
    try client.settle()
    #expect(client.atServer.errors == [.untrusted(reason: "certificate has expired", expected: nil)])
    #expect(client.atClient.errors == [.alert("certificate expired")])
  }

  private static let odd: [(extensions: String, subject: String, name: String)] = [
    ("subjectAltName = DNS:h*.site.example", "/CN=x", "hq.site.example"),
    ("subjectAltName = DNS:*.site.example", "/CN=x", "a.b.site.example"),
    ("basicConstraints = CA:FALSE", "/CN=hq.example", "hq.example"),
    ("subjectAltName = DNS:10.9.8.7", "/CN=x", "10.9.8.7"),
    ("subjectAltName = DNS:hq.example\nextendedKeyUsage = clientAuth", "/CN=x", "hq.example"),
  ]

  @Test("a certificate that only nearly has the name, or is for another purpose, is refused", arguments: odd.indices)
  func nearly(index: Int) throws {
    let (extensions, subject, name) = Self.odd[index]
    let own = try Certificates(["builder.example"])
    try own.makeOdd("odd", subject: subject, extensions: extensions)
    let wire = try MemoryWire(
      .server(own.server("odd", requiresClientCertificate: false)), .client(own.client(nil), expecting: name))
    try wire.settle()
    #expect(wire.atClient.handshake == nil)
    guard case .untrusted(_, name)? = wire.atClient.errors.first else {
      Issue.record("\(wire.atClient.events)")
      return
    }
  }

  @Test("a whole wildcard stands for one label")
  func wildcard() throws {
    let own = try Certificates(["builder.example"])
    try own.makeOdd("wild", subject: "/CN=x", extensions: "subjectAltName = DNS:*.site.example")
    let wire = try MemoryWire(.server(own.server("wild")), .client(own.client(), expecting: "hq.site.example"))
    try wire.settle()
    #expect(wire.atClient.handshake?.peerNames == ["*.site.example", "x"])
  }

  @Test("a revoked certificate is refused where the trust file says so")
  func revoked() throws {
    let own = try Certificates(["hq.example", "builder.example", "thief.example"])
    try own.revoke("thief.example")
    let server = try TLSContext.server(
      TLSFiles(
        certificate: own.path("hq.example.pem"), key: own.path("hq.example.key"), trust: own.path("trust.pem")),
      requiresClientCertificate: true)
    let builder = try MemoryWire(.server(server), .client(own.client(), expecting: "hq.example"))
    try builder.settle()
    #expect(builder.atServer.handshake != nil)
    let thief = try MemoryWire(.server(server), .client(own.client("thief.example"), expecting: "hq.example"))
    try thief.settle()
    #expect(thief.atServer.errors == [.untrusted(reason: "certificate revoked", expected: nil)])
  }

  @Test("names with tricks in them are left out")
  func trickyNames() throws {
    let own = try Certificates(["hq.example"])
    try own.makeOdd("tricky", subject: "/CN=root\\\nadmin", extensions: "subjectAltName = DNS:tricky.example")
    let wire = try MemoryWire(.server(own.server()), .client(own.client("tricky"), expecting: "hq.example"))
    try wire.settle()
    let names = try #require(wire.atServer.handshake?.peerNames)
    #expect(names.first == "tricky.example")
    #expect(!names.contains { $0.utf8.contains { $0 < 0x20 } })
  }
}
