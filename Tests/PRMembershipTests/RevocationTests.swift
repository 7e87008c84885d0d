// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRServer
import PRWire
import TestThreads
import Testing

@testable import PRMembership

@Suite("Revoked certificates", .ownThreads, .untilHung)
struct RevocationTests {
  private func list(_ desk: Desk) async throws -> RevocationList {
    let revocations = try #require(try await desk.register().revocations)
    let list = try RevocationList(reading: Array(revocations.list.utf8), of: desk.keys.trust())
    #expect(list.number == revocations.number)
    return list
  }

  private func renew(_ desk: Desk, _ site: Site) async throws -> SerialNumber {
    let answer: RenewAnswer = try await desk.get(site.renewal.request(.renew), from: site.peer)
    return try MemberCertificate(reading: Array(answer.certificate.utf8)).serial
  }

  @Test("are all that the member has and that have not expired, on a list with the next number")
  func revocation() async throws {
    let tree = try await Tree()
    let desk = tree.desk
    desk.time.pass(Register.standardLifetime / 2)
    var serials: Set<SerialNumber> = []
    for _ in 0..<3 { serials.insert(try await renew(desk, tree.pune)) }
    desk.time.pass(Register.standardLifetime / 2)
    let before = try await list(desk)
    try await desk.command(.revoke(memberName("pune")))
    let after = try await list(desk)
    #expect(Set(after.entries.map(\.serial)) == serials, "the first one has expired")
    #expect(after.entries.allSatisfy { $0.time == desk.now })
    #expect(after.number > before.number && after.replaces(before))
    #expect(after.nextUpdate == desk.now + Register.standardLifetime)
    let member = try #require(try await desk.member("pune"))
    #expect(member.state == .revoked)
    #expect(try await desk.register().lease(of: member.id) == nil)
    #expect(try await desk.register().laneRows.first { $0.member == member.id }?.state == .spent)
  }

  @Test("stay on the list with those that are revoked later")
  func more() async throws {
    let tree = try await Tree()
    for name in ["deep", "team", "oslo"] { try await tree.desk.command(.revoke(memberName(name))) }
    let serials = [tree.deep, tree.team, tree.oslo].map(\.certificate.serial)
    #expect(Set(try await list(tree.desk).entries.map(\.serial)) == Set(serials))
    #expect(try await list(tree.desk).number > UInt64(clamping: tree.desk.now))
  }

  @Test("leave the list when they have expired, and not before", arguments: [86_400, Register.standardLifetime])
  func pruning(_ lifetime: Int64) async throws {
    let desk = try await Desk(lifetime: lifetime)
    let site = try await desk.join("pune")
    try await desk.command(.revoke(memberName("pune")))
    let signings: [(Int64, Bool)] = [(lifetime, true), (ValidityPeriod.leeway, true), (1, false)]
    for (seconds, isListed) in signings {
      desk.time.pass(seconds)
      let (signing, number) = (try desk.authority.signing(), try await list(desk).number)
      try await desk.store.changeFederation { register throws(FederationFailure) in try register.signList(signing) }
      let list = try await list(desk)
      #expect(list.contains(site.certificate.serial) == isListed)
      #expect(list.number > number && list.number >= UInt64(clamping: desk.now))
      #expect(list.nextUpdate >= desk.now + 8 * 86_400)
      #expect(list.age(at: desk.now) == 0)
    }
  }

  @Test(
    "fill half of the list at most when members ask; the operator goes on, and a member that it invites joins again")
  func room() async throws {
    let tree = try await Tree()
    let desk = tree.desk
    let signing = try desk.authority.signing()
    let most = Register.maximumRevocationsOfMembers
    let many = (1...UInt128(most)).compactMap { SerialNumber($0) }
    try await desk.store.changeFederation { register throws(FederationFailure) in
      try register.signList(adding: many, signing)
    }
    let asked = await desk.ask(ChangeFields(name: "team").request(.revoke), from: tree.pune.peer)
    #expect(asked.refusal?.contains("the most that members may bring it to") == true, "\(asked)")
    #expect(try await desk.member("team")?.state == .joined)
    #expect(try await list(desk).entries.count == most)
    let token = try await desk.invite("pune") { $0.isAgain = true }
    var joiner = try Joiner(token, store: tree.pune.store)
    joiner.presented = tree.pune.nonce
    let _: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
    #expect(try await list(desk).contains(tree.pune.certificate.serial))
    try await desk.command(.revoke(memberName("team")))
    #expect(try await list(desk).entries.count == most + 2)
  }

  @Test("of a member that joins again make room: it has one certificate then, however many its key had been renewed to")
  func joinsAgain() async throws {
    let desk = try await Desk()
    let site = try await desk.join("pune")
    var serials: Set<SerialNumber> = [site.certificate.serial]
    for _ in 1..<Member.maximumCertificates { serials.insert(try await renew(desk, site)) }
    let refused = await desk.ask(try site.renewal.request(.renew), from: site.peer)
    #expect(refused.refusal?.contains("certificates that have not expired") == true, "\(refused)")
    let token = try await desk.invite("pune") { $0.isAgain = true }
    var joiner = try Joiner(token, store: site.store)
    joiner.presented = site.nonce
    let answer: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
    let certificate = try MemberCertificate(reading: Array(answer.certificate.utf8))
    #expect(try await desk.member("pune")?.certificates.map(\.serial) == [certificate.serial.description])
    #expect(Set(try await list(desk).entries.map(\.serial)) == serials)
  }

  @Test("of a member below come by the members that wait: a report with an older list is answered with the new one")
  func distribution() async throws {
    let tree = try await Tree()
    var fields = tree.oslo.report
    (fields.wait, fields.revocations) = (30_000, try await list(tree.desk).number)
    try await tree.desk.command(.revoke(memberName("deep")))
    let answer: ReportAnswer = try await tree.desk.get(fields.request(.report), from: tree.oslo.peer)
    let list = try RevocationList(
      reading: Array(try #require(answer.revocations).utf8), of: try tree.desk.keys.trust())
    #expect(list.contains(tree.deep.certificate.serial))
  }

  @Test("come to a member that reports without them once in ten seconds, and a newer list at once")
  func pace() async throws {
    let tree = try await Tree()
    var oslo = tree.oslo
    func report() async throws -> Bool {
      let answer: ReportAnswer = try await tree.desk.get(oslo.report.request(.report), from: oslo.peer)
      try oslo.take(answer)
      return answer.revocations != nil
    }
    #expect(try await report())
    for _ in 0..<3 { #expect(try await !report()) }
    try await tree.desk.command(.revoke(memberName("deep")))
    #expect(try await report())
    #expect(try await !report())
    tree.desk.time.pass(10)
    #expect(try await report(), "the answer may have been lost")
  }

  @Test("cannot be signed without the authority's key: nothing changes then")
  func noKey() async throws {
    let tree = try await Tree()
    tree.desk.keys.remove(tree.desk.keys.authorityKeyFile)
    let before = try await tree.desk.register()
    let request = ChangeFields(name: "deep").request(.revoke)
    #expect(await tree.desk.ask(request, from: tree.pune.peer).refusal != nil)
    #expect(try await tree.desk.register() == before)
  }
}
