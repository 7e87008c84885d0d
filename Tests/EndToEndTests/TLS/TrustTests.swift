// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Two sides that must not come together, and what each one's log says of it.
struct Distrust: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var server = Side("root")
  var client = Side("site")
  let serverSays: String
  let clientSays: String

  struct Side: Sendable {
    /// Nil for one that shows no certificate.
    var name: String?
    var isForeign = false
    var speaksTLS = true
    /// The name that a client looks for.
    var expects: String?

    init(_ name: String?, isForeign: Bool = false, speaksTLS: Bool = true, expects: String? = nil) {
      self.name = name
      self.isForeign = isForeign
      self.speaksTLS = speaksTLS
      self.expects = expects
    }
  }

  static let all = [
    Distrust(
      testDescription: "a client without a certificate", client: Side(nil),
      serverSays: "the client showed no certificate, and must", clientSays: "TLS alert 'certificate required'"),
    Distrust(
      testDescription: "a client of a foreign authority", client: Side("site", isForeign: true),
      serverSays: "the client's certificate was refused:", clientSays: "TLS alert '"),
    Distrust(
      testDescription: "a client whose certificate has expired", client: Side("expired"),
      serverSays: "the client's certificate was refused: certificate has expired",
      clientSays: "TLS alert 'certificate expired'"),
    Distrust(
      testDescription: "a server of a foreign authority", server: Side("root", isForeign: true),
      serverSays: "TLS alert 'unknown CA'", clientSays: "the server's certificate was refused:"),
    Distrust(
      testDescription: "a server whose certificate has expired", server: Side("expired"),
      serverSays: "TLS alert 'certificate expired'",
      clientSays: "the server's certificate was refused: certificate has expired"),
    Distrust(
      testDescription: "a server with another name", client: Side("site", expects: "hq.example"),
      serverSays: "TLS alert '", clientSays: "hostname mismatch (expected hq.example)"),
    Distrust(
      testDescription: "a plain client at a port for TLS", client: Side("site", speaksTLS: false),
      serverSays: "the peer does not speak TLS", clientSays: "does it need TLS"),
    Distrust(
      testDescription: "a client of TLS at a plain port", server: Side("root", speaksTLS: false),
      serverSays: "it looks like TLS: use a tls:// listener",
      clientSays: "closed the connection before the TLS handshake was done"),
  ]
}

@Suite("Over TLS", .ownThreads)
struct TrustTests {
  @Test("no connection comes about with, and both logs say why:", arguments: Distrust.all)
  func distrust(_ distrust: Distrust) throws {
    let (ours, foreign) = (try Authority("root", "site"), try Authority("root", "site"))
    try ours.makeExpired("expired")
    func options(_ side: Distrust.Side) -> [String] {
      (side.isForeign ? foreign : ours).options(side.name, trusting: ours)
        + (side.expects.map { ["--tls-name", $0] } ?? [])
    }
    let root = try ServerProcess(
      distrust.server.speaksTLS ? options(distrust.server) : [],
      listeners: [distrust.server.speaksTLS ? "tls://127.0.0.1:0" : "tcp://127.0.0.1:0"])
    let address = distrust.client.speaksTLS ? try root.address.tls() : "\(root.address)"
    let site = try Site(below: address, away: "strict", with: options(distrust.client))
    site.waitForLog(Site.away)
    let refusal = try site.getPR("p", "a").refusal ?? "none"
    #expect(refusal.contains(distrust.clientSays), "\(refusal)")
    #expect(site.hasLogged(Site.away, times: 1), "\(site.server.log)")
    #expect(root.process.errors.wait { $0.contains(distrust.serverSays) }, "\(root.log)")
    try site.server.stop()
    try root.stop()
  }

