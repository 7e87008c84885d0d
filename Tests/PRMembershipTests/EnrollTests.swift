// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRServer
import PRWire
import TestCertificates
import TestThreads
import Testing

@testable import PRMembership

@Suite("A store that joins", .ownThreads, .untilHung)
struct EnrollTests {
  private static let badToken = RegisterRefusal.badToken.description

  @Test("with the right token is a member from then on, with what its invitation says")
  func joining() async throws {
    let desk = try await Desk()
    let token = try await desk.invite("pune") { offer in
      (offer.rights, offer.addresses) = ([.read, .invite], [address("pune.example:8586"), address("10.1.0.1:8586")])
    }
    let joiner = try Joiner(token)
    let answer: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
    #expect((answer.federation, answer.name, answer.kind) == ("hq.example", "pune", "site"))
    #expect((answer.level, answer.lane, answer.from) == (1, "0/256", 0))
    #expect(answer.upstream == UpstreamFields(name: "authority", addresses: ["hq.example:8586"]))
    #expect(answer.revocations != nil)
    let certificate = try joiner.site(answer).certificate
    #expect(certificate.publicKey == joiner.key.publicKey)
    #expect(certificate.identity.text == "headwater://hq.example/pune")
    #expect(certificate.rights.names == ["invite", "read"])
    #expect(certificate.names.count == 2)
    let member = try #require(try await desk.member("pune"))
    #expect(member.state == .joined && member.store == joiner.store && member.id.description == answer.id)
    #expect(member.certificates.map(\.serial) == [certificate.serial.description])
  }

  @Test(
    "again and again with the same request is one join for the log, and each time but the first a try of its address")
  func replays() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    let request = try joiner.enroll
    let first: EnrollAnswer = try await desk.get(request, from: .stranger)
    let joined = try await desk.register()
    var refusals: [String: Int] = [:]
    for _ in 0..<50 {
      let outcome = await desk.ask(request, from: .stranger)
      refusals[outcome.refusal ?? "", default: 0] += 1
      if case .success(let text) = outcome { #expect(try (read(text) as EnrollAnswer) == first) }
    }
    #expect(refusals == ["": 10, FederationRefusal.tooManyAttempts.reason: 40])
    #expect(desk.log.count("has joined from") == 1)
    #expect(try await desk.register() == joined)
    desk.time.pass(60)
    _ = try await desk.ask(request, from: .stranger).get()
  }

