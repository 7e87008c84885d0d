// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("Invitations")
struct InviteTests {
  private static func name(_ text: String) throws -> MemberName { try MemberName(text) }

  @Test("sites stand one level below their parent, mirrors add none, and each level has lanes of its own")
  func levels() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:8586")
    try desk.join("oslo")
    try desk.join("mirror", .mirror, address: "mirror.example:8586")
    try desk.join("kernel", below: "pune")
    try desk.join("behind", below: "mirror")
    try desk.join("copy", .mirror, below: "pune")
    let expected: [(String, Int, String?)] = [
      ("pune", 1, "0/256"), ("oslo", 1, "1/256"), ("mirror", 0, nil), ("kernel", 2, "0/256"), ("behind", 1, "2/256"),
      ("copy", 1, nil),
    ]
    for (name, level, lane) in expected {
      #expect(try desk.lease(name)?.level == level, "\(name)")
      #expect(try desk.lease(name)?.lane?.description == lane, "\(name)")
      #expect(try desk.lease(name)?.store == name)
    }
  }

  @Test("a name has one member or invitation, for good")
  func names() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    expect(.nameTaken(try Self.name("pune")), &desk) { try $0.invite("pune") }
    expect(.nameTaken(.authority), &desk) { try $0.invite("authority") }
    try desk.invite("oslo")
    expect(.alreadyInvited(try Self.name("oslo")), &desk) { try $0.invite("oslo") }
    _ = try desk.register.revoke(try Self.name("pune"), by: .authority, now: desk.now)
    expect(.nameTaken(try Self.name("pune")), &desk) { try $0.invite("pune") }
    expect(.hasLeft(try Self.name("pune"), .revoked), &desk) { try $0.invite("pune", isAgain: true) }
    expect(.noMember(try Self.name("rome")), &desk) { try $0.invite("rome", isAgain: true) }
    desk.now += Invitation.lifetime
    try desk.invite("oslo")
  }

  @Test("an address belongs to one member or invitation")
  func addresses() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:8586")
    let address = try #require(MemberAddress("pune.example:8586"))
    expect(.addressTaken(address, by: try Self.name("pune")), &desk) {
      try $0.invite("a", address: "Pune.example:8586")
    }
    try desk.invite("b", address: "b.example:1")
    let other = try #require(MemberAddress("b.example:1"))
    expect(.addressTaken(other, by: try Self.name("b")), &desk) { try $0.invite("c", address: "b.example:1") }
    try desk.invite("d", address: "pune.example:8587")
    let many = (1...9).compactMap { MemberAddress("e.example:\($0)") }
    expect(.tooManyAddresses, &desk) {
      let offer = Invitation.Offer(name: try MemberName("e"), addresses: many)
      _ = try $0.register.invite(
        offer, by: .authority, id: InvitationID(1), secretHash: RegisterDesk.authority, now: $0.now)
    }
  }

  @Test("a member invites below itself only, with the right to, and with no right that it has not")
  func senders() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:8586", rights: [.read, .allocate, .invite])
    try desk.join("oslo", address: "oslo.example:8586")
    try desk.join("kernel", address: "kernel.example:8586", below: "pune")
    try desk.invite("a", below: "pune", rights: [.read, .invite], by: "pune")
    try desk.invite("b", below: "kernel", by: "pune")
    let team = try Self.name("team")
    expect(.notBelow(team), &desk) { try $0.invite("team", below: "oslo", by: "pune") }
    expect(.notBelow(team), &desk) { try $0.invite("team", by: "pune") }
    expect(.noRight, &desk) { try $0.invite("team", below: "oslo", by: "oslo") }
    expect(.rightsAbove(inviter: [.read, .allocate, .invite]), &desk) {
      try $0.invite("team", below: "pune", rights: [.read, .importing], by: "pune")
    }
    expect(.machineBelow, &desk) { try $0.invite("team", .machine, below: "pune", by: "pune") }
    try desk.join("mute")
    expect(.parentWithoutAddress(try Self.name("mute")), &desk) { try $0.invite("team", below: "mute") }
  }

  @Test("sixteen invitations of a member are open at most; a used or withdrawn one makes room")
  func sixteen() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:8586", rights: [.read, .invite])
    for index in 0..<16 { try desk.invite("site-\(index)", below: "pune", by: "pune") }
    expect(.tooManyInvitations(maximum: 16), &desk) { try $0.invite("more", below: "pune", by: "pune") }
    try desk.invite("of-authority", below: "pune")
    try desk.enroll(try #require(desk.tokens[try Self.name("site-3")]), store: "s3")
    try desk.invite("more", below: "pune", by: "pune")
    expect(.tooManyInvitations(maximum: 16), &desk) { try $0.invite("most", below: "pune", by: "pune") }
    try desk.register.withdraw(try Self.name("site-4"), by: .authority, now: desk.now)
    try desk.invite("most", below: "pune", by: "pune")
    desk.now += Invitation.lifetime
    try desk.invite("tomorrow", below: "pune", by: "pune")
    #expect(desk.register.invitations.filter { $0.state == .open }.count == 1)
  }

  @Test("no more are invited than there are lanes, and none while a lane set by hand overlaps")
  func lanes() throws {
    var desk = try RegisterDesk(lanes: 2)
    try desk.invite("a")
    try desk.invite("b")
    expect(.lane(.noneLeft(count: 2, isNew: false)), &desk) { try $0.invite("c") }
    try desk.invite("mirror", .mirror)
    var other = try RegisterDesk()
    other.see("s", .only)
    expect(.lane(.handMade(store: "s", lane: .only, set: Lane("0/256"))), &other) { try $0.invite("a") }
    other.see("s", .only, level: 2)
    try other.invite("a")
  }

  @Test("no member is deeper than the deepest level")
  func depth() throws {
    var desk = try RegisterDesk()
    try desk.join("l1", address: "l1.example:1")
    for level in 2...Partition.deepest {
      try desk.join("l\(level)", address: "l\(level).example:1", below: "l\(level - 1)")
    }
    expect(.tooDeep(maximum: Partition.deepest), &desk) { try $0.invite("more", below: "l\(Partition.deepest)") }
  }

  @Test("an invitation is withdrawn by members above it only, and its token is good for nothing then")
  func withdraw() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:8586", rights: [.read, .invite])
    try desk.join("oslo", address: "oslo.example:8586", rights: [.read, .invite])
    let token = try desk.invite("team", below: "pune")
    let team = try Self.name("team")
    let (oslo, pune) = (try desk.sender("oslo"), try desk.sender("pune"))
    expect(.notBelow(team), &desk) { try $0.register.withdraw(team, by: oslo, now: $0.now) }
    try desk.register.withdraw(team, by: pune, now: desk.now)
    expect(.notInvited(team), &desk) { try $0.register.withdraw(team, by: pune, now: $0.now) }
    expect(.badToken, &desk) { try $0.enroll(token, store: "s") }
  }

  @Test("rights are read as they were written")
  func rights() {
    for bits in 0..<64 as Range<UInt8> {
      let rights = Rights(rawValue: bits)
      #expect(Rights(rights.description) == rights)
    }
    for text in ["", "read,", "Read", "read, invite", "root", String(repeating: "read,", count: 100)] {
      #expect(Rights(text) == nil)
    }
  }
}
