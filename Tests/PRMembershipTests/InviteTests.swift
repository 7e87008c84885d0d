// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import PRServer
import PRWire
import TestThreads
import Testing

@testable import PRMembership

@Suite("A member that invites", .ownThreads, .untilHung)
struct InviteTests {
  /// Refused, and nothing is stored.
  private func expectRefusal(
    _ desk: Desk, _ fields: InviteFields, by site: Site, _ text: String? = nil, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = try await desk.register()
    let refusal = await desk.ask(fields.request(.invite), from: site.peer).refusal
    #expect(refusal != nil, comment, sourceLocation: sourceLocation)
    if let text { #expect(refusal == text, comment, sourceLocation: sourceLocation) }
    #expect(try await desk.register() == before, comment, sourceLocation: sourceLocation)
  }

  @Test("offers a place right below it, with some of its rights, which a store can take")
  func invited() async throws {
    let tree = try await Tree()
    let (id, secret) = (InvitationID(7), EnrollmentSecret(using: &Self.random))
    var fields = tree.pune.invite("lab")
    (fields.id, fields.secretHash, fields.addresses) = (id.description, secret.hash.text, ["lab.example:1"])
    let answer: InviteAnswer = try await tree.desk.get(fields.request(.invite), from: tree.pune.peer)
    #expect(answer.addresses == ["pune.example:8586"])
    let authority = try #require(SecureDigest(text: answer.authority))
    let joiner = try Joiner(EnrollmentToken(authority: authority, id: id, secret: secret))
    let joined: EnrollAnswer = try await tree.desk.get(joiner.enroll, from: .stranger)
    #expect((joined.name, joined.level) == ("lab", 2))
    let member = try #require(try await tree.desk.member("lab"))
    #expect(member.parent == tree.pune.id && member.invitedBy == tree.pune.id && member.rights == [.read])
  }

  private static var random: SystemRandomNumberGenerator {
    get { SystemRandomNumberGenerator() }
    set {}
  }

  @Test("without the right to is refused")
  func noRight() async throws {
    let tree = try await Tree()
    for site in [tree.oslo, tree.team] {
      try await expectRefusal(tree.desk, site.invite("lab"), by: site, RegisterRefusal.noRight.description)
    }
    let passed = tree.team.invite("lab").passedOn(for: "team")
    try await expectRefusal(
      tree.desk, passed, by: tree.pune, RegisterRefusal.noRight.description, "its upstream has it")
  }

  @Test("gives no right that it has not", arguments: ["admin", "read,allocate", "import,invite,read", "predict"])
  func rightsAbove(_ rights: String) async throws {
    let tree = try await Tree()
    try await expectRefusal(
      tree.desk, tree.pune.invite("lab", rights: rights), by: tree.pune,
      RegisterRefusal.rightsAbove(inviter: [.read, .invite]).description)
  }

  @Test("gives none that has no name", arguments: ["", "enroll", "report", "Read", "read,", "all", "read,read,"])
  func unknownRights(_ rights: String) async throws {
    let tree = try await Tree()
    try await expectRefusal(tree.desk, tree.pune.invite("lab", rights: rights), by: tree.pune)
  }

  @Test("has 16 invitations open at most, also when others of the federation have some")
  func seventeen() async throws {
    let tree = try await Tree()
    _ = try await tree.desk.invite("elsewhere")
    for number in 0..<16 {
      let request = tree.pune.invite("lab-\(number)x").request(.invite)
      _ = try await tree.desk.ask(request, from: tree.pune.peer).get()
    }
    try await expectRefusal(
      tree.desk, tree.pune.invite("lab"), by: tree.pune,
      RegisterRefusal.tooManyInvitations(maximum: 16).description)
    tree.desk.time.pass(Invitation.lifetime)
    _ = try await tree.desk.ask(tree.pune.invite("lab").request(.invite), from: tree.pune.peer).get()
  }

  @Test("names a member below it as the one above, or itself, and no other", arguments: ["oslo", "authority", "", "!"])
  func foreignParent(_ parent: String) async throws {
    let tree = try await Tree()
    var fields = tree.pune.invite("lab")
    fields.parent = parent
    try await expectRefusal(tree.desk, fields, by: tree.pune)
    for parent in ["pune", "team", "deep"] {
      var fields = tree.pune.invite("lab-of-\(parent)")
      fields.parent = parent
      _ = try await tree.desk.ask(fields.request(.invite), from: tree.pune.peer).get()
    }
  }

  @Test(
    "gives no name that is taken, or cannot be one",
    arguments: ["pune", "oslo", "team", "authority", "rome", "deep", "", "Lab", "1", "lab.1", "a b", "-", "kernel."])
  func takenName(_ name: String) async throws {
    let tree = try await Tree()
    _ = try await tree.desk.invite("rome")
    try await tree.desk.command(.rename(memberName("deep"), to: memberName("kiel")))
    try await expectRefusal(tree.desk, tree.pune.invite(name), by: tree.pune)
  }

  @Test("gives no name of a member that has left")
  func formerMembers() async throws {
    let tree = try await Tree()
    try await tree.desk.command(.revoke(memberName("deep")))
    try await expectRefusal(tree.desk, tree.pune.invite("deep"), by: tree.pune)
    var fields = tree.pune.invite("deep")
    (fields.again, fields.parent) = (true, "team")
    try await expectRefusal(tree.desk, fields, by: tree.pune)
  }

  @Test("invites no machine of the authority, and nothing that is no kind", arguments: ["machine", "Site", "", "hub"])
  func machine(_ kind: String) async throws {
    let tree = try await Tree()
    var fields = tree.pune.invite("lab")
    fields.kind = kind
    try await expectRefusal(tree.desk, fields, by: tree.pune)
  }

  @Test(
    "gives no address of another member or of the authority, none that is none, and no more than eight",
    arguments: [
      ["oslo.example:8586"], ["lab.example:1", "OSLO.example:8586"], ["pune.example:8586"], ["hq.example:8586"],
      ["rome.example:1"], ["lab.example"], ["*.example:1"], ["lab.example:0"],
      (1...9).map { "lab.example:\($0)" },
    ])
  func foreignAddress(_ addresses: [String]) async throws {
    let tree = try await Tree()
    _ = try await tree.desk.invite("rome") { $0.addresses = [address("rome.example:1")] }
    var fields = tree.pune.invite("lab")
    fields.addresses = addresses
    try await expectRefusal(tree.desk, fields, by: tree.pune)
  }

  @Test("gives no host of another member: a certificate names hosts, not ports")
  func foreignHost() async throws {
    let tree = try await Tree()
    var fields = tree.pune.invite("lab")
    fields.addresses = ["hq.example:9999", "oslo.example:9999"]
    let refusal = await tree.desk.ask(fields.request(.invite), from: tree.pune.peer).refusal
    #expect(refusal?.contains("belongs to authority") == true)
    fields.addresses = ["oslo.example:9999"]
    #expect(await tree.desk.ask(fields.request(.invite), from: tree.pune.peer).refusal?.contains("oslo") == true)
  }

  @Test("does not invite a member once more that is not below it", arguments: ["oslo", "pune", "nowhere"])
  func again(_ name: String) async throws {
    let tree = try await Tree()
    var fields = tree.pune.invite(name)
    fields.again = true
    try await expectRefusal(tree.desk, fields, by: tree.pune)
  }

  @Test("does not take the id of another invitation")
  func takenID() async throws {
    let tree = try await Tree()
    let token = try await tree.desk.invite("rome")
    var fields = tree.pune.invite("lab")
    fields.id = token.id.description
    try await expectRefusal(tree.desk, fields, by: tree.pune)
    fields = tree.pune.invite("lab")
    fields.secretHash.removeLast()
    try await expectRefusal(tree.desk, fields, by: tree.pune)
  }

  @Test("invites no more when it retires or is revoked, and its invitations are void")
  func gone() async throws {
    let desk = try await Desk()
    for change in [FederationChange.retire(memberName("pune")), .revoke(memberName("rome"))] {
      let name = if case .retire = change { "pune" } else { "rome" }
      let site = try await desk.join(name, rights: [.read, .invite])
      let secret = EnrollmentSecret(using: &Self.random)
      var fields = site.invite("lab-of-\(name)")
      fields.secretHash = secret.hash.text
      let answer: InviteAnswer = try await desk.get(fields.request(.invite), from: site.peer)
      if case .retire = change {
        await #expect(throws: NodeErrorBox.self) { try await refuse(desk, change) }
        try await desk.command(.revoke(memberName("lab-of-\(name)")))
      }
      try await desk.command(change)
      try await expectRefusal(desk, site.invite("lab"), by: site)
      let token = EnrollmentToken(
        authority: try #require(SecureDigest(text: answer.authority)),
        id: try #require(InvitationID(text: fields.id)), secret: secret)
      let outcome = await desk.ask(try Joiner(token).enroll, from: .stranger)
      #expect(outcome.refusal == RegisterRefusal.badToken.description)
    }
  }

  private struct NodeErrorBox: Error {}

  private func refuse(_ desk: Desk, _ change: FederationChange) async throws {
    do { try await desk.command(change) } catch { throw NodeErrorBox() }
  }
}

@Suite("A member that changes others", .ownThreads, .untilHung)
struct ChangeTests {
  @Test("may change those below it, and no others", arguments: [RequestKind.retire, .revoke, .rename])
  func below(_ kind: RequestKind) async throws {
    let tree = try await Tree()
    let new = kind == .rename ? "lab" : nil
    for (site, name) in [
      (tree.pune, "oslo"), (tree.pune, "pune"), (tree.pune, "nowhere"), (tree.pune, "authority"), (tree.pune, "!"),
      (tree.oslo, "team"), (tree.team, "deep"), (tree.team, "pune"),
    ] {
      let before = try await tree.desk.register()
      let request = ChangeFields(name: name, newName: new).request(kind)
      #expect(await tree.desk.ask(request, from: site.peer).refusal != nil, "\(site.name), \(name)")
      #expect(try await tree.desk.register() == before)
    }
    let request = ChangeFields(name: "deep", newName: new).request(kind)
    let answer: ChangeAnswer = try await tree.desk.get(request, from: tree.pune.peer)
    #expect(answer.text.contains("deep"))
    let member = try #require(try await tree.desk.register().member(tree.deep.id))
    switch kind {
    case .retire: #expect(member.state == .retiring)
    case .revoke: #expect(member.state == .revoked)
    default: #expect(member.name.text == "lab" && member.formerNames.map(\.name.text) == ["deep"])
    }
  }

  private static let oddFields: [(RequestKind, String?)] = [
    (.retire, "lab"), (.revoke, "lab"), (.rename, nil), (.rename, "!"), (.rename, "oslo"), (.rename, "authority"),
  ]

  @Test("needs the fields of its request", arguments: oddFields)
  func fields(_ kind: RequestKind, _ new: String?) async throws {
    let tree = try await Tree()
    let before = try await tree.desk.register()
    let request = ChangeFields(name: "deep", newName: new).request(kind)
    #expect(await tree.desk.ask(request, from: tree.pune.peer).refusal != nil)
    #expect(try await tree.desk.register() == before)
  }

  @Test("revokes a member also while an invitation for it is open")
  func revokeInvited() async throws {
    let tree = try await Tree()
    var fields = tree.pune.invite("team")
    fields.again = true
    _ = try await tree.desk.ask(fields.request(.invite), from: tree.pune.peer).get()
    try await tree.desk.command(.revoke(memberName("team")))
    let state = try await tree.desk.member("team")?.state
    #expect(state == .revoked)
  }
}
