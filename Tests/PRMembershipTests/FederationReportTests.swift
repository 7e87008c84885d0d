// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@testable import PRMembership

@Suite("A federation as JSON")
struct FederationReportTests {
  private static let now: Int64 = 1_800_000_000

  private func register() -> Register {
    let stop = NonceStop(cause: .twice, addresses: ["10.0.0.1", "10.0.0.2"], since: 5, at: 6)
    let nonce = Nonce(generation: 0, number: 3, bits: 9)
    var pune = Member(
      id: MemberID(1), name: memberName("pune"), addresses: [address("pune.example:8586")], kind: .site, parent: nil,
      level: 1, rights: [.read, .invite], store: "store-1",
      nonce: NonceJudge(store: "store-1", newest: nonce, answered: nil, stop: stop), invitedBy: nil, invitedAt: 1,
      joinedAt: 2)
    pune.certificates = [.init(serial: "1f", expires: 3), .init(serial: "2f", expires: 4)]
    var mirror = Member(
      id: MemberID(2), name: memberName("mirror"), addresses: [], kind: .mirror, parent: MemberID(1), level: 1,
      rights: [], store: "store-2", nonce: nil, invitedBy: MemberID(1), invitedAt: 1, joinedAt: 3)
    (mirror.state, mirror.seenAt) = (.revoked, 7)
    func invitation(_ id: UInt64, _ name: String, at: Int64, _ state: Invitation.State = .open) -> Invitation {
      let offer = Invitation.Offer(name: memberName(name), parent: id == 1 ? MemberID(1) : nil)
      var invitation = Invitation(
        id: InvitationID(id), secretHash: SecureDigest(of: []), offer: offer, inviter: nil, at: at)
      invitation.state = state
      return invitation
    }
    var register = Register(
      federation: Desk.federation, authority: SecureDigest(of: []), lanes: .standard, members: [pune, mirror],
      leases: [
        Lease(member: MemberID(1), store: "store-1", level: 1, lane: Lane("3/256"), from: .max)
      ], laneRows: [],
      invitations: [
        invitation(1, "kernel", at: Self.now), invitation(2, "late", at: Self.now - Invitation.lifetime),
        invitation(3, "used", at: Self.now, .used), invitation(4, "back", at: Self.now, .withdrawn),
      ], floors: [], restoredAt: nil)
    register.addresses = [Desk.place]
    return register
  }

  @Test("has the members and the open invitations, and no secret")
  func literal() throws {
    let report = FederationReport(register(), at: Self.now)
    let text = """
      {"addresses":["hq.example:8586"],"federation":"hq.example","invitations":[{"expires":1800086400,"kind":"site",\
      "name":"kernel","parent":"pune"}],"lanes":256,"members":[{"addresses":["pune.example:8586"],\
      "certificateExpires":4,"from":18446744073709551615,"joinedAt":2,"kind":"site","lane":"3/256","level":1,\
      "name":"pune","rights":"read,invite","seenAt":2,"state":"joined","stop":"twice","store":"store-1"},\
      {"addresses":[],"joinedAt":3,"kind":"mirror","level":1,"name":"mirror","parent":"pune","rights":"none",\
      "seenAt":7,"state":"revoked","store":"store-2"}]}
      """
    #expect(report.text == text)
    let again: FederationReport = try read(text)
    #expect(again == report)
  }

  @Test("of a federation that has just begun is short")
  func empty() {
    let register = Register(federation: Desk.federation, authority: SecureDigest(of: []))
    #expect(
      FederationReport(register, at: 0).text
        == "{\"addresses\":[],\"federation\":\"hq.example\",\"invitations\":[],\"lanes\":256,\"members\":[]}")
  }
}
