// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("Lanes that were set by hand, as the register has them")
struct HandMadeTests {
  private static let day: Int64 = 86_400

  private func lane(_ text: String) throws -> Lane { try #require(Lane(text)) }

  @Test(
    "a store that is seen again within a day changes nothing; after a day its time is set, with another lane its row")
  func repeats() throws {
    var desk = try RegisterDesk()
    desk.see("s", try lane("1/2"))
    let first = desk.register
    desk.now += Self.day - 1
    desk.see("s", try lane("1/2"), at: "10.9.9.9")
    #expect(desk.register == first)
    desk.now += 1
    desk.see("s", try lane("1/2"))
    #expect(desk.register.handMade.map(\.seenAt) == [desk.now])
    desk.see("s", try lane("0/2"), level: 3)
    #expect(desk.register.handMade.map(\.lane.lane) == [try lane("0/2")])
    #expect(desk.register.handMade.map(\.level) == [3])
  }

  @Test(
    "one that was not seen for 7 days is dropped, and does not hinder a relane, an invitation or a join before that")
  func memory() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let name = try MemberName("pune")
    desk.see("s", .only)
    let refusal = RegisterRefusal.lane(.handMade(store: "s", lane: .only, set: Lane("1/256")))
    desk.now += 7 * Self.day - 1
    let now = desk.now
    expect(refusal, &desk) { _ = try $0.register.relane(name, by: .authority, bits: 1, now: now) }
    expect(refusal, &desk) { try $0.invite("rome") }
    desk.now += 1
    let later = desk.now
    _ = try desk.register.relane(name, by: .authority, bits: 1, now: later)
    try desk.invite("rome")
    #expect(desk.register.handMade.isEmpty)
    let token = try desk.invite("oslo")
    desk.see("s", .only)
    expect(.lane(.handMade(store: "s", lane: .only, set: Lane("2/256"))), &desk) { try $0.enroll(token, store: "oslo") }
  }

  @Test("there are 100 of them, and 16 with one address; one that was away for two days makes room, and no other")
  func bounds() throws {
    var desk = try RegisterDesk()
    for index in 0..<20 { desk.see("a\(index)", try lane("\(index)/256"), at: "10.0.0.1") }
    #expect(desk.register.handMade.count == 16 && desk.register.handMade.allSatisfy { $0.address == "10.0.0.1" })
    for index in 0..<100 { desk.see("b\(index)", try lane("\(index)/256"), at: "10.0.1.\(index)") }
    #expect(desk.register.handMade.count == 100)
    desk.now += 2 * Self.day - 1
    desk.see("c", try lane("3/256"), at: "10.0.2.1")
    #expect(!desk.register.handMade.contains { $0.lane.store == "c" })
    desk.now += 1
    desk.see("c", try lane("3/256"), at: "10.0.2.1")
    #expect(desk.register.handMade.count == 100 && desk.register.handMade.contains { $0.lane.store == "c" })
    #expect(!desk.register.handMade.contains { $0.lane.store == "a0" })
  }

  @Test("what was seen before the row on record changes nothing: a node on the way reports it again for days")
  func stale() throws {
    var desk = try RegisterDesk()
    desk.see("s", try lane("1/2"), level: 2)
    let former = try #require(desk.register.handMade.first)
    desk.now += 10
    desk.see("s", try lane("0/2"))
    let moved = desk.register
    for _ in 0..<2 {
      desk.register.note([former], now: desk.now)
      #expect(desk.register == moved)
    }
    _ = try desk.register.forgetLane(of: "s")
    let forgotten = desk.register
    desk.register.note([former], now: desk.now)
    #expect(desk.register == forgotten)
  }

  @Test("one that the operator has forgotten makes room at once")
  func forgottenMakesRoom() throws {
    var desk = try RegisterDesk()
    for index in 0..<100 { desk.see("s\(index)", .only, at: "10.0.0.\(index)") }
    desk.see("new", .only)
    #expect(!desk.register.handMade.contains { $0.lane.store == "new" })
    _ = try desk.register.forgetLane(of: nil)
    desk.see("new", .only)
    #expect(desk.register.handMade.contains { $0.lane.store == "new" && !$0.isForgotten })
    #expect(desk.register.handMade.count == 100)
  }

  @Test("what is no store, no level of a site, or is that of a member, is not put on record")
  func others() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    desk.see("", .only)
    desk.see("two words", .only)
    desk.see("s", .only, level: 0)
    desk.see("s", .only, level: 16)
    desk.see("pune", .only)
    desk.register.note([.init(level: 1, lane: .init(store: "old", lane: .only), seenAt: 1)], now: desk.now)
    #expect(desk.register.handMade.isEmpty)
  }

  @Test("one that the operator has forgotten counts no more, until it names another lane or was away for 7 days")
  func forgotten() throws {
    var desk = try RegisterDesk()
    expect(.noHandMade, &desk) { _ = try $0.register.forgetLane(of: nil) }
    desk.see("s", .only)
    desk.see("t", .only)
    expect(.noHandMade, &desk) { _ = try $0.register.forgetLane(of: "u") }
    #expect(try desk.register.forgetLane(of: "s") == ["s"])
    expect(.lane(.handMade(store: "t", lane: .only, set: Lane("0/256"))), &desk) { try $0.invite("a") }
    #expect(try desk.register.forgetLane(of: nil) == ["t"])
    try desk.invite("a")
    desk.now += 2 * Self.day
    desk.see("s", .only)
    try desk.invite("b")
    desk.see("s", try lane("1/2"))
    expect(.lane(.handMade(store: "s", lane: try lane("1/2"), set: Lane("0/256"))), &desk) { try $0.invite("c") }
  }

  @Test("an overlap with a lane that was given names both, and a lane that is free")
  func overlaps() throws {
    var desk = try RegisterDesk()
    desk.see("free", try lane("7/256"))
    desk.see("none", .only, level: 2)
    try desk.join("pune")
    #expect(desk.register.handMadeOverlaps.isEmpty)
    desk.see("s", try lane("0/512"))
    let found = try #require(desk.register.handMadeOverlaps.first)
    #expect(desk.register.handMadeOverlaps.count == 1 && found.node.lane.store == "s" && found.member.text == "pune")
    #expect(try found.lane == lane("0/256") && found.free == lane("1/256"))
    _ = try desk.register.forgetLane(of: "s")
    #expect(desk.register.handMadeOverlaps.isEmpty)
  }
}