  @Test("once more with the same request within an hour gets the same place; later it is refused")
  func repetition() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    let first: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
    desk.time.pass(3599)
    let second: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
    #expect((second.id, second.lane, second.nonce) == (first.id, first.lane, first.nonce))
    #expect(try await desk.register().members.count == 1)
    desk.time.pass(1)
    let before = try await desk.register()
    #expect(await desk.ask(try joiner.enroll, from: .stranger).refusal == Self.badToken)
    #expect(try await desk.register() == before)
  }

  @Test("is refused with a token that is wrong, used, withdrawn, expired or of no invitation, always in the same words")
  func refusals() async throws {
    let desk = try await Desk()
    let used = try Joiner(try await desk.invite("pune"))
    _ = try await desk.ask(used.enroll, from: .stranger).get()
    let withdrawn = try Joiner(try await desk.invite("oslo"))
    try await desk.command(.revoke(memberName("oslo")))
    let open = try await desk.invite("kiel")
    let (wrong, unknown) = (
      EnrollmentToken(authority: open.authority, id: open.id, secret: used.token.secret),
      EnrollmentToken(authority: open.authority, id: InvitationID(open.id.number ^ 1), secret: open.secret)
    )
    let ofOther = EnrollmentToken(authority: SecureDigest(of: [1]), id: open.id, secret: open.secret)
    let refused = try [used.token, withdrawn.token, wrong, unknown, ofOther].map { try Joiner($0, store: "new") }
    let before = try await desk.register()
    for joiner in refused { #expect(await desk.ask(try joiner.enroll, from: .stranger).refusal == Self.badToken) }
    desk.time.pass(Invitation.lifetime)
    let expired = await desk.ask(try Joiner(open, store: "new").enroll, from: .stranger)
    #expect(expired.refusal == Self.badToken && !expired.isOfRights)
    #expect(try await desk.register() == before)
    _ = try await desk.ask(Joiner(await desk.invite("rome"), store: "new").enroll, from: .stranger).get()
  }

  @Test("is refused until the last second of its token, and not before")
  func lastSecond() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    desk.time.pass(Invitation.lifetime - 1)
    _ = try await desk.ask(joiner.enroll, from: .stranger).get()
  }

  @Test(
    "is refused when its request or its proof is damaged",
    arguments: ["short proof", "long proof", "id", "short request", "signature", "no request", "other request"])
  func damage(_ what: String) async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    var fields = try joiner.fields
    switch what {
    case "short proof": fields.proof.removeLast()
    case "long proof": fields.proof += "00"
    case "id": fields.id.removeLast()
    case "short request": fields.request = String(fields.request.dropLast(60))
    case "signature":
      var der = joiner.request.der
      der[der.count - 1] ^= 1
      fields.request = ForeignRequest.pem(der)
    case "no request": fields.request = ""
    default: fields.request = try SigningRequest(for: PrivateKey()).pem()
    }
    let before = try await desk.register()
    let outcome = await desk.ask(fields.request(.enroll), from: .stranger)
    #expect(outcome.refusal != nil)
    #expect(try await desk.register() == before)
    _ = try await desk.ask(joiner.enroll, from: .stranger).get()
  }

  @Test("is refused with a key of RSA, although its proof is right")
  func foreignKey() async throws {
    let desk = try await Desk()
    let token = try await desk.invite("pune")
    let der = ForeignRequest.request(.rsa2048)
    var fields = try Joiner(token).fields
    (fields.request, fields.proof) = (ForeignRequest.pem(der), try proof(of: token, der))
    let before = try await desk.register()
    let refusal = try #require(await desk.ask(fields.request(.enroll), from: .stranger).refusal)
    #expect(refusal.contains("P-256"))
    #expect(try await desk.register() == before)
  }

  @Test("gets the name, the hosts and the rights of the register, whatever its request asks for")
  func greedyRequest() async throws {
    let desk = try await Desk()
    let token = try await desk.invite("pune") { $0.addresses = [address("pune.example:8586")] }
    let der = ForeignRequest.request(
      .p256, subject: "authority", alternatives: "DNS:hq.example,URI:headwater://hq.example/authority")
    var fields = try Joiner(token).fields
    (fields.request, fields.proof) = (ForeignRequest.pem(der), try proof(of: token, der))
    let answer: EnrollAnswer = try await desk.get(fields.request(.enroll), from: .stranger)
    let certificate = try MemberCertificate(reading: Array(answer.certificate.utf8))
    #expect(certificate.identity.text == "headwater://hq.example/pune")
    #expect(certificate.names == [HostName(of: address("pune.example:8586"))])
    #expect(certificate.rights.names == ["read"])
    #expect(certificate.publicKey == (try SigningRequest(reading: der)).publicKey)
  }

  @Test(
    "is refused with an identity that no store has",
    arguments: ["", "two words", String(repeating: "a", count: 65), "a\"b", "é"])
  func badStore(_ store: String) async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"), store: store)
    let before = try await desk.register()
    #expect(await desk.ask(try joiner.enroll, from: .stranger).refusal == RegisterRefusal.badStore.description)
    #expect(try await desk.register() == before)
  }

  @Test("is refused when its fields are no fields", arguments: ["{}", "[]", "", "{\"id\":1}", "\u{0}"])
  func noFields(_ fields: String) async throws {
    let desk = try await Desk()
    let before = try await desk.register()
    #expect(await desk.ask(FederationRequest(.enroll, fields: fields), from: .stranger).refusal != nil)
    #expect(try await desk.register() == before)
  }

  @Test("two stores that come at one moment with one token: one of them joins")
  func race() async throws {
    let desk = try await Desk()
    let token = try await desk.invite("pune")
    let joiners = try (0..<8).map { try Joiner(token, store: "store-\($0)") }
    let joined = await withTaskGroup(of: Bool.self) { group in
      for joiner in joiners {
        group.addTask {
          guard let request = try? joiner.enroll else { return false }
          if case .success = await desk.ask(request, from: .stranger) { return true }
          return false
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(joined == 1)
    #expect(try await desk.register().laneRows.count == 1)
  }

  private func proof(of token: EnrollmentToken, _ request: [UInt8]) throws -> String {
    try #require(EnrollmentProof(token: token, request: try Joiner(token).fields.proven(request))).digest.text
  }
}

@Suite("A request to join that is sent again by another client", .ownThreads, .untilHung)
struct ReplayTests {
  @Test("gives it a certificate of the joiner's key alone, and no second member or lane")
  func replay() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    let request = try joiner.enroll
    let first: EnrollAnswer = try await desk.get(request, from: .stranger)
    let site = try joiner.site(first)
    let before = try await desk.register()
    let stolen: EnrollAnswer = try await desk.get(request, from: .stranger(at: "10.6.6.6"))
    #expect((stolen.id, stolen.lane, stolen.nonce) == (first.id, first.lane, first.nonce))
    #expect(try joiner.site(stolen).certificate.publicKey == site.key.publicKey)
    let after = try await desk.register()
    #expect((after.leases, after.laneRows, after.invitations) == (before.leases, before.laneRows, before.invitations))
    #expect(after.members.map(\.id) == before.members.map(\.id))
    // The member goes on, as if nothing had been.
    let answer: ReportAnswer = try await desk.get(site.report.request(.report), from: site.peer)
    #expect(answer.nonce.next != nil)
    #expect(await desk.ask(request, from: .stranger(at: "10.6.6.6")).refusal == RegisterRefusal.badToken.description)
  }

  @Test("with another store in it, or another number, is refused")
  func changed() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    _ = try await desk.ask(joiner.enroll, from: .stranger).get()
    let before = try await desk.register()
    var other = joiner
    other.store = "another-store"
    #expect(await desk.ask(try other.enroll, from: .stranger).refusal == RegisterRefusal.badToken.description)
    #expect(try await desk.register() == before)
  }

  @Test("does not take the certificates that the member may have from it")
  func exhaustion() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    let site = try joiner.site(await desk.get(joiner.enroll, from: .stranger))
    for number in 1...Member.maximumCertificates {
      _ = await desk.ask(try joiner.enroll, from: .stranger(at: "10.6.6.\(number)"))
    }
    #expect(await desk.ask(try site.renewal.request(.renew), from: site.peer).refusal == nil)
    #expect(try await desk.member("pune")?.certificates.count == 2)
  }

  @Test("cannot be changed by a node that passes it on")
  func unprotected() async throws {
    let desk = try await Desk()
    let neighbour = try await desk.join("oslo")
    let joiner = try Joiner(try await desk.invite("pune"))
    var fields = try joiner.fields
    // A node that passes the request on has put this number there. It has no token.
    fields.greatest = [1: .max - 300]
    let outcome = await desk.ask(fields.request(.enroll), from: .stranger)
    let from = try await desk.register().lease(of: neighbour.id)?.from
    #expect(outcome.refusal == RegisterRefusal.badToken.description)
    #expect(from == 0)
  }

  @Test("cannot use up the numbers of a level by what it says that it has minted")
  func excess() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    for greatest in [UInt64.max, .max - 300, Register.Enrollment.maximumGreatest + 1] as [UInt64] {
      var fields = try joiner.fields
      fields.greatest = [1: greatest]
      let proven = try #require(fields.proven(by: joiner.token, joiner.request))
      #expect(
        await desk.ask(proven.request(.enroll), from: .stranger(at: "10.7.7.1")).refusal?.contains("too great") == true)
    }
  }
}
