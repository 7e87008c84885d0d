// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import PRNode
import PRServer
import PRStore
import PRWire
import TestThreads
import Testing

@testable import PRMembership

@Suite("The authority's key is exchanged", .ownThreads, .untilHung)
struct RekeyTests {
  /// A member with a folder of keys of its own.
  private struct Node {
    var site: Site
    let folder: TemporaryFolder
    let keys: KeyFolder

    init(_ desk: Desk, _ name: String) async throws {
      let token = try await desk.invite(name)
      let joiner = try Joiner(token, store: "store-of-\(name)")
      let answer: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
      site = try joiner.site(answer)
      folder = try TemporaryFolder()
      keys = KeyFolder(folder.file("keys"))
      try keys.make()
      let own = try AuthorityCertificate(reading: desk.keys.read(desk.keys.authorityFile))
      let all = own.kin(
        among: try (answer.authorities ?? []).map { try AuthorityCertificate(reading: Array($0.utf8)) })
      let trust = try #require(CertificateAuthority.Trust(all))
      let lists = try [answer.revocations, answer.otherRevocations].compactMap(\.self).map {
        try RevocationList(reading: Array($0.utf8), of: trust)
      }
      try keys.write(trust: all, lists)
      try keys.write(joiner.key, site.certificate, of: all)
    }

    /// Reports, takes the answer, and renews if it is to.
    mutating func report(to desk: Desk) async throws {
      var fields = site.report
      fields.revocations = try keys.revocations().map(\.number).min()
      fields.trusts = try keys.authorities().map(\.digest.text)
      fields.issuer = try keys.issuer()?.text
      let answer: ReportAnswer = try await desk.get(fields.request(.report), from: site.peer)
      try site.take(answer)
      let trusted = answer.trusts?.compactMap { SecureDigest(text: $0) }
      _ = try keys.take(
        TrustUpdate(
          trusted: trusted, new: answer.newAuthority, lists: [answer.revocations, answer.otherRevocations]))
      guard answer.mustRenew else { return }
      let renewed: RenewAnswer = try await desk.get(site.renewal.request(.renew), from: site.peer)
      site.certificate = try MemberCertificate(reading: Array(renewed.certificate.utf8))
      try keys.write(site.key, site.certificate, of: keys.authorities())
    }

    var trusts: [SecureDigest] { get throws { try keys.authorities().map(\.digest) } }

    /// Whether it takes a certificate for good.
    func believes(_ certificate: MemberCertificate, at now: Int64) throws -> Bool {
      try keys.trust().verdict(of: certificate, lists: keys.revocations(), at: now) == .holds
    }
  }

  private func rekey(_ desk: Desk) -> Rekey { Rekey(desk.store, keys: desk.keys, at: desk.now) }

  private func step(_ desk: Desk, _ nodes: inout [Node]) async throws {
    desk.time.pass(30)
    await desk.authority.look()
    for index in nodes.indices { try await nodes[index].report(to: desk) }
    try expectTrust(desk, nodes)
  }

  /// At each moment each node takes the certificate of each other one, and of the authority, for good.
  private func expectTrust(_ desk: Desk, _ nodes: [Node]) throws {
    let own = try desk.keys.certificate()
    for node in nodes {
      #expect(try node.believes(own, at: desk.now))
      #expect(
        try desk.keys.trust().verdict(of: node.site.certificate, lists: desk.keys.revocations(), at: desk.now) == .holds
      )
      for other in nodes { #expect(try node.believes(other.site.certificate, at: desk.now)) }
    }
  }

