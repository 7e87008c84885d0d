// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestThreads
import Testing

@testable import PRTLS

/// Real handshakes, with a clock that the test sets. OpenSSL's own clock stands still meanwhile, so that its lifetime of
/// tickets ends none of these sessions.
@Suite("Resumption and time", .ownThreads)
struct ResumptionTimeTests {
  /// Whose clock moves; the other side's stands still, and cannot be the one that refuses.
  enum Side: String, CaseIterable, Sendable { case server, client }

  private let clocks = (server: HandClock(), client: HandClock())

  private func pair(
    _ certificates: Certificates, serverTrust: String = "ca.pem", clientTrust: String = "ca.pem"
  ) throws -> (server: TLSContext, client: TLSContext) {
    var (server, client) = (certificates.files("hq.example"), certificates.files("builder.example"))
    server.trust = certificates.path(serverTrust)
    client.trust = certificates.path(clientTrust)
    return (
      try .server(server, requiresClientCertificate: true, clock: clocks.server.tls),
      try .client(client, clock: clocks.client.tls)
    )
  }

  private func clock(of side: Side) -> HandClock { side == .server ? clocks.server : clocks.client }

  private func connect(_ pair: (server: TLSContext, client: TLSContext)) throws -> MemoryWire {
    let wire = try MemoryWire(.server(pair.server), .client(pair.client, expecting: "hq.example"))
    try wire.settle()
    return wire
  }

  private func isResumed(_ pair: (server: TLSContext, client: TLSContext)) throws -> Bool {
    let wire = try connect(pair)
    let (atServer, atClient) = (try #require(wire.atServer.handshake), try #require(wire.atClient.handshake))
    #expect(atServer.isResumed == atClient.isResumed)
    return atServer.isResumed
  }

  @Test("fresh tickets do not make a chain longer than an hour from its full handshake", arguments: Side.allCases)
  func chain(side: Side) throws {
    let pair = try pair(Certificates.shared.get())
    var resumed: [Bool] = []
    for _ in 0..<9 {
      resumed.append(try isResumed(pair))
      clock(of: side).advance(by: 1_000)
    }
    #expect(resumed == [false, true, true, true, false, true, true, true, false])
  }

  @Test("a certificate that has expired ends the chain, though the hour is not over", arguments: Side.allCases)
  func expiry(side: Side) throws {
    let certificates = try Certificates(["hq.example", "builder.example"], options: ["--no-loopback", "--days", "2"])
    let pair = try pair(certificates)
    let end = clocks.server.now - HandClock.lead + 2 * 86_400
    for clock in [clocks.server, clocks.client] { clock.now = end - 600 }
    #expect(try [isResumed(pair), isResumed(pair)] == [false, true])
    clock(of: side).now = end + 2_900
    let late = try connect(pair)
    #expect(
      (side == .server ? late.atServer : late.atClient).errors == [
        .untrusted(reason: "certificate has expired", expected: side == .server ? nil : "hq.example")
      ])
  }

  @Test("a clock that was set back asks for a full handshake", arguments: Side.allCases)
  func setBack(side: Side) throws {
    let pair = try pair(Certificates.shared.get())
    #expect(try [isResumed(pair), isResumed(pair)] == [false, true])
    clock(of: side).advance(by: -1)
    #expect(try !isResumed(pair))
  }

  @Test(
    "a revocation list counts at a resumption too: one that is out of date ends the chain", arguments: Side.allCases)
  func staleList(side: Side) throws {
    let certificates = try Certificates(["hq.example", "builder.example", "lost.example"])
    try certificates.revoke("lost.example")  // a list for five days
    let pair = try pair(
      certificates, serverTrust: side == .server ? "trust.pem" : "ca.pem",
      clientTrust: side == .client ? "trust.pem" : "ca.pem")
    let end = clocks.server.now - HandClock.lead + 5 * 86_400
    for clock in [clocks.server, clocks.client] { clock.now = end - 600 }
    #expect(try [isResumed(pair), isResumed(pair)] == [false, true])
    for clock in [clocks.server, clocks.client] { clock.now = end + 600 }
    let late = try connect(pair)
    #expect(
      (side == .server ? late.atServer : late.atClient).errors == [
        .untrusted(reason: "CRL has expired", expected: side == .server ? nil : "hq.example")
      ])
  }

  @Test("a certificate that was revoked since is refused, once the list is read", arguments: Side.allCases)
  func revoked(side: Side) throws {
    let certificates = try Certificates(["hq.example", "builder.example"])
    try certificates.write(String(contentsOfFile: certificates.path("ca.pem"), encoding: .utf8), to: "trust.pem")
    let pair = try pair(certificates, serverTrust: "trust.pem", clientTrust: "trust.pem")
    #expect(try [isResumed(pair), isResumed(pair)] == [false, true])
    try certificates.revoke(side == .server ? "builder.example" : "hq.example")
    try (side == .server ? pair.server : pair.client).reload()
    let late = try connect(pair)
    #expect(
      (side == .server ? late.atServer : late.atClient).errors == [
        .untrusted(reason: "certificate revoked", expected: side == .server ? nil : "hq.example")
      ])
  }
}
