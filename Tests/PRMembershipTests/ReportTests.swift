// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import PRRevision
import PRServer
import PRStore
import PRWire
import Synchronization
import TestThreads
import Testing

@testable import PRMembership

@Suite("A report", .ownThreads, .untilHung)
struct ReportTests {
  @Test("of a member gets the next nonce, and is on record")
  func own() async throws {
    let tree = try await Tree()
    tree.desk.time.pass(100)
    let answer: ReportAnswer = try await tree.desk.get(tree.pune.report.request(.report), from: tree.pune.peer)
    #expect(answer.nonce.next != nil && answer.nonce.newLease == nil && answer.nonce.stop == nil)
    #expect(answer.lease == tree.pune.lease && answer.name == "pune" && !answer.mustRenew && !answer.hasLeft)
    #expect(try await tree.desk.member("pune")?.seenAt == tree.desk.now)
    let seen = tree.desk.authority.register
    #expect(seen.member(tree.pune.id)?.seenAt == tree.desk.now)
    #expect(try await tree.desk.register().version == seen.version, "the next report need not read it")
    #expect(tree.desk.authority.facts[tree.pune.id]?.version == "1")
    #expect(tree.desk.alarms.all.all.isEmpty)
  }

  @Test("of another member, by the certificate of its sender, is refused")
  func otherMember() async throws {
    let tree = try await Tree()
    try await tree.expectRefusal(tree.pune.report.request(.report), from: tree.oslo.peer)
    try await tree.expectRefusal(
      tree.team.report.request(.report), from: tree.pune.peer, "of one below, without its name")
    var fields = tree.pune.report
    for id in ["", "0", tree.oslo.id.description, tree.pune.id.description.uppercased() + " "] {
      fields.id = id
      try await tree.expectRefusal(fields.request(.report), from: tree.pune.peer, "\(id)")
    }
    fields = tree.pune.report
    fields.nonce = "0.0"
    try await tree.expectRefusal(fields.request(.report), from: tree.pune.peer)
  }

  @Test("that the members above have passed on counts as that of its sender, from where that is")
  func passedOn() async throws {
    let tree = try await Tree()
    let team: ReportAnswer = try await tree.desk.get(
      tree.team.report.passedOn(for: "team").request(.report), from: tree.pune.peer)
    #expect(team.name == "team" && team.nonce.next != nil && team.upstream.name == "pune")
    var fields = tree.deep.report.passedOn(for: "deep", path: ["team"])
    fields.wait = 30_000
    let deep: ReportAnswer = try await tree.desk.get(fields.request(.report), from: tree.pune.peer)
    #expect(deep.name == "deep" && deep.nonce.next != nil, "one that was passed on is answered at once")
    #expect(try await tree.desk.member("deep")?.nonce?.answered?.address == "10.0.0.3")
    let known = Set(tree.desk.authority.facts.keys)
    #expect(known == Set([tree.team.id, tree.deep.id]))
    #expect(tree.desk.alarms.all.all.isEmpty)
  }

  @Test("that a member beside the sender has passed on is refused, with an alarm that names it")
  func sibling() async throws {
    let tree = try await Tree()
    try await tree.expectRefusal(
      tree.team.report.passedOn(for: "team").request(.report), from: tree.oslo.peer, alarm: "foreign-report:oslo")
    try await tree.expectRefusal(
      tree.pune.report.passedOn(for: "pune").request(.report), from: tree.oslo.peer, alarm: "foreign-report:oslo")
  }

  @Test("of a member above, or of the one that passes it on, is refused")
  func above() async throws {
    let tree = try await Tree()
    for (member, site) in [("pune", tree.pune), ("team", tree.team)] {
      try await tree.expectRefusal(
        site.report.passedOn(for: member).request(.report), from: tree.team.peer, alarm: "foreign-report:team")
    }
  }

  @Test(
    "whose path has a member that is not between is refused",
    arguments: [["oslo"], ["team", "oslo"], ["pune"], ["deep"], ["team", "team"], ["nowhere"], ["team", "pune"]])
  func foreignPath(_ path: [String]) async throws {
    let tree = try await Tree()
    let request = tree.deep.report.passedOn(for: "deep", path: path).request(.report)
    let alarm = path == ["nowhere"] ? nil : "foreign-report:pune"
    try await tree.expectRefusal(request, from: tree.pune.peer, alarm: alarm)
  }

  @Test("whose path is longer than 16, or has what is no name, is refused")
  func longPath() async throws {
    let tree = try await Tree()
    let paths = [
      ["team"] + Array(repeating: "!", count: 16), Array(repeating: "!", count: 100_000), ["!"], ["team", ""],
      Array(repeating: "", count: 17),
    ]
    for path in paths {
      let request = tree.deep.report.passedOn(for: "deep", path: path).request(.report)
      try await tree.expectRefusal(request, from: tree.pune.peer, "\(path.count)")
    }
  }