  @Test("a root, a site and a team work together")
  func chain() throws {
    let authority = try Authority("root", "site", "team")
    let listeners = ["tls://127.0.0.1:0", "tcp://127.0.0.1:0"]
    let root = try ServerProcess(authority.options("root"), listeners: listeners)
    let site = try ServerProcess(
      authority.options("site") + [
        "--upstream", try root.address.tls(), "--upstream-away", "strict", "--upstream-deadline", "10s",
        "--lock-timeout", "5s",
      ],
      listeners: listeners)
    let team = try Site(below: try site.address.tls(), away: "strict", with: authority.options("team"))
    #expect(try RawConnection(to: root.addresses[1]).ask(Requests.getPR("p", "a")) == .value("0"))
    #expect(try team.getPR("p", "a") == .value("0"))
    #expect(try team.getPR("p", "b") == .value("0.0.0"))
    #expect(try RawConnection(to: site.addresses[1]).ask(Requests.getPR("p", "c")) == .value("0.0"))
    try team.server.stop()
    try site.stop()
    try root.stop()
  }

  @Test("rights for an address that is not listened on are refused, since nobody would have them")
  func strayRights() throws {
    try Tool().run("serve", "--listen", "tcp://127.0.0.1:0", "--rights", "tcp://localhost:0=read")
      .failed(64, saying: "--rights tcp://localhost:0: no --listen is written like this")
  }

  @Test("a client may read, and more only if the server's operator says so")
  func rights() throws {
    let authority = try Authority("root", "alice", "bob")
    let server = try ServerProcess(
      authority.options("root") + [
        "--rights", "alice=read,allocate", "--rights", "tls://127.0.0.1:0=read",
        "--rights", "tcp://127.0.0.1:0=read",
      ],
      listeners: ["tls://127.0.0.1:0", "tcp://127.0.0.1:0"])
    let tool = try Tool()
    func get(_ name: String) throws -> Outcome {
      try tool.run(["get", "p", "a", "c", "--server", try server.address.tls()] + authority.options(name))
    }
    #expect(try get("alice").succeeded().output == "0\n")
    try get("bob").failed(saying: "the certificate of bob", "it has the rights 'read' and needs 'allocate'", "--rights")
    let test = ["test", "p", "a", "c", "--server", try server.address.tls()]
    #expect(try tool.run(test + authority.options("bob")).succeeded().output == "0\n")
    let plain = try RawConnection(to: server.addresses[1])
    #expect(try plain.ask(Requests.getPR("p", "a")).refusal?.contains("needs 'allocate'") == true)
    #expect(try plain.ask(Requests.importOne("p", "a", value: #""9""#)).refusal?.contains("needs 'import'") == true)
    #expect(try plain.ask(Requests.testPR("p", "x")) == .object(["value": .null]))
    try server.stop()
  }

  @Test("certificates are read again on SIGHUP, and connections go on")
  func reload() throws {
    let authority = try Authority("root", "site")
    let root = try ServerProcess(authority.options("root"), listeners: ["tls://127.0.0.1:0"])
    let relay = try Relay(to: root.address)
    let site = try Site(
      below: try relay.address.tls(), away: "strict", with: authority.options("site"))
    #expect(try site.getPR("p", "a") == .value("0.0"))
    let old = try authority.shown(by: root.address, to: "site")
    try authority.make(["root"], "--renew")
    root.process.signal(SIGHUP)
    #expect(root.process.errors.wait { $0.contains("the certificates were read again") }, "\(root.log)")
    let new = try authority.shown(by: root.address, to: "site")
    #expect(new != old)
    #expect(try String(contentsOfFile: authority.path("root.pem"), encoding: .utf8).contains(new))

    try Data("no certificate".utf8).write(to: URL(fileURLWithPath: authority.path("root.pem")))
    root.process.signal(SIGHUP)
    #expect(root.process.errors.wait { $0.contains("the old certificates stay in use") }, "\(root.log)")
    #expect(root.hasLogged(authority.path("root.pem")), "\(root.log)")
    #expect(try authority.shown(by: root.address, to: "site") == new)
    #expect(try site.getPR("p", "b") == .value("0.1"))
    #expect(relay.traffic.connections == 1 && site.logs(Site.away) == 0, "\(site.server.log)")
    try site.server.stop()
    try root.stop()
  }
}
