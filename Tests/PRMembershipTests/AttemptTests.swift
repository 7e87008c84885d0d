// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRStoreMemory
import PRWire
import TestThreads
import Testing

@testable import PRMembership

@Suite("Wrong tokens", .ownThreads, .untilHung)
struct AttemptTests {
  private static let count = 100_000
  private static let tooMany = FederationRefusal.tooManyAttempts.reason
  private static let badToken = RegisterRefusal.badToken.description

  @Test(
    "are looked at ten times a minute from one address, and a thousand times in all; the others do not reach the store",
    arguments: [(1, 10), (50, 500), (count, 1000)])
  func limits(addresses: Int, looked: Int) async throws {
    let desk = try await Desk()
    let token = try await desk.invite("pune")
    let before = try await desk.register()
    let wrong = EnrollmentToken(
      authority: token.authority, id: InvitationID(token.id.number ^ 1), secret: token.secret)
    let request = try Joiner(wrong).enroll
    let begin = ContinuousClock.now
    var refusals: [String: Int] = [:]
    var next = 0
    while next < min(addresses * 11, 1100) {
      refusals[await desk.ask(request, from: peer(next, of: addresses)).refusal ?? "none", default: 0] += 1
      next += 1
    }
    #expect(refusals[Self.badToken] == looked)
    #expect(try await desk.register() == before)
    // What reaches the store fails from now on, and in other words.
    desk.store.close()
    while next < Self.count, refusals["none"] == nil {
      refusals[await desk.ask(request, from: peer(next, of: addresses)).refusal ?? "none", default: 0] += 1
      next += 1
    }
    print("\(Self.count) wrong tokens from \(addresses) addresses: \(ContinuousClock.now - begin)")
    #expect(refusals == [Self.badToken: looked, Self.tooMany: Self.count - looked])
    desk.time.pass(60)
    #expect(await desk.ask(request, from: peer(0, of: addresses)).refusal == nil, "the store was not asked")
  }

  private func peer(_ number: Int, of addresses: Int) -> FederationPeer { .stranger(at: "host-\(number % addresses)") }

