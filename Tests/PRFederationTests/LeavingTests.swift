// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("Leaving and changing")
struct LeavingTests {
  @Test("a clean retirement gives the lane back, above the greatest number, when no other is left")
  func retire() throws {
    var desk = try RegisterDesk(lanes: 2)
    try desk.join("pune")
    let pune = try MemberName("pune")
    expect(.notRetiring(pune), &desk) { try $0.finish("pune", greatest: 41) }
    try desk.register.retire(pune, by: .authority, now: desk.now)
    #expect(try desk.report("pune").isRetiring)
    #expect(desk.row(1, 0) == .held, "not before it is acknowledged")
    #expect(try desk.finish("pune", greatest: 41) == .done)
    #expect(desk.row(1, 0) == .returned(41))
    #expect(try desk.member("pune").state == .retired && desk.lease("pune") == nil)
    #expect(try desk.finish("pune", greatest: 41) == .done, "once more, when the acknowledgement was lost")
    expect(.notRetiring(pune), &desk) { try $0.finish("pune", greatest: 42) }
    expect(.hasLeft(pune, .retired), &desk) { try $0.report("pune") }
    try desk.join("oslo")
    #expect(try desk.lease("oslo")?.lane?.description == "1/2" && desk.lease("oslo")?.from == 0)
    try desk.join("rome")
    #expect(try desk.lease("rome")?.lane?.description == "0/2" && desk.lease("rome")?.from == 42)
    // Its new holder's retirement is not confused with the first one's.
    expect(.notRetiring(pune), &desk) { try $0.finish("pune", greatest: 41) }
  }

  @Test(
    "a lane that is given back unused is leased again above the numbers of its earlier holders",
    arguments: [nil, 3] as [UInt64?])
  func unused(greatest: UInt64?) throws {
    var desk = try RegisterDesk(lanes: 1)
    try desk.join("pune")
    try desk.register.retire(try MemberName("pune"), by: .authority, now: desk.now)
    _ = try desk.finish("pune", greatest: 50)
    try desk.join("oslo")
    #expect(try desk.lease("oslo")?.from == 51)
    try desk.register.retire(try MemberName("oslo"), by: .authority, now: desk.now)
    #expect(try desk.finish("oslo", greatest: greatest) == .done)
    #expect(desk.row(1, 0) == .returned(50))
    #expect(try desk.finish("oslo", greatest: greatest) == .done, "once more, when the acknowledgement was lost")
    try desk.join("rome")
    #expect(try desk.lease("rome")?.from == 51)
  }

