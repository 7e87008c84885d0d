// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("A change of the authority's key, as the register has it")
struct RekeyTests {
  private static let former = Rekeying.Key(digest: RegisterDesk.authority, certificate: "former")
  private static let next = Rekeying.Key(digest: SecureDigest(of: [2]), certificate: "next")
  private static let both = [former.digest, next.digest]

  private func begun() throws -> RegisterDesk {
    var desk = try RegisterDesk()
    for name in ["pune", "oslo"] { try desk.join(name) }
    try desk.join("lab", .mirror)
    try desk.register.beginRekeying(from: Self.former, to: Self.next, now: desk.now)
    return desk
  }

  private func waits(_ desk: RegisterDesk) -> [String] {
    desk.register.rekeyingWait(now: desk.now)?.members.map(\.text) ?? ["no change"]
  }

  private func advance(_ desk: inout RegisterDesk, waits: Bool = true) -> Bool {
    desk.register.advanceRekeying(waits: waits, now: desk.now)
  }

  @Test("begins once, with the key that the register names, and with another one after it")
  func begin() throws {
    var desk = try begun()
    expect(.rekeying, &desk) { try $0.register.beginRekeying(from: Self.former, to: Self.next, now: 1) }
    var other = try RegisterDesk()
    expect(.otherAuthority, &other) { try $0.register.beginRekeying(from: Self.next, to: Self.former, now: 1) }
    expect(.otherAuthority, &other) { try $0.register.beginRekeying(from: Self.former, to: Self.former, now: 1) }
  }

  @Test("waits until all members trust the next key, then until all have certificates of it, and then is over")
  func phases() throws {
    var desk = try begun()
    let ids = try ["pune", "oslo", "lab"].map { try desk.id($0) }
    #expect(waits(desk) == ["lab", "oslo", "pune"])
    for id in ids {
      let early = advance(&desk)
      #expect(!early)
      desk.register.note(trusts: Self.both, issuer: Self.former.digest, of: id)
    }
    #expect(waits(desk) == [] && desk.register.authority == Self.former.digest)
    let isSigning = advance(&desk)
    #expect(isSigning && desk.register.authority == Self.next.digest && waits(desk) == ["lab", "oslo", "pune"])
    for id in ids {
      let early = advance(&desk)
      #expect(!early)
      desk.register.note(trusts: Self.both, issuer: Self.next.digest, of: id)
    }
    let isOver = advance(&desk)
    #expect(isOver && desk.register.rekeying == nil && desk.register.trusted == [Self.next.digest])
    let isAgain = advance(&desk)
    #expect(!isAgain)
  }

  @Test("a member that has taken it back, or never says anything of keys, is waited for; one that has left is not")
  func members() throws {
    var desk = try begun()
    for name in ["pune", "oslo", "lab"] { desk.register.note(trusts: Self.both, issuer: nil, of: try desk.id(name)) }
    desk.register.note(trusts: [Self.former.digest], issuer: Self.former.digest, of: try desk.id("pune"))
    #expect(waits(desk) == ["pune"])
    _ = try desk.register.revoke(try MemberName("pune"), by: .authority, now: desk.now)
    #expect(waits(desk) == [])
    try desk.join("rome")
    #expect(waits(desk) == ["rome"], "one that joins meanwhile is waited for")
  }

  @Test("the operator goes on without those that are waited for")
  func finish() throws {
    var desk = try begun()
    let isSigning = advance(&desk, waits: false)
    #expect(isSigning && desk.register.rekeying?.phase == .signing)
    let isOver = advance(&desk, waits: false)
    #expect(isOver && desk.register.rekeying == nil)
  }

  @Test("a token of the former key is good while there are two, and an open invitation with it is waited for")
  func tokens() throws {
    var desk = try begun()
    let token = try desk.invite("rome")
    let late = try desk.invite("last")
    _ = advance(&desk, waits: false)
    #expect(desk.register.rekeyingWait(now: desk.now)?.invitations.map(\.text) == ["last", "rome"])
    try desk.enroll(token, store: "rome")
    #expect(desk.register.rekeyingWait(now: desk.now)?.invitations.map(\.text) == ["last"])
    _ = advance(&desk, waits: false)
    #expect(desk.register.invitations.allSatisfy { $0.state != .open })
    expect(.badToken, &desk) { try $0.enroll(late, store: "last") }
  }

  @Test("lists of revoked certificates take each other's place with the keys")
  func lists() throws {
    var desk = try begun()
    desk.register.revocations = .init(number: 1, list: "by the former")
    desk.register.keep(otherList: .init(number: 1, list: "by the next"))
    _ = advance(&desk, waits: false)
    #expect(desk.register.revocations?.list == "by the next")
    #expect(desk.register.rekeying?.otherList?.list == "by the former")
  }

  @Test("with the key lost, all members are named, those above first, and no invitation stays open")
  func lost() throws {
    var desk = try begun()
    try desk.join("hub", address: "hub.example:1")
    try desk.join("a", below: "hub")
    try desk.invite("open")
    let members = desk.register.replaceAuthority(with: SecureDigest(of: [3]))
    #expect(members.map(\.text) == ["hub", "lab", "oslo", "pune", "a"])
    #expect(desk.register.trusted == [SecureDigest(of: [3])] && desk.register.rekeying == nil)
    #expect(desk.register.invitations.allSatisfy { $0.state != .open })
  }

  @Test("a store that proves its nonce keeps its lane, whatever it says of numbers that it minted before")
  func joinsAgain() throws {
    var desk = try begun()
    try desk.report("pune")
    let presented = try #require(desk.held[try MemberName("pune")]).presented
    let again = try desk.enroll(
      try desk.invite("pune", isAgain: true), store: "pune", presented: presented, byHand: 1000)
    #expect(again.lease?.lane == Lane("0/256") && again.lease?.from == 0)
    let without = try desk.enroll(try desk.invite("oslo", isAgain: true), store: "oslo", byHand: 1000)
    #expect(without.lease?.lane == Lane("2/256") && without.lease?.from == 1001)
  }
}
