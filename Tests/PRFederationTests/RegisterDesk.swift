// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import TestSeed
import Testing

/// A register, and the sites that deal with it: what a test says in one line.
struct RegisterDesk {
  var register: Register
  var numbers: SeededNumbers
  var now: Int64 = 1_000_000
  var held: [MemberName: HeldNonce] = [:]
  var tokens: [MemberName: EnrollmentToken] = [:]

  /// The identity of the authority's own store.
  static let store = "authority-store"
  static let authority = SecureDigest(of: Array("authority".utf8))

  init(lanes: UInt64 = 256, seed: Seed = Seed(1)) throws {
    register = Register(
      federation: try FederationName("hq.example"), authority: Self.authority,
      lanes: try #require(LaneChooser(count: lanes)))
    numbers = seed.numbers
  }

  @discardableResult
  mutating func invite(
    _ text: String, _ kind: Member.Kind = .site, address: String? = nil, below parent: String? = nil,
    rights: Rights = [.read], by inviter: String? = nil, isAgain: Bool = false
  ) throws -> EnrollmentToken {
    let name = try MemberName(text)
    let offer = Invitation.Offer(
      name: name, kind: kind, addresses: try address.map { [try #require(MemberAddress($0))] } ?? [],
      parent: try parent.map { try id($0) }, rights: rights, isAgain: isAgain)
    let token = EnrollmentToken(
      authority: Self.authority, id: InvitationID(numbers.next()), secret: EnrollmentSecret(using: &numbers))
    let sender = try sender(inviter)
    _ = try register.invite(
      offer, by: sender, id: token.id, secretHash: token.secret.hash, now: now)
    tokens[name] = token
    return token
  }

  @discardableResult
  mutating func enroll(
    _ token: EnrollmentToken, store: String, request: String = "request", presented: PresentedNonce? = nil,
    byHand: UInt64? = nil
  ) throws -> Register.Enrolled {
    let bytes = Array(request.utf8)
    let proof = try #require(EnrollmentProof(token: token, request: bytes))
    let enrolled = try register.enroll(
      .init(
        id: token.id, proof: proof, request: bytes, store: store, presented: presented,
        greatestByHand: byHand.map { greatest in Dictionary(uniqueKeysWithValues: (0...15).map { ($0, greatest) }) }
          ?? [:],
        address: "10.0.0.1"),
      member: MemberID(numbers.next()), shared: Self.store, bits: numbers.next(), now: now)
    if let nonce = enrolled.nonce { held[enrolled.member.name] = HeldNonce(given: nonce, own: numbers.next()) }
    return enrolled
  }

  /// A node with a lane set by hand was seen now.
  mutating func see(_ store: String, _ lane: Lane, level: Int = 1, at address: String = "10.0.0.9") {
    register.note(
      [Register.HandMade(level: level, lane: .init(store: store, lane: lane), address: address, seenAt: now)], now: now)
  }

  /// Invited and joined; its store has the same name, but for a machine of the authority.
  @discardableResult
  mutating func join(
    _ text: String, _ kind: Member.Kind = .site, address: String? = nil, below parent: String? = nil,
    rights: Rights = [.read]
  ) throws -> Register.Enrolled {
    let token = try invite(text, kind, address: address, below: parent, rights: rights)
    return try enroll(token, store: kind == .machine ? Self.store : text)
  }

  @discardableResult
  mutating func report(_ text: String, lease: Lease? = nil) throws -> Register.Seen {
    let name = try MemberName(text)
    let report = try self.report(of: text)
    let seen = try register.report(try id(text), report, lease: lease, bits: numbers.next())
    _ = held[name]?.take(seen.verdict.answer(to: report.presented), own: numbers.next())
    return seen
  }

  func report(of text: String) throws -> NonceJudge.Report {
    let presented = try #require(held[try MemberName(text)]).presented
    return NonceJudge.Report(store: text, presented: presented, address: "10.0.0.1", at: now)
  }

  @discardableResult
  mutating func finish(_ text: String, greatest: UInt64?) throws -> Register.Retirement {
    try register.finishRetirement(try id(text), try report(of: text), greatest: greatest, bits: numbers.next())
  }

  func id(_ text: String) throws -> MemberID { try member(text).id }

  func member(_ text: String) throws -> Member { try #require(register.member(named: try MemberName(text))) }

  func lease(_ text: String) throws -> Lease? { register.lease(of: try id(text)) }

  func sender(_ text: String?) throws -> Register.Sender { try text.map { .member(try id($0)) } ?? .authority }

  func row(_ level: Int, _ index: UInt64) -> LaneRow.State? {
    register.laneRows.first { $0.level == level && $0.index == index }?.state
  }
}

/// That a call throws this refusal, and changes nothing.
func expect(
  _ refusal: RegisterRefusal, _ desk: inout RegisterDesk, sourceLocation: SourceLocation = #_sourceLocation,
  _ call: (inout RegisterDesk) throws -> Void
) {
  let before = desk.register
  #expect(throws: refusal, sourceLocation: sourceLocation) { try call(&desk) }
  #expect(desk.register == before, "a refusal changes nothing", sourceLocation: sourceLocation)
}
