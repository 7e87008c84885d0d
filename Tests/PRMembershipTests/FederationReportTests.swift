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
        invitation(5, "pune", at: Self.now),
      ], floors: [], restoredAt: nil)
    register.addresses = [Desk.place]
    return register
  }

  @Test("has the members and the open invitations, and no secret")
  func literal() throws {
    let report = FederationReport(register(), at: Self.now)
    let text = """
      {"addresses":["hq.example:8586"],"lanes":256,"members":[{"addresses":["hq.example:8586"],"alarms":[],"isHere":true,\
      "kind":"authority","level":0,"name":"authority","state":"joined"},{"addresses":["pune.example:8586"],"alarms":[],\
      "certificateExpires":4,"from":18446744073709551615,"invitedUntil":1800086400,"isHere":false,"joinedAt":2,\
      "kind":"site","lane":"3/256","level":1,"name":"pune","parent":"authority","rights":"read,invite","seenAt":2,\
      "state":"stopped","stop":"twice","store":"store-1"},{"addresses":[],"alarms":[],"isHere":false,"joinedAt":3,\
      "kind":"mirror","level":1,"name":"mirror","parent":"pune","rights":"none","seenAt":7,"state":"revoked",\
      "store":"store-2"},{"addresses":[],"alarms":[],"invitedUntil":1800086400,"isHere":false,"kind":"site",\
      "name":"kernel","parent":"pune","rights":"read","state":"invited"}],"name":"hq.example"}
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
        == #"{"addresses":[],"lanes":256,"members":[{"addresses":[],"alarms":[],"isHere":true,"kind":"authority","#
        + #""level":0,"name":"authority","state":"joined"}],"name":"hq.example"}"#)
  }

  @Test(
    "pages have each member once, in the order of the names, whatever their number", arguments: [0, 1, 63, 64, 65, 200])
  func pages(count: Int) {
    let members = (0..<count).map { index in
      FederationReport.Entry(name: "m\(index * 7919 % 1009)", parent: nil, kind: .site, state: .joined)
    }
    let report = FederationReport(name: "hq.example", members: members)
    var read = report.page(after: nil)
    var pages = 1
    while let next = read.next {
      read.add(report.page(after: next))
      pages += 1
    }
    #expect(read.members.map(\.name) == members.map(\.name).sorted())
    #expect(pages == max(1, (count + FederationReport.pageLength - 1) / FederationReport.pageLength))
  }

  @Test("a report with what is no name, no address or no lane is not sound")
  func soundness() {
    let good = FederationReport(register(), at: Self.now)
    #expect(good.isSound)
    let changes: [(inout FederationReport) -> Void] = [
      { $0.name = "a\nb" }, { $0.addresses = ["x"] }, { $0.members[1].name = "\u{1B}[2J" },
      { $0.members[1].parent = "a: b" }, { $0.members[1].addresses = ["a b:1"] }, { $0.members[1].lane = "1" },
    ]
    for (index, change) in changes.enumerated() {
      var report = good
      change(&report)
      #expect(!report.isSound, "\(index)")
    }
  }

  @Test(
    "a report in which one member's texts cannot be shown is read, with these made plain and all others as they are")
  func plainTexts() throws {
    var report = FederationReport(register(), at: Self.now)
    report.handMade = try read(
      #"[{"store":"s\u001B","level":1,"lane":"0/4","address":"é","seenAt":1,"isForgotten":false}]"#)
    let good = report.members[2]
    (report.members[1].version, report.members[1].page) = ("1.0-é", "http://exämple")
    (report.members[1].alarms, report.members[1].stop) = (["\n", "lanes-overlap"], "\u{1B}[2J")
    let plain = report.plain
    #expect(report.isSound && plain.isSound && plain.members[2] == good && plain.members.count == report.members.count)
    #expect(plain.members[1].version == "1.0-?" && plain.members[1].page == nil && plain.members[1].stop == "?[2J")
    #expect(plain.members[1].alarms == ["?", "lanes-overlap"])
    #expect(plain.handMade?.map(\.store) == ["s?"] && plain.handMade?.map(\.address) == ["?"])
  }

  /// Members by their names and parents.
  private func report(_ members: [(name: String, parent: String?)]) -> FederationReport {
    FederationReport(
      name: "hq.example",
      members: members.map { FederationReport.Entry(name: $0.name, parent: $0.parent, kind: .site, state: .joined) })
  }

  @Test("the tree has each member once, whatever parents say: circles, two of one name, none, and no end of depth")
  func damagedTrees() {
    let circle = report([("a", nil), ("b", "c"), ("c", "b"), ("d", "d"), ("e", "gone")])
    #expect(circle.inOrder.map(\.member.name) == ["a", "d", "e", "c", "b"])
    #expect(circle.inOrder.map(\.depth) == [0, 0, 0, 0, 1])
    var doubled: [(name: String, parent: String?)] = [("m0", nil), ("m0", nil)]
    for level in 1...31 { for _ in 0..<2 { doubled.append(("m\(level)", "m\(level - 1)")) } }
    #expect(report(doubled).inOrder.count == doubled.count, "and not two to the power of 32")
    let chain = report((0..<5000).map { (name: "m\($0)", parent: $0 == 0 ? nil : "m\($0 - 1)") })
    #expect(chain.inOrder.map(\.member.name).sorted() == chain.members.map(\.name).sorted())
    #expect(chain.trees.map(\.depth).max() == 33)
  }

  @Test("the authority answers a reader with all members, and with what they have said of themselves")
  func authority() async throws {
    let tree = try await Tree()
    let request = PageFields(after: nil).request(.federation)
    let before: FederationReport = try await tree.desk.get(request, from: .stranger)
    #expect(before.isWhole && before.members.map(\.name) == ["authority", "deep", "oslo", "pune", "team"])
    #expect(before.members.allSatisfy { $0.version == nil || $0.isHere })
    let _: ReportAnswer = try await tree.desk.get(tree.pune.report.request(.report), from: tree.pune.peer)
    let after: FederationReport = try await tree.desk.get(request, from: .stranger)
    let pune = try #require(after.members.first { $0.name == "pune" })
    #expect(pune.version != nil && pune.parent == "authority" && pune.addresses == ["pune.example:8586"])
    let rest: FederationReport = try await tree.desk.get(
      PageFields(after: "oslo").request(.federation), from: .stranger)
    #expect(rest.members.map(\.name) == ["pune", "team"] && rest.next == nil)
  }

  @Test("a member's database has the way up, and itself")
  func member() throws {
    var place = Membership(
      federation: Desk.federation, name: memberName("kernel"), id: MemberID(3), kind: .site,
      lease: Lease(member: MemberID(3), store: "s", level: 2, lane: Lane("1/256"), from: 4),
      nonce: HeldNonce(given: Nonce(generation: 0, number: 1, bits: 2), own: 3),
      upstream: .init(name: memberName("pune"), addresses: [address("pune.example:8586")]),
      authority: [Desk.place])
    let report = FederationReport(place)
    #expect(report.members.map(\.name) == ["authority", "pune", "kernel"])
    #expect(report.members.map(\.parent) == [nil, "authority", "pune"])
    #expect(report.members.map(\.addresses) == [["hq.example:8586"], ["pune.example:8586"], []])
    #expect(report.here?.lane == "1/256" && report.here?.state == .joined && !report.isWhole)
    let above = [
      FederationMember.Above(name: "india", level: 1, kind: "site", page: nil),
      .init(name: "pune", level: 1, kind: "mirror", page: "http://pune/"),
    ]
    let path = FederationReport(place, above: above)
    #expect(path.members.map(\.name) == ["authority", "india", "pune", "kernel"])
    #expect(path.members[2].addresses == ["pune.example:8586"] && path.members[2].kind == .mirror)
    place.upstream = .init(name: .authority, addresses: [Desk.place])
    #expect(FederationReport(place).members.map(\.name) == ["authority", "kernel"])
  }
}