  @Test("a retirement that is not proven by the nonce is not clean")
  func unclean() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let (pune, old) = (try MemberName("pune"), desk.held)
    for _ in 0..<3 { try desk.report("pune") }
    try desk.register.retire(pune, by: .authority, now: desk.now)
    desk.held = old
    guard case .unproven(let seen) = try desk.finish("pune", greatest: 3), case .stopped = seen.verdict else {
      Issue.record("the number was taken")
      return
    }
    #expect(try desk.member("pune").state == .retiring)
    #expect(desk.row(1, 0) == .spent, "the report has shown that the store went back")
    expect(.unclean(pune), &desk) { try $0.register.retire(pune, by: .authority, now: $0.now) }
  }

  @Test("a member with members or invitations below it does not retire; a mirror leaves at once")
  func below() throws {
    var desk = try RegisterDesk()
    try desk.join("mirror", .mirror, address: "m.example:1")
    let mirror = try MemberName("mirror")
    try desk.invite("a", below: "mirror")
    expect(.hasMembersBelow(mirror, count: 1), &desk) { try $0.register.retire(mirror, by: .authority, now: $0.now) }
    let token = try #require(desk.tokens[try MemberName("a")])
    try desk.enroll(token, store: "a")
    expect(.hasMembersBelow(mirror, count: 1), &desk) { try $0.register.retire(mirror, by: .authority, now: $0.now) }
    _ = try desk.register.revoke(try MemberName("a"), by: .authority, now: desk.now)
    try desk.register.retire(mirror, by: .authority, now: desk.now)
    #expect(try desk.member("mirror").state == .retired)
  }

  @Test("a revoked member's lane is spent, its invitations end, and those below it are named")
  func revoke() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:1", rights: [.read, .invite])
    try desk.join("kernel", address: "kernel.example:1", below: "pune")
    try desk.join("team", below: "kernel")
    try desk.join("oslo")
    let token = try desk.invite("z", below: "kernel")
    try desk.invite("a", below: "pune", by: "pune")
    try desk.invite("other")
    let pune = try MemberName("pune")
    try desk.register.issue(.init(serial: "0a", expires: desk.now + 100), to: try desk.id("pune"), now: desk.now)
    let revoked = try desk.register.revoke(pune, by: .authority, now: desk.now)
    #expect(revoked.certificates.map(\.serial) == ["0a"])
    #expect(revoked.withdrawn.map(\.text) == ["a", "z"] && revoked.below.map(\.text) == ["kernel", "team"])
    #expect(desk.row(1, 0) == .spent && desk.row(1, 1) == .held)
    #expect(try desk.lease("pune") == nil)
    expect(.badToken, &desk) { try $0.enroll(token, store: "z") }
    expect(.hasLeft(pune, .revoked), &desk) { try $0.report("pune") }
    expect(.hasLeft(pune, .revoked), &desk) { _ = try $0.register.revoke(pune, by: .authority, now: $0.now) }
    expect(.hasLeft(pune, .revoked), &desk) { try $0.invite("more", below: "pune") }
  }

  @Test("a member changes members below it only, and not itself")
  func senders() throws {
    var desk = try RegisterDesk()
    try desk.join("pune", address: "pune.example:1", rights: [.read, .invite])
    try desk.join("kernel", below: "pune")
    try desk.join("oslo")
    let (pune, oslo) = (try desk.sender("pune"), try desk.sender("oslo"))
    for name in try ["oslo", "pune"].map({ try MemberName($0) }) {
      expect(.notBelow(name), &desk) { try $0.register.retire(name, by: pune, now: $0.now) }
      expect(.notBelow(name), &desk) { _ = try $0.register.revoke(name, by: pune, now: $0.now) }
      expect(.notBelow(name), &desk) { _ = try $0.register.relane(name, by: pune, bits: 1, now: 0) }
      expect(.notBelow(name), &desk) { try $0.register.rename(name, to: .authority, by: pune, now: $0.now) }
    }
    let kernel = try MemberName("kernel")
    expect(.noRight, &desk) { _ = try $0.register.revoke(kernel, by: oslo, now: $0.now) }
    _ = try desk.register.revoke(kernel, by: pune, now: desk.now)
  }

  @Test("a former name stays taken until its certificate expires")
  func rename() throws {
    var desk = try RegisterDesk()
    try desk.join("pune")
    let (pune, mumbai) = (try MemberName("pune"), try MemberName("mumbai"))
    let expiry = desk.now + 1000
    try desk.register.issue(.init(serial: "0a", expires: expiry), to: try desk.id("pune"), now: desk.now)
    try desk.invite("held")
    for taken in ["held", "pune", "authority"] {
      expect(.nameTaken(try MemberName(taken)), &desk) {
        try $0.register.rename(pune, to: try MemberName(taken), by: .authority, now: $0.now)
      }
    }
    try desk.register.rename(pune, to: mumbai, by: .authority, now: desk.now)
    desk.now = expiry - 1
    expect(.nameTaken(pune), &desk) { try $0.invite("pune") }
    var back = desk
    try back.register.rename(mumbai, to: pune, by: .authority, now: back.now)
    #expect(try back.member("pune").formerNames.map(\.name) == [mumbai])
    desk.now = expiry
    try desk.invite("pune")
  }

  @Test("a name that flies back and forth is bounded")
  func renames() throws {
    var desk = try RegisterDesk()
    try desk.join("n0")
    try desk.register.issue(.init(serial: "0a", expires: .max), to: try desk.id("n0"), now: desk.now)
    for index in 0..<8 {
      let (old, new) = (try MemberName("n\(index)"), try MemberName("n\(index + 1)"))
      try desk.register.rename(old, to: new, by: .authority, now: desk.now)
    }
    let last = try MemberName("n8")
    expect(.renamedTooOften(last), &desk) {
      try $0.register.rename(last, to: try MemberName("n9"), by: .authority, now: $0.now)
    }
  }

  @Test("another lane is one that was never given, and the next report brings it")
  func relane() throws {
    var desk = try RegisterDesk(lanes: 3)
    try desk.join("pune")
    try desk.join("oslo")
    try desk.register.retire(try MemberName("oslo"), by: .authority, now: desk.now)
    try desk.finish("oslo", greatest: nil)
    let pune = try MemberName("pune")
    let lease = try desk.register.relane(pune, by: .authority, bits: 5, now: desk.now)
    #expect(lease.lane?.description == "2/3" && desk.row(1, 0) == .spent)
    let seen = try desk.report("pune")
    #expect(seen.lease == lease)
    #expect(seen.verdict == .handedOver(Nonce(generation: 1, number: 0, bits: 5)))
    expect(.lane(.noneLeft(count: 3, isNew: true)), &desk) {
      _ = try $0.register.relane(pune, by: .authority, bits: 6, now: 0)
    }
    try desk.join("mirror", .mirror)
    let mirror = try MemberName("mirror")
    expect(.noLane(mirror), &desk) { _ = try $0.register.relane(mirror, by: .authority, bits: 6, now: 0) }
  }
}
