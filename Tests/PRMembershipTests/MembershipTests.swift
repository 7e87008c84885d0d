// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import PRRevision
import PRStore
import PRStoreMemory
import TestSeed
import Testing

@testable import PRMembership

@Suite("The place of a store, as it stands in its database")
struct MembershipTextTests {
  @Test("is read as it was written", arguments: Seed.several(5))
  func roundTrip(_ seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<200 {
      let membership = Membership.random(&numbers)
      #expect(Membership(text: membership.text) == membership)
    }
  }

  @Test("is one line of JSON, with its keys in order")
  func literal() {
    let text = """
      {"authorityAddresses":["hq.example:8586"],"federation":"hq.example","from":18446744073709551615,\
      "id":"00000000000000ff","kind":"site","lane":"3/256","level":1,"name":"pune",\
      "nonce":"0.7.0000000000000001.0000000000000002","stop":"cloned","store":"s","upstream":"authority",\
      "upstreamAddresses":["hq.example:8586","[::1]:1"],"version":1}
      """
    let membership = Membership.pune
    #expect(membership.text == text)
    #expect(Membership(text: text) == membership)
  }

  @Test(
    "of a later version, or damaged, is not read",
    arguments: [
      ("\"version\":1", "\"version\":2"), ("\"version\":1", "\"version\":0"), ("\"version\":1", "\"version\":\"1\""),
      (",\"version\":1", ""), ("\"hq.example\",\"from\"", "\"HQ\",\"from\""), ("\"pune\"", "\"\""),
      ("00000000000000ff", "ff"), ("00000000000000ff", "00000000000000FF"), ("\"site\"", "\"hub\""),
      ("3/256", "256/256"), ("3/256", ""), ("\"level\":1", "\"level\":16"), ("\"level\":1", "\"level\":-1"),
      ("\"level\":1", "\"level\":1.5"), ("\"from\":18446744073709551615", "\"from\":18446744073709551616"),
      ("\"from\":18446744073709551615", "\"from\":-1"), ("0.7.", "0.07."), ("\"cloned\"", "\"tired\""),
      ("\"authority\"", "\"Authority\""), ("[::1]:1", "[::1]:0"), ("[\"hq.example:8586\"],", "[\"hq.example\"],"),
      ("\"store\":\"s\",", ""),
    ])
  func damage(_ part: String, _ other: String) {
    let text = Membership.pune.text
    #expect(text.contains(part))
    #expect(Membership(text: text.replacingOccurrences(of: part, with: other)) == nil)
  }

  @Test("that is cut anywhere is not read")
  func cut() {
    let text = Membership.pune.text
    for count in 0..<text.utf8.count { #expect(Membership(text: String(text.prefix(count))) == nil) }
    #expect(Membership(text: text + "}") == nil)
  }

  @Test("with fields of a later version beside those of this one is read")
  func moreFields() {
    let text = Membership.pune.text.replacingOccurrences(of: "{\"a", with: "{\"Later\":[1],\"a")
    #expect(Membership(text: text) == .pune)
  }

  @Test("that cannot be read is an error of the store, and none at all where there is none")
  func store() async throws {
    let store = try MemoryDatabase().open()
    defer { _ = store.close() }
    #expect(try await store.membership() == nil)
    try await store.write { context throws(StoreError) in try context.keep(.membership, Membership.pune.text) }
    #expect(try await store.membership() == .pune)
    try await store.write { context throws(StoreError) in try context.keep(.membership, "{}") }
    await #expect(throws: StoreError.self) { try await store.membership() }
  }
}

@Suite("A member that takes the answer to its report")
struct MembershipTakeTests {
  private let given = Nonce(generation: 1, number: 7, bits: 1)
  private let lane = Lane("3/256")

  private func member() -> Membership {
    Membership(
      federation: Desk.federation, name: memberName("pune"), id: MemberID(255), kind: .site,
      lease: Lease(member: MemberID(255), store: "s", level: 1, lane: lane, from: 100),
      nonce: HeldNonce(given: given, own: 2), upstream: .init(name: .authority, addresses: [Desk.place]),
      authority: [Desk.place])
  }