  @Test("of a crowd keep a right one out for a minute, and no longer")
  func minute() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    let wrong = try Joiner(
      EnrollmentToken(authority: joiner.token.authority, id: joiner.token.id, secret: .init(using: &Self.random)))
    for number in 0..<1000 { _ = await desk.ask(try wrong.enroll, from: .stranger(at: "host-\(number)")) }
    #expect(await desk.ask(try joiner.enroll, from: .stranger).refusal == Self.tooMany)
    desk.time.pass(59)
    #expect(await desk.ask(try joiner.enroll, from: .stranger).refusal == Self.tooMany)
    desk.time.pass(1)
    _ = try await desk.ask(joiner.enroll, from: .stranger).get()
  }

  private static var random: SystemRandomNumberGenerator {
    get { SystemRandomNumberGenerator() }
    set {}
  }

  @Test("from all addresses of one network of IPv6 are as many as from one of IPv4")
  func networks() {
    var limiter = AttemptLimiter()
    let now = ContinuousClock.now
    func admitted(_ address: (Int) -> String) -> Int { (1...20).count { limiter.admit(address($0), now: now) } }
    #expect(admitted { "2001:db8:0:7:\($0)::1" } == 10)
    #expect(admitted { "2001:db8:0:7::\($0)" } == 0)
    #expect(admitted { "2001:db8:0:8::\($0)" } == 10)
    #expect(admitted { "fe80::\($0)" } == 10)
    #expect(admitted { "fe80::1:2:3:\($0)" } == 0)
    #expect(admitted { "::\($0)" } == 10)
    #expect(admitted { "10.0.0.\($0)" } == 20)
    #expect(admitted { "::ffff:10.0.0.\($0)" } == 20, "IPv4 at a socket of IPv6")
    #expect(admitted { _ in "local" } == 10)
  }

  @Test("of 100,000 addresses take up the memory of a thousand")
  func memory() {
    var limiter = AttemptLimiter()
    let begin = ContinuousClock.now
    for number in 0..<Self.count {
      let admitted = limiter.admit(String(repeating: "\(number)-", count: 100), now: begin + .milliseconds(number))
      #expect(limiter.size.attempts <= AttemptLimiter.maximum && limiter.size.addresses <= AttemptLimiter.maximum)
      if number < AttemptLimiter.maximum { #expect(admitted) }
    }
  }

  @Test(
    "at a site are counted by where they come from: by its word for a member, and by its address for a client without one"
  )
  func origins() async throws {
    let tree = try await Tree()
    let fields = try Joiner(try await tree.desk.invite("rome")).fields
    func origin(_ peer: FederationPeer, _ federation: FederationName = Desk.federation) throws -> String {
      try fields.passedOn(for: nil, from: "10.1.1.1").request(.enroll).origin(from: peer, in: federation)
    }
    #expect(try origin(tree.pune.peer) == "10.1.1.1" && origin(.stranger) == "10.0.0.1")
    #expect(try origin(tree.pune.peer, name("other.example", FederationName.init)) == "10.0.0.2")
    #expect(fields.request(.enroll).origin(from: tree.pune.peer, in: Desk.federation) == "10.0.0.2")
    let broken = FederationRequest(.enroll, fields: "{}")
    #expect(broken.origin(from: tree.pune.peer, in: Desk.federation) == "10.0.0.2")
  }

  @Test("from one client below a site leave others behind that site alone")
  func behindASite() async throws {
    let tree = try await Tree()
    let joiner = try Joiner(try await tree.desk.invite("rome"))
    let peer = tree.pune.peer
    let node = Node(store: try MemoryDatabase().open(), policy: NodePolicy(), clock: { 0 })
    defer { _ = node.store.close() }
    let part = FederationPart(
      store: node.store, keys: KeyFolder("/nonexistent"), alarms: node.alarms, clock: { 0 }, log: { _ in }, reread: {})
    let place = Membership(
      federation: Desk.federation, name: memberName("india"), id: MemberID(9), kind: .site,
      lease: Lease(member: MemberID(9), store: "s", level: 1, lane: Lane("9/256"), from: 0),
      nonce: HeldNonce(given: Nonce(generation: 0, number: 1, bits: 2), own: 3),
      upstream: .init(name: .authority, addresses: [Desk.place]), authority: [Desk.place])
    let member = FederationMember(part, node: node, membership: place, keepsMinting: false) {
      MemberFacts(version: "1", time: 0)
    }
    func refusal(_ origin: String) async throws -> String? {
      let request = try joiner.fields.passedOn(for: nil, from: origin).request(.enroll)
      return await withCheckedContinuation { continuation in
        member.answer(request, from: peer, for: ReadClient()) { continuation.resume(returning: $0.refusal) }
      }
    }
    for number in 0..<12 {
      let words = try await refusal("10.1.1.1")
      #expect((words == Self.tooMany) == (number >= AttemptLimiter.maximumOfAddress), "\(words ?? "")")
    }
    #expect(try await refusal("10.1.1.2") != Self.tooMany)
    // What a site makes up has an end too.
    for number in 0..<1000 { _ = try await refusal("made-up-\(number)") }
    #expect(try await refusal("10.1.1.3") == Self.tooMany)
  }

  @Test("from one address are counted by where they come from, not by what a client without a certificate says")
  func forgedAddress() async throws {
    let desk = try await Desk()
    let joiner = try Joiner(try await desk.invite("pune"))
    let wrong = try Joiner(
      EnrollmentToken(authority: joiner.token.authority, id: joiner.token.id, secret: .init(using: &Self.random)))
    var looked = 0
    for number in 0..<100 {
      let fields = try wrong.fields.passedOn(for: nil, from: "forged-\(number)")
      if await desk.ask(fields.request(.enroll), from: .stranger).refusal == Self.badToken { looked += 1 }
    }
    #expect(looked == AttemptLimiter.maximumOfAddress)
  }
}
