// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("What members bring in")
struct PartTests {
  private static func name(_ text: String) throws -> MemberName { try MemberName(text) }

  /// A site that may invite, another one, and a member below the first that may invite, too.
  private static func desk(lanes: UInt64 = 256) throws -> RegisterDesk {
    var desk = try RegisterDesk(lanes: lanes)
    try desk.join("pune", address: "pune.example:8586", rights: [.read, .invite])
    try desk.join("oslo", address: "oslo.example:8586", rights: [.read, .invite])
    try desk.invite("hub", address: "hub.example:8586", below: "pune", rights: [.read, .invite], by: "pune")
    try desk.enroll(try #require(desk.tokens[try name("hub")]), store: "hub")
    return desk
  }

  @Test(
    "leaves a quarter of the lanes of a level to others, whoever invited and whether they have left with their lanes")
  func lanes() throws {
    var desk = try Self.desk(lanes: 8)
    // The hub has one of level 2.
    for index in 0..<5 {
      try desk.invite("team-\(index)", below: "pune", by: index < 3 ? "pune" : nil)
      try desk.enroll(try #require(desk.tokens[try Self.name("team-\(index)")]), store: "team-\(index)")
    }
    let refusal = RegisterRefusal.tooManyLanesBelow(try Self.name("pune"), level: 2)
    expect(refusal, &desk) { try $0.invite("more", below: "pune", by: "pune") }
    _ = try desk.register.revoke(try Self.name("team-0"), by: .member(desk.id("pune")), now: desk.now)
    expect(refusal, &desk) { try $0.invite("more", below: "pune", by: "pune") }
    try desk.invite("mirror", .mirror, below: "pune", by: "pune")
    try desk.invite("other", below: "oslo", by: "oslo")
    try desk.enroll(try #require(desk.tokens[try Self.name("other")]), store: "other")
    #expect(try desk.lease("other")?.level == 2)
    // A lane that was given back is given again.
    try desk.register.retire(try Self.name("team-1"), by: .authority, now: desk.now)
    try desk.finish("team-1", greatest: nil)
    try desk.invite("more", below: "pune", by: "pune")
    try desk.enroll(try #require(desk.tokens[try Self.name("more")]), store: "more")
    // One that joins again without its nonce takes another lane, too.
    try desk.invite("team-2", below: "pune", by: "pune", isAgain: true)
    let again = try #require(desk.tokens[try Self.name("team-2")])
    expect(refusal, &desk) { try $0.enroll(again, store: "team-2", request: "another") }
  }

  @Test("is a quarter of the members at most, those that have left among them")
  func members() throws {
    var desk = try Self.desk()
    for index in 1..<Register.maximumBelow {
      let inviter = index.isMultiple(of: 2) ? "pune" : "hub"
      try desk.invite("m\(index)", .mirror, below: "hub", by: inviter)
      let name = try Self.name("m\(index)")
      try desk.enroll(try #require(desk.tokens[name]), store: "m\(index)")
      if index.isMultiple(of: 3) { _ = try desk.register.revoke(name, by: .authority, now: desk.now) }
      // Later than the day for which an invitation is on record.
      desk.now += 1000
    }
    let refusal = RegisterRefusal.tooManyBelow(try Self.name("pune"))
    for inviter in ["pune", "hub"] {
      expect(refusal, &desk) { try $0.invite("more", .mirror, below: "hub", by: inviter) }
    }
    try desk.invite("elsewhere", .mirror, below: "oslo", by: "oslo")
  }

  @Test("is on record for a day: 256 invitations of a member, whatever has become of them")
  func invitations() throws {
    var desk = try Self.desk()
    // The one of the hub is on record, too.
    for index in 1..<Invitation.maximumOnRecord {
      try desk.invite("team-\(index)", below: "pune", by: "pune")
      try desk.register.withdraw(try Self.name("team-\(index)"), by: .member(desk.id("pune")), now: desk.now)
    }
    expect(.tooManyInvitationsOnRecord(maximum: Invitation.maximumOnRecord), &desk) {
      try $0.invite("more", below: "pune", by: "pune")
    }
    try desk.invite("of-hub", below: "hub", by: "hub")
    desk.now += Invitation.lifetime
    try desk.invite("more", below: "pune", by: "pune")
  }
}
