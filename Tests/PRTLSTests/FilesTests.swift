// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import PRTLS
import TestThreads
import Testing

/// Files that cannot be used, and files that change.
@Suite("Files", .ownThreads)
struct FilesTests {
  private let own: Certificates

  init() throws { own = try Certificates(["hq.example", "other.example", "builder.example"]) }

  private func server(
    certificate: String? = "hq.example.pem", key: String? = "hq.example.key", trust: String? = "ca.pem"
  ) throws -> TLSContext {
    try .server(
      TLSFiles(certificate: certificate.map(own.path), key: key.map(own.path), trust: trust.map(own.path)),
      requiresClientCertificate: true)
  }

  @Test("a file that is not there is named", arguments: ["certificate", "key", "trust"])
  func missing(which: String) throws {
    #expect(throws: TLSError.unreadable(path: own.path("none"), reason: "No such file or directory")) {
      switch which {
      case "certificate": try server(certificate: "none")
      case "key": try server(key: "none")
      default: try server(trust: "none")
      }
    }
  }

  @Test("a server needs a certificate, and an authority for its clients'")
  func needs() throws {
    #expect(throws: TLSError.noCertificate) { try server(certificate: nil, key: nil) }
    #expect(throws: TLSError.noTrust) { try server(trust: nil) }
  }

  @Test("a key of another certificate, of the same kind or not, is told", arguments: ["EC", "RSA"])
  func mismatch(kind: String) throws {
    if kind == "RSA" { try own.openssl("genrsa", "-out", own.path("other.example.key"), "2048") }
    #expect(
      throws: TLSError.keyMismatch(certificate: own.path("hq.example.pem"), key: own.path("other.example.key"))
    ) {
      try server(key: "other.example.key")
    }
  }

  @Test("an encrypted key is told, and nobody is asked for the passphrase")
  func encrypted() throws {
    try own.openssl(
      "pkey", "-in", own.path("hq.example.key"), "-aes256", "-passout", "pass:secret", "-out", own.path("locked.key"))
    #expect(throws: TLSError.encryptedKey(path: own.path("locked.key"))) { try server(key: "locked.key") }
  }

  @Test("files without PEM in them are told apart", arguments: ["", "no PEM at all\n"])
  func noPEM(text: String) throws {
    try own.write(text, to: "empty")
    let path = own.path("empty")
    func isAbout(_ error: (any Error)?) -> String? {
      switch error as? TLSError {
      case .badCertificate(path, _): "certificate"
      case .badKey(path, _): "key"
      case .badTrust(path, _): "trust"
      default: nil
      }
    }
    #expect(isAbout(#expect(throws: TLSError.self) { try server(certificate: "empty") }) == "certificate")
    #expect(isAbout(#expect(throws: TLSError.self) { try server(key: "empty") }) == "key")
    #expect(isAbout(#expect(throws: TLSError.self) { try server(trust: "empty") }) == "trust")
    #expect(isAbout(#expect(throws: TLSError.self) { try TLSContext.client(own.files("empty")) }) == nil)
  }

  @Test("one file may hold the certificate and its key")
  func together() throws {
    let both = try ["hq.example.pem", "hq.example.key"].map {
      try String(contentsOfFile: own.path($0), encoding: .utf8)
    }
    try own.write(both.joined(), to: "both.pem")
    _ = try server(certificate: "both.pem", key: nil)
  }

  @Test("a reload changes what new connections see, and leaves old ones alone")
  func reload() throws {
    let context = try server()
    let before = try MemoryWire(.server(context), .client(own.client(), expecting: "hq.example"))
    try before.settle()
    try own.make(["hq.example=renewed.example"], ["--no-loopback", "--renew"])
    try context.reload()

    before.client.writeAndFlush(ByteBuffer(string: "still there"), promise: nil)
    try before.settle()
    #expect(before.atServer.text == "still there")
    let after = try MemoryWire(.server(context), .client(own.client(), expecting: "renewed.example"))
    try after.settle()
    #expect(after.atClient.handshake?.peerNames.contains("renewed.example") == true)
  }

  @Test("a bad reload is an error, and what was there stays in use")
  func badReload() throws {
    let context = try server()
    try own.write("rubbish", to: "hq.example.pem")
    #expect(throws: TLSError.self) { try context.reload() }
    let wire = try MemoryWire(.server(context), .client(own.client(), expecting: "hq.example"))
    try wire.settle()
    #expect(wire.atClient.handshake != nil)
  }

  @Test("an authority that is believed no more loses its clients at a reload, sessions or not")
  func authorityDropped() throws {
    let context = try server()
    let client = try own.client()
    let first = try MemoryWire(.server(context), .client(client, expecting: "hq.example"))
    try first.settle()
    #expect(first.atServer.handshake != nil)
    let foreign = try Certificates(["x"])
    try own.write(try String(contentsOfFile: foreign.path("ca.pem"), encoding: .utf8), to: "ca.pem")
    try context.reload()
    let second = try MemoryWire(.server(context), .client(client, expecting: "hq.example"))
    try second.settle()
    #expect(second.atServer.handshake == nil)
    #expect(
      second.atServer.errors == [.untrusted(reason: "unable to get local issuer certificate", expected: nil)])
  }
}

/// What the script promises.
@Suite("The script that makes certificates", .ownThreads)
struct CertificateScriptTests {
  @Test("OpenSSL's strict verification takes its certificates, for servers and for clients")
  func strict() throws {
    let own = try Certificates(["hq.example=10.9.8.7,second.example"], options: [])
    for purpose in ["sslserver", "sslclient"] {
      try own.openssl(
        "verify", "-x509_strict", "-purpose", purpose, "-CAfile", own.path("ca.pem"), own.path("hq.example.pem"))
    }
    let text = try Command.check(
      "openssl", ["x509", "-in", own.path("hq.example.pem"), "-noout", "-ext", "subjectAltName"])
    for name in ["DNS:hq.example", "10.9.8.7", "DNS:second.example", "DNS:localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"] {
      #expect(text.contains(name))
    }
  }

  @Test("a key is for its user alone")
  func modes() throws {
    let own = try Certificates(["hq.example"])
    for name in ["hq.example.key", "ca.key"] {
      let mode = try FileManager.default.attributesOfItem(atPath: own.path(name))[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test("what is there is replaced only when asked, and the authority never")
  func keeps() throws {
    let own = try Certificates(["hq.example"])
    func contents(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: own.path(name))) }
    let (authority, node) = (try contents("ca.pem"), try contents("hq.example.pem"))
    #expect(throws: Command.Failed.self) { try own.make(["new.example", "hq.example"]) }
    #expect(throws: (any Error).self) { try contents("new.example.pem") }
    #expect(try contents("hq.example.pem") == node)
    try own.make(["hq.example"], ["--renew"])
    #expect(try contents("hq.example.pem") != node)
    #expect(try contents("ca.pem") == authority)
  }

  @Test("bad arguments make nothing", arguments: [["../x"], ["a", "--days"], ["ca"], ["a=b;c"], []])
  func misuse(names: [String]) {
    #expect(throws: Command.Failed.self) { try Certificates(names) }
  }
}