  private func answer(
    _ nonce: HeldNonce.Answer, lane: String? = "3/256", level: Int = 1, from: UInt64 = 100,
    _ change: (inout ReportAnswer) -> Void = { _ in }
  ) -> ReportAnswer {
    var answer = ReportAnswer(
      nonce: NonceFields(nonce), lease: LeaseFields(level: level, lane: lane, from: from), isRetiring: false,
      hasLeft: false, name: "pune", upstream: UpstreamFields(name: "authority", addresses: ["hq.example:8586"]),
      authorityAddresses: ["hq.example:8586"], revocations: nil, mustRenew: false, notices: 0, above: [])
    change(&answer)
    return answer
  }

  private func next(_ number: UInt64, generation: UInt32 = 1) -> Nonce {
    Nonce(generation: generation, number: number, bits: number)
  }

  @Test("presents the next nonce with a number of its own, and keeps the rest")
  func next() {
    var member = member()
    let isOther1 = member.take(answer(.next(next(8))), own: 9)
    #expect(!isOther1)
    var expected = self.member()
    _ = expected.nonce.take(.next(next(8)), own: 9)
    #expect(member == expected)
    #expect(member.nonce.presented == PresentedNonce(given: next(8), own: 9))
  }

  @Test("keeps its number for a nonce that a join brings once more, or that is older, and takes a later one")
  func joinsBesideItsServer() {
    var joined = member()
    joined.nonce = HeldNonce(given: next(8), own: 100)
    #expect(joined.besides(nil) == joined && joined.besides(member()) == joined)
    var held = member()
    for number in [8, 9] as [UInt64] {
      _ = held.nonce.take(.next(next(number)), own: 9)
      #expect(joined.besides(held).nonce == held.nonce)
    }
    held.lease.from = 500
    _ = held.nonce.take(.newLease(next(0, generation: 2)), own: 9)
    #expect(joined.besides(held).nonce == held.nonce && joined.besides(held).lease == held.lease)
    joined.nonce = HeldNonce(given: next(0, generation: 3), own: 100)
    #expect(joined.besides(held) == joined)
  }

  @Test("takes a lease that begins higher")
  func raised() {
    var member = member()
    let isOther2 = member.take(answer(.next(next(8)), from: 1000), own: 9)
    #expect(isOther2)
    #expect(member.lease.from == 1000 && member.lease.lane == lane)
  }

  @Test("does not go below where its lease begins, whatever comes late")
  func lowered() {
    var member = member()
    let isOther3 = member.take(answer(.next(next(7)), from: 99), own: 9)
    #expect(!isOther3)
    let isOther4 = member.take(answer(.nothing, from: 0), own: 9)
    #expect(!isOther4)
    #expect(member == self.member())
  }

  @Test("takes another lane and level with the nonce of a new lease, and mints again")
  func newLease() {
    var member = member()
    _ = member.take(answer(.stop(.cloned, generation: 1)), own: 9)
    #expect(member.nonce.stop == .cloned)
    let isOther5 = member.take(answer(.newLease(next(0, generation: 2)), lane: "4/256", level: 2, from: 5), own: 9)
    #expect(isOther5)
    #expect(member.nonce.stop == nil)
    #expect(member.lease == Lease(member: MemberID(255), store: "s", level: 2, lane: Lane("4/256"), from: 5))
  }

  @Test("takes no other lane or level without it")
  func laneAlone() {
    for answer in [
      answer(.next(next(8)), lane: "4/256"), answer(.next(next(8)), level: 2), answer(.next(next(8)), lane: nil),
      answer(.nothing, lane: "4/256"), answer(.stop(.cloned, generation: 1), lane: "4/256"),
    ] {
      var member = member()
      let isOther6 = member.take(answer, own: 9)
      #expect(!isOther6)
      #expect(member.lease == self.member().lease)
    }
  }

  @Test("takes no lane of a lease that it had before: the answer comes late", arguments: [0, 1] as [UInt32])
  func lateLease(_ generation: UInt32) {
    var member = member()
    let isOther7 = member.take(answer(.newLease(next(0, generation: generation)), lane: "2/256"), own: 9)
    #expect(!isOther7)
    #expect(member.lease == self.member().lease && member.nonce == self.member().nonce)
  }

  @Test("keeps its nonce when an answer comes twice, late, or from another generation")
  func late() {
    let late: [HeldNonce.Answer] = [
      .next(given), .next(next(6)), .next(next(9, generation: 0)), .next(next(9, generation: 2)),
      .stop(.cloned, generation: 0), .stop(.superseded, generation: 2), .nothing,
    ]
    for nonce in late {
      var member = member()
      _ = member.take(answer(nonce), own: 9)
      #expect(member == self.member(), "\(nonce)")
    }
  }