  @Test("that was passed on without a name is refused", arguments: [nil, "", "!", "nowhere", "authority"])
  func noName(_ member: String?) async throws {
    let tree = try await Tree()
    try await tree.expectRefusal(tree.team.report.passedOn(for: member).request(.report), from: tree.pune.peer)
  }

  @Test("without a certificate, or with one of another federation, is refused")
  func strangers() async throws {
    let tree = try await Tree()
    let foreign = FederationPeer(certificate: try foreignCertificate(of: "pune"), address: "10.0.0.2")
    for peer in [foreign, .stranger] {
      try await tree.expectRefusal(tree.pune.report.request(.report), from: peer)
      try await tree.expectRefusal(tree.team.report.passedOn(for: "team").request(.report), from: peer)
    }
    #expect(tree.desk.authority.rights(of: try foreignCertificate(of: "pune")) == nil)
    #expect(tree.desk.authority.rights(of: tree.pune.certificate) == [.read, .invite])
  }

  private func foreignCertificate(of member: String) throws -> MemberCertificate {
    var random = SystemRandomNumberGenerator()
    let authority = try CertificateAuthority.make(
      federation: name("other.example", FederationName.init), at: 1_800_000_000, using: &random)
    let key = try PrivateKey()
    return try authority.sign(
      key.publicKey, as: MemberProfile(member: memberName(member), names: [], lifetime: 1000), at: 1_800_000_000,
      using: &random)
  }

  @Test("of a member that is revoked, or below a revoked one that passes it on, is refused")
  func revoked() async throws {
    let tree = try await Tree()
    try await tree.desk.command(.revoke(memberName("pune")))
    try await tree.expectRefusal(tree.pune.report.request(.report), from: tree.pune.peer)
    try await tree.expectRefusal(tree.team.report.passedOn(for: "team").request(.report), from: tree.pune.peer)
  }

  @Test("of a member that another process has revoked is refused, before this one has seen that")
  func revokedElsewhere() async throws {
    let tree = try await Tree()
    let signing = try tree.desk.authority.signing()
    _ = try await tree.desk.store.changeFederation { register throws(FederationFailure) in
      try register.revoke(memberName("pune"), by: .authority, now: signing.now, signing: signing)
    }
    #expect(tree.desk.authority.register.member(tree.pune.id)?.state == .joined)
    let before = try await tree.desk.register()
    #expect(await tree.desk.ask(tree.pune.report.request(.report), from: tree.pune.peer).refusal != nil)
    #expect(try await tree.desk.register() == before)
  }

  @Test("of a client that has left changes nothing")
  func left() async throws {
    let tree = try await Tree()
    let before = try await tree.desk.register()
    let client = ReadClient()
    client.leave()
    let outcome = await tree.desk.ask(tree.pune.report.request(.report), from: tree.pune.peer, for: client)
    #expect(outcome.refusal != nil)
    #expect(try await tree.desk.register() == before)
    #expect(tree.desk.authority.facts.isEmpty)
  }

  @Test("with another store changes nothing, and is an alarm")
  func otherStore() async throws {
    let tree = try await Tree()
    let before = try await tree.desk.register()
    var fields = tree.pune.report
    fields.store = "another-store"
    let answer: ReportAnswer = try await tree.desk.get(fields.request(.report), from: tree.pune.peer)
    #expect(answer.nonce == NonceFields() && answer.lease == nil)
    #expect(tree.desk.authority.facts.isEmpty)
    #expect(try await tree.desk.register() == before)
    #expect(tree.desk.alarms.all.all.map(\.cause) == ["member-store:pune"])
  }

  @Test("of a second copy stops both, until there is another lane")
  func clone() async throws {
    var tree = try await Tree()
    let desk = tree.desk
    desk.time.pass(100)
    try tree.pune.take(await desk.get(tree.pune.report.request(.report), from: tree.pune.peer))
    var copy = tree.pune
    copy.nonce = PresentedNonce(given: copy.nonce.given, own: copy.nonce.own &+ 1)
    try tree.pune.take(await desk.get(tree.pune.report.request(.report), from: tree.pune.peer))
    for site in [copy, tree.pune, copy] {
      let answer: ReportAnswer = try await desk.get(site.report.request(.report), from: site.peer)
      #expect(answer.nonce.stop == "cloned" && answer.nonce.generation == 0 && answer.nonce.next == nil)
    }
    #expect(desk.alarms.all.all.map(\.cause) == ["member-cloned:pune"])
    try await desk.command(.relane(memberName("pune")))
    let answer: ReportAnswer = try await desk.get(copy.report.request(.report), from: copy.peer)
    #expect(answer.nonce.newLease != nil && answer.lease?.lane == "2/256", "0 and 1 were given")
    let late: ReportAnswer = try await desk.get(tree.pune.report.request(.report), from: tree.pune.peer)
    #expect(late.nonce.stop == "superseded" && late.lease == nil)
    #expect(desk.alarms.all.all.map(\.cause) == ["member-superseded:pune"])
  }

