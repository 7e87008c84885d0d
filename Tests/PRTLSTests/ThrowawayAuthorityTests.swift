// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRTLS
import TestThreads
import Testing

@Suite("A throw-away authority", .ownThreads)
struct ThrowawayAuthorityTests {
  /// A folder with what an authority made, as files.
  private final class Files {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-tls-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false) }
    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func write(_ authority: ThrowawayAuthority, _ names: [String], as name: String) throws -> TLSFiles {
      let identity = try authority.identity(names)
      try Data(authority.certificate.utf8).write(to: URL(fileURLWithPath: path("ca.pem")))
      try Data(identity.certificate.utf8).write(to: URL(fileURLWithPath: path("\(name).pem")))
      try Data(identity.key.utf8).write(to: URL(fileURLWithPath: path("\(name).key")))
      return TLSFiles(certificate: path("\(name).pem"), key: path("\(name).key"), trust: path("ca.pem"))
    }
  }

  private static func authority() throws -> ThrowawayAuthority {
    try ThrowawayAuthority(at: Int64(Date().timeIntervalSince1970))
  }

  @Test(
    "its certificates serve both sides, by each of their names", arguments: ["hq.example", "localhost", "127.0.0.1"])
  func bothSides(name: String) throws {
    let (files, authority) = (try Files(), try Self.authority())
    let server = try files.write(authority, ["hq.example", "localhost", "127.0.0.1"], as: "hq")
    let client = try files.write(authority, ["10.1.2.3", "localhost"], as: "builder")
    let wire = try MemoryWire(
      .server(.server(server, requiresClientCertificate: true)), .client(.client(client), expecting: name))
    try wire.settle()
    #expect(Set(wire.atServer.handshake?.peerNames ?? []) == ["10.1.2.3", "localhost"])
    #expect(wire.atClient.handshake != nil)
  }

  @Test("a name that no machine has is the subject's", arguments: ["Team A, site 2", "DNS:x,email:y@z", "é"])
  func oddName(name: String) throws {
    let files = try Files()
    _ = try files.write(Self.authority(), [name, "localhost"], as: "odd")
    let text = try Command.check("openssl", ["x509", "-in", files.path("odd.pem"), "-noout", "-text"])
    #expect(text.contains("X509v3 Subject Alternative Name: \n                DNS:localhost\n"), "\(text)")
    let subject = try Command.check(
      "openssl", ["x509", "-in", files.path("odd.pem"), "-noout", "-subject", "-nameopt", "utf8,sep_multiline"])
    #expect(subject.contains("CN=\(name)"), "\(subject)")
  }

  @Test("another authority of its kind is not believed")
  func another() throws {
    let (files, others) = (try Files(), try Files())
    let server = try files.write(Self.authority(), ["hq.example"], as: "hq")
    let client = try others.write(Self.authority(), ["builder.example"], as: "builder")
    let wire = try MemoryWire(
      .server(.server(server, requiresClientCertificate: true)), .client(.client(client), expecting: "hq.example"))
    try? wire.settle()
    #expect(wire.atClient.handshake == nil && wire.atServer.handshake == nil)
  }

  @Test("openssl finds nothing wrong with them, strictly")
  func strict() throws {
    let (files, authority) = (try Files(), try Self.authority())
    let long = String(repeating: "a", count: 60) + ".example"
    _ = try files.write(authority, [long, "127.0.0.1"], as: "long")
    for purpose in ["sslserver", "sslclient"] {
      try Command.check(
        "openssl",
        ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", files.path("ca.pem"), files.path("long.pem")])
    }
    let text = try Command.check("openssl", ["x509", "-in", files.path("long.pem"), "-noout", "-text"])
    #expect(text.contains("DNS:\(long), IP Address:127.0.0.1"))
  }
}
