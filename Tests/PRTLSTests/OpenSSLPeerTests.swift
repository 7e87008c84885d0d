// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTLS
import TestThreads
import Testing

/// The openssl command at the other end.
@Suite("Peers: the openssl command", .ownThreads)
struct OpenSSLPeerTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private func connect(to port: Int, _ options: [String], input: String = "question\n") throws -> Command {
    try Command.run(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", "-ign_eof", "-CAfile", certificates.path("ca.pem")] + options,
      input: input)
  }

  private var builder: [String] {
    ["-cert", certificates.path("builder.example.pem"), "-key", certificates.path("builder.example.key")]
  }

  @Test("s_client verifies our server strictly and gets its line back", arguments: ["-tls1_2", "-tls1_3"])
  func client(version: String) throws {
    let server = try EchoServer(certificates.server())
    let client = try connect(
      to: server.port, builder + [version, "-x509_strict", "-verify_return_error", "-verify_hostname", "hq.example"])
    #expect(client.status == 0)
    #expect(client.output.contains("Verify return code: 0 (ok)"))
    #expect(client.output.contains("question\n"))
    #expect(!client.output.contains("unexpected eof"))
    #expect(client.output.contains("Acceptable client certificate CA names"))
    let seen = try server.next()
    #expect(seen.text == "question\n")
    #expect(seen.errors == [])
    #expect(seen.handshake?.version == (version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"))
    #expect(seen.handshake?.peerNames == ["builder.example"])
  }

  @Test("s_client resumes a session, and our server still knows who it is", arguments: ["-tls1_2", "-tls1_3"])
  func clientResumes(version: String) throws {
    let server = try EchoServer(certificates.server())
    let session = certificates.path("session\(version)-\(UUID().uuidString)")
    _ = try connect(to: server.port, builder + [version, "-sess_out", session])
    #expect(try server.next().handshake?.isResumed == false)
    _ = try connect(to: server.port, builder + [version, "-sess_in", session])
    let second = try server.next()
    #expect(second.handshake?.isResumed == true)
    #expect(second.handshake?.peerNames == ["builder.example"])
    #expect(second.text == "question\n")
  }

  @Test("older versions of TLS are refused", arguments: ["-tls1", "-tls1_1"])
  func oldVersion(version: String) throws {
    let server = try EchoServer(certificates.server())
    let client = try connect(to: server.port, builder + [version, "-cipher", "DEFAULT@SECLEVEL=0"])
    #expect(client.status != 0)
    let seen = try server.next()
    #expect(seen.errors == [.unsupportedVersion])
    #expect(seen.text == "")
  }

  @Test("a client without a certificate is refused in both versions", arguments: ["-tls1_2", "-tls1_3"])
  func noCertificate(version: String) throws {
    let server = try EchoServer(certificates.server())
    _ = try connect(to: server.port, [version])
    #expect(try server.next().errors == [.noClientCertificate])
  }

  private func listen(_ options: [String] = ["-rev"], connections: Int = 1) throws -> (BackgroundCommand, port: Int) {
    let server = try BackgroundCommand(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:0", "-naccept", "\(connections)", "-cert",
        certificates.path("hq.example.pem"), "-key", certificates.path("hq.example.key"), "-CAfile",
        certificates.path("ca.pem"), "-Verify", "3", "-verify_return_error",
      ] + options)
    let port = try server.wait(for: #/ACCEPT [^\n]*:(\d+)/#)
    return (server, try #require(Int(port)))
  }

  @Test("our client asks s_server in both versions, and resumes", arguments: ["-tls1_2", "-tls1_3"])
  func server(version: String) throws {
    let (server, port) = try listen(["-rev", version], connections: 2)
    let context = try certificates.client()
    let first = try EchoClient.talk(to: port, context)
    #expect(first.text == "noitseuq\n")
    #expect(first.errors == [])
    #expect(first.handshake?.version == (version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"))
    #expect(first.handshake?.isResumed == false)
    let second = try EchoClient.talk(to: port, context)
    #expect(second.text == "noitseuq\n")
    #expect(second.handshake?.isResumed == true)
    #expect(try server.waitForEnd().status == 0)
  }

  @Test("a reload forgets the sessions")
  func reloadForgets() throws {
    let (server, port) = try listen(connections: 2)
    let context = try certificates.client()
    _ = try EchoClient.talk(to: port, context)
    try context.reload()
    #expect(try EchoClient.talk(to: port, context).handshake?.isResumed == false)
    _ = try server.waitForEnd()
  }

  @Test("an old server is refused by our client")
  func oldServer() throws {
    let (server, port) = try listen(["-rev", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
    let talk = try withExtendedLifetime(server) { try EchoClient.talk(to: port, certificates.client()) }
    #expect(talk.handshake == nil)
    #expect(talk.errors == [.unsupportedVersion] || talk.errors == [.alert("protocol version")])
  }

  @Test("our client tells the server's name, and no address, to the server", arguments: ["hq.example", "10.9.8.7"])
  func serverName(name: String) throws {
    let (server, port) = try listen([
      "-rev", "-servername", "other.example", "-cert2", certificates.path("hq.example.pem"),
      "-key2", certificates.path("hq.example.key"),
    ])
    _ = try EchoClient.talk(to: port, certificates.client(), expecting: name)
    let output = try server.waitForEnd().output
    #expect(output.contains("Hostname in TLS extension: \"hq.example\"") == (name == "hq.example"))
  }

  @Test("a server that asks to negotiate again gets nowhere")
  func renegotiation() throws {
    let (server, port) = try listen(["-tls1_2"])
    let done = try EchoClient.start(to: port, certificates.client(), line: "more\n")
    _ = try server.wait(for: #/(more)/#)
    try server.write("r\n")
    _ = try server.wait(for: #/(no renegotiation)/#)
    #expect(try done.wait().text == "")
  }
}