  @Test("of a database from before its member has retired stops that, and is an alarm")
  func afterRetirement() async throws {
    let tree = try await Tree()
    var oslo = tree.oslo
    let before = oslo.report
    try await tree.desk.command(.retire(memberName("oslo")))
    try oslo.take(try await tree.desk.get(before.request(.report), from: oslo.peer))
    var last = oslo.report
    last.last = ReportFields.LastNumber(greatest: 7)
    let left: ReportAnswer = try await tree.desk.get(last.request(.report), from: oslo.peer)
    #expect(left.hasLeft && tree.desk.alarms.all.all.isEmpty)
    let retired = try await tree.desk.register()
    let answer: ReportAnswer = try await tree.desk.get(before.request(.report), from: oslo.peer)
    #expect(answer.nonce.stop == "superseded" && answer.lease == nil && !answer.hasLeft)
    #expect(tree.desk.alarms.all.all.map(\.cause) == ["member-superseded:oslo"])
    #expect(try await tree.desk.register() == retired)
  }

  @Test("that waits is answered when the next one comes, and when the server stops")
  func waiting() async throws {
    let tree = try await Tree()
    let authority = tree.desk.authority
    var fields = tree.pune.report
    (fields.wait, fields.revocations) = (.max, try await tree.desk.register().revocations?.number)
    let request = fields.request(.report)
    let answers = Mutex(0)
    // The first answer is the signal that the second report has come.
    let first = await withCheckedContinuation { continuation in
      authority.answer(request, from: tree.pune.peer, for: ReadClient()) { continuation.resume(returning: $0) }
      authority.answer(request, from: tree.pune.peer, for: ReadClient()) { _ in answers.withLock { $0 += 1 } }
    }
    let answer: ReportAnswer = try read(try first.get())
    #expect(answer.nonce.next != nil)
    // Its answer comes after the second report was held.
    _ = await tree.desk.ask(tree.oslo.report.request(.report), from: tree.oslo.peer)
    #expect(authority.held.count == 1 && answers.withLock { $0 } == 0)
    authority.release()
    #expect(authority.held.count == 0 && answers.withLock { $0 } == 1)
    _ = try await tree.desk.ask(request, from: tree.pune.peer).get()
  }

  @Test("of a stopped member waits like any other: the member has the news")
  func stoppedWaits() async throws {
    var tree = try await Tree()
    let desk = tree.desk
    let first = tree.pune
    for _ in 0..<2 { try tree.pune.take(await desk.get(tree.pune.report.request(.report), from: tree.pune.peer)) }
    // A store that went back by two answers.
    var fields = first.report
    (fields.wait, fields.revocations) = (30_000, try await desk.register().revocations?.number)
    let stop: ReportAnswer = try await desk.get(fields.request(.report), from: first.peer)
    #expect(stop.nonce.stop == "cloned")
    fields.stop = stop.nonce.stop
    let again = fields.request(.report)
    desk.authority.answer(again, from: first.peer, for: ReadClient()) { _ in }
    _ = await desk.ask(tree.oslo.report.request(.report), from: tree.oslo.peer)
    #expect(desk.authority.held.count == 1, "what stands already is no news")
  }

  @Test(
    "with numbers from anywhere is answered or refused",
    arguments: [
      ("\"wait\":0", "\"wait\":-9223372036854775808"), ("\"wait\":0", "\"wait\":9223372036854775807"),
      ("\"level\":1", "\"level\":-1"), ("\"level\":1", "\"level\":9223372036854775807"),
      ("\"lane\":\"0/256\"", "\"lane\":\"256/256\""), ("\"from\":0", "\"from\":18446744073709551615"),
      ("\"time\":0", "\"time\":-9223372036854775808"), ("\"time\":0", "\"time\":0,\"requestsPerSecond\":1e999"),
      ("\"time\":0", "\"time\":0,\"hitRatio\":-1e308,\"copyLag\":-1"), ("\"time\":0", "\"time\":1e400"),
      ("\"alarms\":[]", "\"alarms\":{}"),
    ])
  func oddNumbers(_ part: String, _ odd: String) async throws {
    let tree = try await Tree()
    let fields = tree.pune.report.request(.report).fields
    #expect(fields.contains(part))
    let request = FederationRequest(.report, fields: fields.replacingOccurrences(of: part, with: odd))
    _ = await tree.desk.ask(request, from: tree.pune.peer)
    // What a node passes on is written anew.
    if let fields = try? ReportFields.read(request) { #expect(!fields.request(.report).fields.isEmpty) }
    tree.desk.authority.release()
  }
}
