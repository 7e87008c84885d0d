// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRServer
import PRWire
import TestCertificates
import TestThreads
import Testing

@testable import PRMembership

@Suite("A member that renews its certificate", .ownThreads, .untilHung)
struct RenewTests {
  private func certificate(_ answer: RenewAnswer) throws -> MemberCertificate {
    try MemberCertificate(reading: Array(answer.certificate.utf8))
  }

  @Test("gets one for the key that it has, with the rights of the register, beside the one that it has")
  func renewal() async throws {
    let tree = try await Tree()
    tree.desk.time.pass(60 * 86_400)
    let answer: RenewAnswer = try await tree.desk.get(tree.pune.renewal.request(.renew), from: tree.pune.peer)
    let new = try certificate(answer)
    #expect(new.publicKey == tree.pune.key.publicKey && new.identity == tree.pune.certificate.identity)
    #expect(new.rights == tree.pune.certificate.rights && new.names == tree.pune.certificate.names)
    #expect(new.period.notAfter == tree.desk.now + Register.standardLifetime)
    let trust = try tree.desk.keys.trust()
    #expect(try trust.issuer(of: new) != nil)
    let member = try #require(try await tree.desk.member("pune"))
    #expect(member.certificates.map(\.serial) == [tree.pune.certificate, new].map(\.serial.description))
  }

  @Test("with another key, or with the certificate of another member, gets none")
  func otherKey() async throws {
    let tree = try await Tree()
    let before = try await tree.desk.register()
    var foreign = try tree.pune.renewal
    foreign.certificate = try tree.oslo.certificate.pem()
    for fields in [try tree.pune.renewal(with: PrivateKey()), try tree.oslo.renewal, foreign] {
      #expect(await tree.desk.ask(fields.request(.renew), from: tree.pune.peer).isOfRights)
    }
    #expect(try await tree.desk.register() == before)
  }

  @Test("with its former name gets one with the new name, and no other member gets the former one")
  func formerName() async throws {
    let tree = try await Tree()
    try await tree.desk.command(.rename(memberName("pune"), to: memberName("poona")))
    let report: ReportAnswer = try await tree.desk.get(tree.pune.report.request(.report), from: tree.pune.peer)
    #expect(report.mustRenew && report.name == "poona")
    let answer: RenewAnswer = try await tree.desk.get(tree.pune.renewal.request(.renew), from: tree.pune.peer)
    #expect(try certificate(answer).identity.member.text == "poona")
    let before = try await tree.desk.register()
    await #expect(throws: FederationFailure.refused(.nameTaken(memberName("pune")))) {
      try await tree.desk.invite("pune")
    }
    #expect(try await tree.desk.register() == before)
  }

  @Test("is refused once it is revoked, has left, or has no certificate of this federation")
  func refused() async throws {
    let tree = try await Tree()
    try await tree.desk.command(.revoke(memberName("oslo")))
    let mirror = try await tree.desk.join("mirror", kind: .mirror)
    try await tree.desk.command(.retire(memberName("mirror")))
    let before = try await tree.desk.register()
    for (site, peer) in [(tree.oslo, tree.oslo.peer), (mirror, mirror.peer), (tree.pune, FederationPeer.stranger)] {
      #expect(await tree.desk.ask(try site.renewal.request(.renew), from: peer).refusal != nil)
    }
    var damaged = try tree.pune.renewal
    damaged.request = ForeignRequest.pem(ForeignRequest.request(.rsa2048))
    #expect(await tree.desk.ask(damaged.request(.renew), from: tree.pune.peer).refusal != nil)
    #expect(try await tree.desk.register() == before)
  }

  @Test("has 16 certificates that are good at most, and again one more when the first expires")
  func sixteen() async throws {
    let tree = try await Tree()
    let renewal = try tree.pune.renewal.request(.renew)
    tree.desk.time.pass(10)
    for _ in 1..<Member.maximumCertificates { _ = try await tree.desk.ask(renewal, from: tree.pune.peer).get() }
    let before = try await tree.desk.register()
    let refusal = RegisterRefusal.renewedTooOften(memberName("pune")).description
    #expect(await tree.desk.ask(renewal, from: tree.pune.peer).refusal == refusal)
    #expect(try await tree.desk.register() == before)
    tree.desk.time.pass(Register.standardLifetime - 10)
    _ = try await tree.desk.ask(renewal, from: tree.pune.peer).get()
    #expect(try await tree.desk.member("pune")?.certificates.count == Member.maximumCertificates)
  }

  @Test("through its upstream gets one; the upstream gets none in its name")
  func passedOn() async throws {
    let tree = try await Tree()
    let renewal = try tree.team.renewal.passedOn(for: "team").request(.renew)
    let answer: RenewAnswer = try await tree.desk.get(renewal, from: tree.pune.peer)
    #expect(try certificate(answer).identity.member.text == "team")
    #expect(await tree.desk.ask(renewal, from: tree.oslo.peer).isOfRights)
    let stolen = try tree.team.renewal(with: PrivateKey()).passedOn(for: "team").request(.renew)
    #expect(await tree.desk.ask(stolen, from: tree.pune.peer).isOfRights)
  }

  @Test("has the answer of an authority without its key, which names the reason")
  func noKey() async throws {
    let tree = try await Tree()
    tree.desk.keys.remove(tree.desk.keys.authorityKeyFile)
    let before = try await tree.desk.register()
    let outcome = await tree.desk.ask(try tree.pune.renewal.request(.renew), from: tree.pune.peer)
    #expect(try #require(outcome.refusal).hasPrefix("the authority cannot sign now"))
    #expect(try await tree.desk.register() == before)
    _ = try await tree.desk.ask(tree.pune.report.request(.report), from: tree.pune.peer).get()
  }
}
