// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire
import Testing

@testable import PRMembership

@Suite("A machine of the authority without its key")
struct MachineTests {
  private let desk: Desk
  private let machine: KeylessMachine

  init() async throws {
    desk = try await Desk()
    machine = try await KeylessMachine(desk)
  }

  private func own() async throws -> Member { try #require(try await desk.member("hq-b")) }

  private func join(_ name: String) async throws -> (joiner: Joiner, site: Site) {
    let joiner = try Joiner(try await desk.invite(name), store: "store-of-\(name)")
    return (joiner, try joiner.site(try await machine.get(joiner.enroll, from: .stranger)))
  }

  @Test("has a certificate with the authority's name, its own hosts and the authority's, and no rights")
  func certificate() async throws {
    let certificate = try machine.keys.certificate()
    #expect(certificate.identity.member == .authority && certificate.rights.names.isEmpty)
    #expect(certificate.names == [HostName(of: address("hq-b.example:8586")), HostName(of: Desk.place)])
    #expect(!machine.keys.hasAuthorityKey)
    let register = try await desk.register()
    #expect(machine.keys.machine(in: register)?.name.text == "hq-b")
    #expect(desk.keys.machine(in: register) == nil)
    #expect(machine.authority.report.here?.name == "hq-b" && desk.authority.report.here?.kind == .authority)
  }

  @Test("has a join signed by one that has it, and the line that was cut is answered without that one")
  func enroll() async throws {
    let (joiner, site) = try await join("pune")
    #expect(try desk.keys.trust().issuer(of: site.certificate) != nil)
    #expect(try await desk.member("pune")?.certificate?.serial == site.certificate.serial.description)
    #expect(try await desk.register().pending.isEmpty)
    machine.desk(runs: false)
    let again: EnrollAnswer = try await machine.get(joiner.enroll, from: .stranger)
    #expect(try joiner.site(again).certificate == site.certificate)
  }

  @Test("refuses after ten seconds where no such machine runs, and goes on taking reports")
  func noSigner() async throws {
    let pune = try await join("pune").site
    machine.desk(runs: false)
    let joiner = try Joiner(try await desk.invite("oslo"), store: "store-of-oslo")
    let before = desk.now
    let outcome = await machine.ask(try joiner.enroll, from: .stranger)
    #expect(outcome.refusal?.contains("no machine with the authority's key has answered within 10 s") == true)
    #expect((10...11).contains(desk.now - before))
    #expect(try await desk.register().pending.isEmpty, "what was given up is gone")
    #expect(machine.alarms.all.all.map(\.cause) == ["federation-signing"])
    let report: ReportAnswer = try await machine.get(pune.report.request(.report), from: pune.peer)
    #expect(report.nonce.next != nil)
    #expect(report.authorityAddresses == ["hq.example:8586", "hq-b.example:8586"])
    // The token is good still.
    machine.desk(runs: true)
    let answer: EnrollAnswer = try await machine.get(joiner.enroll, from: .stranger)
    #expect(answer.name == "oslo" && machine.alarms.all.all.isEmpty)
  }

  @Test("refuses a token that is not accepted at once, and puts nothing on record")
  func badTokens() async throws {
    machine.desk(runs: false)
    let token = try await desk.invite("pune")
    let bad = EnrollmentToken(authority: token.authority, id: token.id, secret: try await desk.invite("oslo").secret)
    let register = try await desk.register()
    for (address, store) in [("10.0.0.1", "a-store"), ("10.0.0.2", "authority")] {
      let outcome = await machine.ask(try Joiner(bad, store: store).enroll, from: .stranger(at: address))
      #expect(outcome.refusal?.contains("the token is not accepted") == true)
    }
    // The store of the authority is none of a site.
    let taken = await machine.ask(try Joiner(token, store: "authority").enroll, from: .stranger)
    #expect(taken.refusal?.contains("that of the member authority") == true)
    #expect(try await desk.register() == register)
  }

  @Test("has renewals and revocations of members signed")
  func changes() async throws {
    let pune = try await desk.join("pune", rights: [.read, .invite])
    let team = try await desk.join("team", below: pune)
    await machine.authority.look()
    let renewed: RenewAnswer = try await machine.get(pune.renewal.request(.renew), from: pune.peer)
    let certificate = try MemberCertificate(reading: Array(renewed.certificate.utf8))
    #expect(certificate.publicKey == pune.certificate.publicKey && certificate != pune.certificate)
    let revoke = ChangeFields(name: "team", newName: nil).request(.revoke)
    let answer: ChangeAnswer = try await machine.get(revoke, from: pune.peer)
    #expect(answer.text.contains("team is revoked"))
    await machine.authority.look()
    #expect(try machine.keys.revocations().contains { $0.contains(team.certificate.serial) }, "the list is in use here")
    // What takes no signature waits for none.
    machine.desk(runs: false)
    let oslo = try await desk.join("oslo", below: pune)
    let rename = ChangeFields(name: "oslo", newName: "bergen").request(.rename)
    let text: ChangeAnswer = try await machine.get(rename, from: pune.peer)
    #expect(text.text.contains("bergen") && oslo.name == "oslo")
    let gone = await machine.ask(team.report.request(.report), from: team.peer)
    #expect(gone.isOfRights)
  }

  @Test("gets the same refusals as from one that has the key")
  func refusals() async throws {
    let pune = try await desk.join("pune", rights: [.read, .invite])
    let other = try await desk.join("oslo")
    await machine.authority.look()
    let revoke = ChangeFields(name: "pune", newName: nil).request(.revoke)
    let here = await machine.ask(revoke, from: pune.peer)
    let there = await desk.ask(revoke, from: pune.peer)
    #expect(here.refusal != nil && here.refusal == there.refusal)
    let stolen = await machine.ask(try pune.renewal.request(.renew), from: other.peer)
    #expect(stolen.isOfRights)
    #expect(try await desk.register().pending.isEmpty)
  }

  @Test("renews its own certificate with a key of its own when two thirds of the lifetime are over")
  func renewal() async throws {
    let (former, key) = (try machine.keys.certificate(), try machine.keys.key())
    desk.time.pass(59 * 86_400)
    await machine.authority.look()
    #expect(try machine.keys.certificate() == former)
    desk.time.pass(2 * 86_400)
    machine.desk(runs: false)
    await machine.authority.look()
    try await waitFor("the refusal") { machine.alarms.all.all.map(\.cause).contains("federation-signing") }
    machine.desk(runs: true)
    desk.time.pass(60)
    await machine.authority.look()
    try await waitFor("another certificate") { try machine.keys.certificate() != former }
    let now = try machine.keys.certificate()
    #expect(try now.publicKey == machine.keys.key().publicKey && now.publicKey != key.publicKey)
    let recorded = try await own().certificates.map(\.serial)
    #expect(recorded == [former.serial.description, now.serial.description])
    try await waitFor("the end of the alarm") { !machine.alarms.all.all.map(\.cause).contains("federation-signing") }
  }

  @Test("says in the register that it is there, twice a minute")
  func sighting() async throws {
    let joined = try await own().seenAt
    desk.time.pass(29)
    await machine.authority.look()
    #expect(try await own().seenAt == joined)
    desk.time.pass(1)
    await machine.authority.look()
    #expect(try await own().seenAt == desk.now)
    desk.time.pass(3600)
    await desk.authority.look()
    #expect(desk.alarms.all.all.map(\.cause).contains("member-absent:hq-b"))
    await machine.authority.look()
    await desk.authority.look()
    #expect(!desk.alarms.all.all.map(\.cause).contains("member-absent:hq-b"))
  }

  @Test("has its certificate on the list when it retires or is revoked, and says so itself", arguments: [false, true])
  func leaves(isRevoked: Bool) async throws {
    let serial = try machine.keys.certificate().serial
    let name = memberName("hq-b")
    try await desk.command(isRevoked ? .revoke(name) : .retire(name))
    #expect(try await own().state == (isRevoked ? .revoked : .retired))
    await desk.authority.look()
    #expect(try desk.keys.revocations().contains { $0.contains(serial) })
    await machine.authority.look()
    #expect(machine.alarms.all.all.map(\.cause).contains("machine-left"))
  }

  @Test("a command there has a revocation signed too, and is refused where that is not possible")
  func command() async throws {
    let pune = try await desk.join("pune")
    var environment = MembershipEnvironment.system
    environment.instant = { [time = desk.time] in time.instant }
    environment.pause = { [time = desk.time, authority = desk.authority] _ in
      time.pass(milliseconds: 200)
      await authority.look()
    }
    let text = try await desk.store.make(
      .revoke(memberName("pune")), keys: machine.keys, at: desk.now, in: environment)
    #expect(text.contains("pune is revoked"))
    await desk.authority.look()
    #expect(try desk.keys.revocations().contains { $0.contains(pune.certificate.serial) })
    environment.pause = { [time = desk.time] _ in time.pass(milliseconds: 200) }
    var refusal: FederationRefusal?
    do {
      _ = try await desk.store.make(.retire(memberName("hq-b")), keys: machine.keys, at: desk.now, in: environment)
    } catch {
      refusal = error as? FederationRefusal
    }
    #expect(refusal == .unsigned)
    #expect(try await own().state == .joined)
    _ = try await desk.invite("oslo")
    let withdrawn = try await desk.store.make(
      .revoke(memberName("oslo")), keys: machine.keys, at: desk.now, in: environment)
    #expect(withdrawn.contains("is withdrawn"), "that takes no signature")
  }

  @Test("what cannot be read is refused, and what another key is to sign is left to the machine that has it")
  func unread() async throws {
    let (desk, now) = (desk, desk.now)
    let request = PendingRequest(id: PendingID(1), machine: "hq-b", request: "{}", at: now)
    try await desk.store.changeFederation { register throws(FederationFailure) in
      try FederationFailure.ofRegister { () throws(RegisterRefusal) in try register.ask(request) }
    }
    await machine.authority.look()
    #expect(try await desk.register().pending == [request], "a machine without the key signs nothing")
    await desk.authority.look()
    guard case .refused(let reason)? = try await desk.register().pending.first?.answer else {
      Issue.record("it is not refused")
      return
    }
    #expect(reason.contains("is it of this version?"))
    desk.time.pass(PendingRequest.lifetime)
    await machine.authority.look()
    #expect(try await desk.register().pending.isEmpty, "nothing waits for it")
    let other = PendingRequest(id: PendingID(2), machine: "hq-b", request: "{}", at: desk.now)
    try await desk.store.changeFederation { register throws(FederationFailure) in
      register.authority = SecureDigest(of: [])
      try FederationFailure.ofRegister { () throws(RegisterRefusal) in try register.ask(other) }
    }
    await desk.authority.look()
    #expect(try await desk.register().pending == [other])
  }

  /// Gives others a turn until something has happened that gives no signal.
  private func waitFor(_ what: Comment, _ condition: () throws -> Bool) async throws {
    for _ in 0..<10_000 {
      if try condition() { return }
      try await Task.sleep(for: .milliseconds(1))  // files and alarms give no signal
    }
    Issue.record(what)
  }
}
