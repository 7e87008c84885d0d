// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("Joining")
struct EnrollTests {
  @Test("wrong, used, expired and unknown tokens are refused alike")
  func alike() throws {
    var desk = try RegisterDesk()
    let token = try desk.invite("pune")
    let wrong = EnrollmentToken(
      authority: token.authority, id: token.id, secret: EnrollmentSecret(using: &desk.numbers))
    let unknown = EnrollmentToken(authority: token.authority, id: InvitationID(1), secret: token.secret)
    let foreign = EnrollmentToken(authority: SecureDigest(of: []), id: token.id, secret: token.secret)
    for bad in [wrong, unknown, foreign] { expect(.badToken, &desk) { try $0.enroll(bad, store: "s") } }
    expect(.badToken, &desk) { try $0.enroll(token, store: "s", request: String(repeating: "x", count: 16_385)) }
    desk.now += Invitation.lifetime
    expect(.badToken, &desk) { try $0.enroll(token, store: "s") }
    desk.now -= 1
    try desk.enroll(token, store: "s")
    expect(.badToken, &desk) { try $0.enroll(token, store: "s", request: "another") }
    expect(.badToken, &desk) { try $0.enroll(token, store: "t") }
  }

  @Test("the same request has the same answer for an hour, until the member has reported")
  func repeated() throws {
    var desk = try RegisterDesk()
    let token = try desk.invite("pune")
    let first = try desk.enroll(token, store: "pune")
    desk.now += 3599
    let second = try desk.enroll(token, store: "pune")
    #expect(!first.isRepeated && second.isRepeated)
    #expect((first.member, first.lease, first.nonce) == (second.member, second.lease, second.nonce))
    var late = desk
    late.now += 1
    expect(.badToken, &late) { try $0.enroll(token, store: "pune") }
    try desk.report("pune")
    expect(.badToken, &desk) { try $0.enroll(token, store: "pune") }
  }

  @Test("a clock that is set back opens no invitation that has expired")
  func clock() throws {
    var desk = try RegisterDesk()
    let token = try desk.invite("pune")
    desk.now += Invitation.lifetime
    try desk.invite("oslo")
    desk.now -= Invitation.lifetime
    expect(.badToken, &desk) { try $0.enroll(token, store: "s") }
  }

  @Test("a store belongs to one member, and has an identity")
  func stores() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let token = try desk.invite("oslo")
    expect(.storeTaken(by: try MemberName("pune")), &desk) { try $0.enroll(token, store: "pune") }
    for store in ["", String(repeating: "s", count: 65), "s\u{1B}[2J"] {
      expect(.badStore, &desk) { try $0.enroll(token, store: store) }
    }
    try desk.enroll(token, store: "oslo")
  }

  @Test("a machine of the authority has no lane and no nonce")
  func machine() throws {
    var desk = try RegisterDesk()
    let enrolled = try desk.join("hq-b", .machine)
    #expect(enrolled.lease == nil && enrolled.nonce == nil && desk.register.laneRows.isEmpty)
    #expect(enrolled.member.level == 0)
  }

  @Test("numbers that were minted by hand raise the bound of the whole level")
  func byHand() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:8586")
    try desk.join("kernel", below: "pune")
    try desk.join("mirror", .mirror)
    try desk.enroll(try desk.invite("oslo"), store: "oslo", byHand: 41)
    #expect(try desk.lease("oslo")?.from == 42)
    #expect(try desk.lease("pune")?.from == 42)
    #expect(try desk.lease("kernel")?.from == 0 && desk.lease("mirror")?.from == 0)
    #expect(try desk.report("pune").lease?.from == 42)
    try desk.enroll(try desk.invite("rome"), store: "rome", byHand: 7)
    #expect(try desk.lease("rome")?.from == 42)
    let token = try desk.invite("last")
    expect(.numberTooGreat(.max), &desk) { try $0.enroll(token, store: "last", byHand: .max) }
  }

  @Test("the lane that a store had by hand is no obstacle to its own joining")
  func ownLane() throws {
    var desk = try RegisterDesk()
    let token = try desk.invite("pune")
    desk.see("pune", .only)
    expect(.lane(.handMade(store: "pune", lane: .only, set: Lane("0/256"))), &desk) {
      try $0.enroll(token, store: "oslo")
    }
    try desk.enroll(token, store: "pune")
    #expect(desk.register.handMade.isEmpty)
  }

  @Test("a store that joins again keeps the lane with a nonce that proves it, and loses it without")
  func again() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    for _ in 0..<5 { try desk.report("pune") }
    let old = desk.held
    try desk.report("pune")
    try desk.report("pune")
    let presented = try #require(desk.held[try MemberName("pune")]).presented
    let kept = try desk.enroll(
      try desk.invite("pune", rights: [.read, .invite], isAgain: true), store: "pune", presented: presented)
    #expect(kept.lease?.lane?.description == "0/256" && kept.nonce?.generation == 0)
    #expect(kept.member.rights == [.read, .invite])
    #expect(try desk.report("pune").verdict.isAlarm == false)

    let stale = try #require(old[try MemberName("pune")]).presented
    let moved = try desk.enroll(try desk.invite("pune", isAgain: true), store: "pune", presented: stale)
    #expect(moved.lease?.lane?.description == "1/256" && moved.nonce?.generation == 1)
    #expect(desk.row(1, 0) == .spent && desk.row(1, 1) == .held)
    let without = try desk.enroll(try desk.invite("pune", isAgain: true), store: "pune")
    #expect(without.lease?.lane?.description == "2/256")
    let token = try desk.invite("pune", isAgain: true)
    expect(.otherStore(try MemberName("pune")), &desk) { try $0.enroll(token, store: "other") }
  }

  @Test("a store that joins again without proof gets no lane that another has given back")
  func againIsNew() throws {
    var desk = try RegisterDesk(lanes: 2)
    try desk.join("pune")
    try desk.join("oslo")
    try desk.register.retire(try MemberName("oslo"), by: .authority, now: desk.now)
    try desk.finish("oslo", greatest: 3)
    let token = try desk.invite("pune", isAgain: true)
    expect(.lane(.noneLeft(count: 2, isNew: true)), &desk) { try $0.enroll(token, store: "pune") }
    try desk.join("rome")
  }

  @Test("a copy that stayed behind when another joined again is stopped, and does not stop the other")
  func copy() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let copy = desk.held
    try desk.report("pune")
    desk.held = copy
    let name = try MemberName("pune")
    desk.held[name] = HeldNonce(given: try #require(copy[name]).presented.given, own: 99)
    guard case .stopped = try desk.report("pune").verdict else {
      Issue.record("the copy was not found")
      return
    }
    let left = desk.held
    #expect(desk.row(1, 0) == .spent)
    let enrolled = try desk.enroll(try desk.invite("pune", isAgain: true), store: "pune")
    #expect(enrolled.lease?.lane?.description == "1/256")
    let joined = desk.held
    desk.held = left
    let seen = try desk.report("pune")
    #expect(seen.verdict == .superseded && seen.lease == nil)
    #expect(desk.row(1, 1) == .held)
    desk.held = joined
    #expect(try desk.report("pune").verdict.isAlarm == false)
  }
}