  @Test("step by step: at no moment does a member, or the authority, take another one's certificate for bad")
  func story() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    var nodes = [try await Node(desk, "pune"), try await Node(desk, "oslo")]
    let former = try await desk.register().authority
    _ = try await rekey(desk).advance(finishes: false)
    let next = try #require(try await desk.register().rekeying?.next.digest)
    #expect(try desk.keys.nextAuthority(at: desk.now).certificate.digest == next)
    #expect(
      try await rekey(desk).advance(finishes: false).contains("oslo, pune"), "a second time it says how far it is")
    // One that joins meanwhile has both at once.
    nodes.append(try await Node(desk, "rome"))
    #expect(try nodes[2].trusts == [former, next])
    try await step(desk, &nodes)
    for node in nodes { #expect(try node.trusts == [former, next]) }
    #expect(try await desk.register().authority == former)
    // They have said so; the next look signs with the next key, and the one after it renews the authority's own certificate.
    try await step(desk, &nodes)
    await desk.authority.look()
    #expect(try await desk.register().authority == next)
    await desk.authority.look()
    #expect(try desk.keys.issuer() == next)
    try expectTrust(desk, nodes)
    for _ in 0..<2 { try await step(desk, &nodes) }
    for node in nodes { #expect(try node.keys.issuer() == next) }
    for _ in 0..<2 { try await step(desk, &nodes) }
    #expect(try await desk.register().rekeying == nil)
    #expect(!desk.keys.hasNextAuthority)
    #expect(try desk.keys.authority(at: desk.now).certificate.digest == next, "and the former key is on no disk")
    #expect(try desk.keys.authorities().map(\.digest) == [next])
    for node in nodes { #expect(try node.trusts == [next]) }
    #expect(desk.alarms.all.all.isEmpty, "\(desk.alarms.all.all)")
    // What was revoked stays so, and a certificate of the former key is one of no authority.
    try await desk.command(.revoke(memberName("rome")))
    await desk.authority.look()
    #expect(try desk.keys.revocations().map { $0.entries.count } == [2])
  }

  @Test("a request that comes right after the step to the next key is signed with that")
  func atOnce() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    let former = try await desk.register().authority
    _ = try await rekey(desk).advance(finishes: false)
    desk.time.pass(1)
    await desk.authority.look()
    // Without members it goes on at once; what the process has in memory is older.
    #expect(try await desk.register().authority != former && desk.authority.register.authority == former)
    let pune = try await desk.join("pune")
    await desk.authority.look()
    #expect(try desk.keys.trust().issuer(of: pune.certificate)?.digest != former)
  }

  @Test("lists by both keys name what is revoked while there are two")
  func revoked() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    var nodes = [try await Node(desk, "pune"), try await Node(desk, "oslo")]
    _ = try await rekey(desk).advance(finishes: false)
    try await step(desk, &nodes)
    let rome = try await Node(desk, "rome")
    try await desk.command(.revoke(memberName("rome")))
    try await nodes[0].report(to: desk)
    #expect(try nodes[0].keys.revocations().count == 2)
    #expect(try nodes[0].keys.revocations().allSatisfy { $0.contains(rome.site.certificate.serial) })
    #expect(try !nodes[0].believes(rome.site.certificate, at: desk.now))
  }

  @Test(
    "what was revoked while one of the keys was away is on both lists, once they are signed with both keys",
    arguments: [true, false])
  func oneKeyAway(ownKeyIsAway: Bool) async throws {
    let desk = try await Desk()
    await desk.authority.look()
    let (rome, oslo) = (try await Node(desk, "rome"), try await Node(desk, "oslo"))
    _ = try await rekey(desk).advance(finishes: false)
    let alone = Signing(try desk.keys.authority(at: desk.now), at: desk.now)
    let (first, second) = (try memberName("rome"), try memberName("oslo"))
    let both = try Signing(desk.keys, at: desk.now)
    let former = try await desk.register().revocations
    try await desk.store.changeFederation { register throws(FederationFailure) in
      _ = try register.revoke(first, by: .authority, now: both.now, signing: ownKeyIsAway ? both : alone)
      if ownKeyIsAway { register.revocations = former }
    }
    try await desk.store.changeFederation { register throws(FederationFailure) in
      _ = try register.revoke(second, by: .authority, now: both.now, signing: both)
    }
    let register = try await desk.register()
    for list in [register.revocations, register.rekeying?.otherList] {
      let read = try RevocationList(reading: Array(#require(list).list.utf8), of: both.trust)
      #expect(read.contains(rome.site.certificate.serial) && read.contains(oslo.site.certificate.serial))
    }
  }

  @Test("a member that was away is waited for, which is an alarm after a day, until the operator goes on without it")
  func away() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    var nodes = [try await Node(desk, "pune")]
    let oslo = try await Node(desk, "oslo")
    let text = try await rekey(desk).advance(finishes: false)
    #expect(text.contains("authority-next.key"))
    for _ in 0..<3 { try await step(desk, &nodes) }
    #expect(try await rekey(desk).advance(finishes: false).contains("oslo"))
    desk.time.pass(86_400)
    try await step(desk, &nodes)
    let alarm = desk.alarms.all.all.first { $0.cause == "rekeying-waits" }
    #expect(alarm?.text.contains("oslo") == true)
    #expect(try await rekey(desk).advance(finishes: true).contains("headwater invite oslo --again"))
    for _ in 0..<3 { try await step(desk, &nodes) }
    #expect(try await rekey(desk).advance(finishes: true).contains("headwater invite oslo --again"))
    for _ in 0..<3 { try await step(desk, &nodes) }
    #expect(try await desk.register().rekeying == nil)
    #expect(!desk.alarms.all.all.contains { $0.cause == "rekeying-waits" })
    #expect(try desk.keys.trust().issuer(of: oslo.site.certificate) == nil, "the former key counts no more")
    #expect(try await rekey(desk).advance(finishes: true).contains("over already"))
  }

  @Test("a member goes on from a key to the one that it has endorsed, and never back or to a stranger")
  func oneWay() throws {
    var random = SystemRandomNumberGenerator()
    func authority(after former: CertificateAuthority? = nil) throws -> CertificateAuthority {
      try .make(federation: Desk.federation, at: 1_800_000_000, after: former, using: &random)
    }
    let first = try authority()
    let (second, stranger) = (try authority(after: first), try authority())
    let third = try authority(after: second)
    let (a, b, c) = (first.certificate, second.certificate, third.certificate)
    func taken(
      _ held: [AuthorityCertificate], _ trusted: [AuthorityCertificate], new: AuthorityCertificate?,
      issuer: AuthorityCertificate
    ) -> [AuthorityCertificate] {
      var trust = TrustedAuthorities(held)
      trust.take(trusted.map(\.digest), new: new, issuer: issuer.digest)
      return trust.authorities
    }
    #expect(taken([a], [a, b], new: b, issuer: a) == [a, b])
    #expect(taken([a], [a, b], new: stranger.certificate, issuer: a) == [a])
    #expect(taken([a], [a, stranger.certificate], new: stranger.certificate, issuer: a) == [a])
    #expect(taken([a], [stranger.certificate], new: stranger.certificate, issuer: a) == [a])
    #expect(taken([a], [a], new: b, issuer: a) == [a], "one that the register does not name")
    #expect(taken([a], [a, c], new: c, issuer: a) == [a], "two steps at once")
    #expect(taken([a, b], [b], new: nil, issuer: a) == [a, b], "not before it has a certificate of the next")
    #expect(taken([a, b], [b], new: nil, issuer: b) == [b])
    #expect(taken([a, b], [a], new: nil, issuer: b) == [a, b], "never back")
    #expect(taken([b], [a, b], new: a, issuer: b) == [b])
    #expect(taken([a, b], [b, c], new: c, issuer: b) == [b, c], "the end of one change and the beginning of another")
    #expect(taken([a, b], [b, c], new: c, issuer: a) == [a, b], "two at most")
    #expect(taken([b], [], new: nil, issuer: b) == [b])
  }

  @Test("a folder takes over no authority without the list of it, and keeps what it had")
  func noList() async throws {
    let desk = try await Desk()
    let node = try await Node(desk, "pune")
    let before = try node.keys.read(node.keys.trustFile)
    _ = try await rekey(desk).advance(finishes: false)
    let register = try await desk.register()
    let change = try #require(register.rekeying)
    #expect(throws: KeyFolderError.self) {
      try node.keys.take(
        TrustUpdate(trusted: register.trusted, new: change.next.certificate, lists: [register.revocations?.list]))
    }
    #expect(try node.keys.read(node.keys.trustFile) == before)
  }

  @Test("a register that went back to before the change has the key of the folder again")
  func restored() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    let backup = try await desk.register()
    _ = try await rekey(desk).advance(finishes: false)
    for _ in 0..<6 {
      desk.time.pass(1)
      await desk.authority.look()
    }
    let after = try await desk.register()
    #expect(after.rekeying == nil && after.authority != backup.authority)
    // The restored register has a version of its own: that of the backup, counted on.
    try await desk.store.changeFederation { register throws(FederationFailure) in
      register.authority = backup.authority
      register.revocations = backup.revocations
    }
    for _ in 0..<3 {
      desk.time.pass(1)
      await desk.authority.look()
    }
    let mended = try await desk.register()
    #expect(mended.authority == after.authority)
    #expect(try desk.authority.signing().authority(of: mended).certificate.digest == after.authority)
    #expect(desk.alarms.all.all.isEmpty, "\(desk.alarms.all.all)")
  }

  @Test("a process that ends between the files and the register has the same next key when the command is run again")
  func interrupted() async throws {
    let desk = try await Desk()
    let present = try desk.keys.authority(at: desk.now)
    var random = SystemRandomNumberGenerator()
    let made = try CertificateAuthority.make(
      federation: Desk.federation, at: desk.now, after: present, using: &random)
    try desk.keys.write(next: made)
    _ = try await rekey(desk).advance(finishes: false)
    #expect(try await desk.register().rekeying?.next.digest == made.certificate.digest)
  }

  @Test("with the key lost, a new one begins, members are named, and one that joins again keeps its lane by its nonce")
  func lost() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    let pune = try await desk.join("pune")
    desk.keys.remove(desk.keys.authorityKeyFile)
    await #expect(throws: FederationRefusal.self) { try await rekey(desk).advance(finishes: false) }
    let text = try await rekey(desk).replace()
    #expect(text.contains("headwater invite pune --again"))
    desk.time.pass(1)
    await desk.authority.look()
    #expect(try desk.keys.issuer() == (try await desk.register().authority))
    let token = try await desk.invite("pune") { $0.isAgain = true }
    #expect(token.authority == (try await desk.register().authority))
    var joiner = try Joiner(token, store: pune.store)
    joiner.presented = pune.nonce
    let answer: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
    #expect(answer.lane == pune.lease.lane)
    let certificate = try MemberCertificate(reading: Array(answer.certificate.utf8))
    #expect(try desk.keys.trust().issuer(of: certificate) != nil)
    #expect(try desk.keys.trust().issuer(of: pune.certificate) == nil)
    #expect(desk.alarms.all.all.isEmpty, "\(desk.alarms.all.all)")
  }
}