  @Test("stops, and stays stopped until there is a new lease")
  func stop() {
    var member = member()
    let isOther8 = member.take(answer(.stop(.superseded, generation: 1)) { $0.lease = nil }, own: 9)
    #expect(!isOther8)
    #expect(member.nonce.stop == .superseded && member.lease == self.member().lease)
    _ = member.take(answer(.next(next(8))), own: 9)
    #expect(member.nonce.stop == .superseded)
    #expect(member.nodeLease(keepsMinting: false).stop == .superseded)
    #expect(member.nodeLease(keepsMinting: true).stop == nil)
  }

  @Test("that retires mints no more, whatever the operator says, and not for a better reason")
  func retire() {
    var member = member()
    _ = member.take(answer(.next(next(8))) { $0.isRetiring = true }, own: 9)
    #expect(member.nonce.stop == .retired)
    #expect(member.nodeLease(keepsMinting: true).stop == .retired)
    var stopped = self.member()
    _ = stopped.take(answer(.stop(.cloned, generation: 1)) { $0.isRetiring = true }, own: 9)
    #expect(stopped.nonce.stop == .cloned)
  }

  @Test("takes its name, its upstream and the authority's addresses, unless they cannot be read")
  func places() {
    var member = member()
    _ = member.take(
      answer(.next(next(8))) { answer in
        (answer.name, answer.authorityAddresses) = ("poona", ["new.example:1", "!"])
        answer.upstream = UpstreamFields(name: "delhi", addresses: ["delhi.example:1"])
      }, own: 9)
    #expect(member.name.text == "poona" && member.authority == [address("new.example:1")])
    #expect(member.upstream == .init(name: memberName("delhi"), addresses: [address("delhi.example:1")]))
    let before = member
    _ = member.take(
      answer(.nothing) { answer in
        (answer.name, answer.upstream.name, answer.authorityAddresses) = ("!", "!", ["new.example:1"])
      }, own: 9)
    #expect(member == before)
  }

  @Test("takes no lease that cannot be read", arguments: [("!", 1), ("256/256", 1), ("3/256", 16), ("3/256", -1)])
  func badLease(_ lane: String, _ level: Int) {
    var member = member()
    let isOther9 = member.take(answer(.newLease(next(0, generation: 2)), lane: lane, level: level), own: 9)
    #expect(!isOther9)
    #expect(member.lease == self.member().lease)
    #expect(member.nonce == self.member().nonce, "a nonce of a lease that it does not have")
  }
}

extension Membership {
  static let pune = Membership(
    federation: Desk.federation, name: memberName("pune"), id: MemberID(255), kind: .site,
    lease: Lease(member: MemberID(255), store: "s", level: 1, lane: Lane("3/256"), from: .max),
    nonce: HeldNonce(
      presented: PresentedNonce(given: Nonce(generation: 0, number: 7, bits: 1), own: 2), stop: .cloned),
    upstream: Upstream(name: .authority, addresses: [Desk.place, address("[::1]:1")]), authority: [Desk.place])

  static func random(_ numbers: inout SeededNumbers) -> Membership {
    func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &numbers)] }
    func number() -> UInt64 { pick([0, 1, .max, numbers.next()]) }
    func addresses() -> [MemberAddress] {
      (0..<Int.random(in: 0...8, using: &numbers)).map { _ in
        pick([Desk.place, address("10.0.0.1:1"), address("[2001:db8::1]:65535")])
      }
    }
    let id = MemberID(number())
    let nonce = Nonce(generation: pick([0, 1, .max]), number: number(), bits: number())
    let lane = Lane(index: number() / 2, count: .max)
    let names = (federation: "f\(number()).example", member: "m\(number())-x")
    guard let federation = try? FederationName(names.federation) else { preconditionFailure("it is a name") }
    return Membership(
      federation: federation, name: memberName(names.member), id: id,
      kind: pick(Member.Kind.allCases),
      lease: Lease(
        member: id, store: pick(["", "s", "é\"\\\u{1}\n", "/a/b"]), level: Int.random(in: 0...15, using: &numbers),
        lane: pick([nil, lane, .only]), from: number()),
      nonce: HeldNonce(
        presented: PresentedNonce(given: nonce, own: number()), stop: pick([nil] + MintingStop.allCases)),
      upstream: Upstream(name: pick([.authority, memberName("a.b")]), addresses: addresses()), authority: addresses())
  }
}
