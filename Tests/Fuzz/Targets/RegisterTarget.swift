// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import PRMembership
import PRRevision
import PRWire

extension FuzzTarget {
  /// A register to which requests are made, one after the other, as sites, clones, liars and operators make them. After each its laws
  /// hold, and one that is refused has changed nothing: see ``RegisterLaws``.
  static let register = FuzzTarget("register", length: 1024, milliseconds: 500) { bytes in
    var input = FuzzInput(bytes)
    var world = try RegisterWorld(lanes: [1, 2, 3, 5, 8, 256][input.number(below: 6)])
    while !input.isEmpty { try world.step(&input) }
  }
}

/// A register, the sites that deal with it, and what has become of tokens.
struct RegisterWorld {
  private var register: Register
  private var now: Int64 = 1_800_000_000
  private var backup: Register
  private var sites: [Site] = []
  private var tokens: [EnrollmentToken] = []
  private var numbers: UInt64 = 0

  /// A store that is, or was, a member; or a copy of one.
  private struct Site {
    let id: MemberID
    let store: String
    var held: HeldNonce
    var lease: Lease
  }

  private static let stores = ["a", "b", "c", "d", "e", "f"]
  private static let names = ["ber", "muc", "par", "rom", "oslo", "wien", "authority", "Bad"]
  private static let authority = SecureDigest(of: Array("authority".utf8))

  init(lanes: UInt64) throws {
    guard let chooser = LaneChooser(count: lanes), let address = MemberAddress("hq.example:8586") else {
      throw BrokenProperty(description: "no register with \(lanes) lanes")
    }
    register = Register(
      federation: try FederationName("hq.example"), authority: Self.authority, lanes: chooser, addresses: [address])
    backup = register
  }

  mutating func step(_ input: inout FuzzInput) throws {
    let before = register
    let kind = input.number(below: 20)
    do {
      try make(kind, &input)
    } catch let broken as BrokenProperty {
      throw broken
    } catch {
      try require(register == before, "what was refused (\(error)) has changed the register")
    }
    try RegisterLaws(register, at: now).check(after: kind == 19 ? nil : before)
  }

  private mutating func make(_ kind: Int, _ input: inout FuzzInput) throws {
    switch kind {
    case 0: now += Int64(input.byte()) * 60
    case 1: now += Int64(input.byte()) * 43_200
    case 2, 3: try invite(&input)
    case 4, 5, 6: try enroll(&input)
    case 7, 8, 9: try report(&input)
    case 10, 11, 12: try change([RequestKind.retire, .revoke, .rename][kind - 10], &input)
    case 13: _ = try register.relane(name(&input), by: sender(&input), bits: next(), now: now)
    case 14: try see(&input)
    case 15: try operate(&input)
    case 16:
      if let site = sites.indices.randomized(&input) { sites.append(sites[site]) }
    case 17: try certify(&input)
    case 18: backup = register
    default: register = backup
    }
  }

  private mutating func next() -> UInt64 {
    numbers += 1
    return numbers
  }

  private func name(_ input: inout FuzzInput) throws -> MemberName {
    try MemberName(Self.names[input.number(below: Self.names.count)])
  }

  private func sender(_ input: inout FuzzInput) throws -> Register.Sender {
    let byte = input.byte()
    guard byte & 1 == 1, let member = register.member(named: try name(&input)) else { return .authority }
    return .member(member.id)
  }

  // MARK: Requests

  private mutating func invite(_ input: inout FuzzInput) throws {
    let sender = try sender(&input)
    let (name, flags) = (Self.names[input.number(below: Self.names.count)], input.byte())
    let kind = ["site", "site", "mirror", "machine"][Int(flags & 3)]
    let addresses = flags & 4 == 0 ? "" : #""h\#(flags >> 6).example:8585""#
    let rights = flags & 8 == 0 ? "" : #""rights":"read,invite","#
    numbers += 1
    let token = EnrollmentToken(
      authority: register.authority, id: InvitationID(numbers), secret: try secret(numbers))
    let fields = try InviteFields.read(
      FederationRequest(
        .invite,
        fields: #"{"name":"\#(name)","kind":"\#(kind)","addresses":[\#(addresses)],\#(rights)"#
          + #""again":\#(flags & 16 != 0),"id":"\#(token.id)","secretHash":"\#(token.secret.hash.text)"}"#))
    var parent: MemberID? = if case .member(let id) = sender { id } else { nil }
    if flags & 32 != 0 { parent = register.member(named: try self.name(&input))?.id }
    let (offer, id, hash) = try fields.offer(parent: parent)
    _ = try register.invite(
      register.completed(offer, hasRights: flags & 8 != 0), by: sender, id: id, secretHash: hash, now: now)
    tokens.append(token)
  }

  private func secret(_ number: UInt64) throws -> EnrollmentSecret {
    guard let secret = EnrollmentSecret(bytes: (0..<16).map { UInt8(truncatingIfNeeded: number >> ($0 & 7)) }) else {
      throw BrokenProperty(description: "no secret of 16 bytes")
    }
    return secret
  }

  private mutating func enroll(_ input: inout FuzzInput) throws {
    guard let place = tokens.indices.randomized(&input) else { return }
    let (token, flags) = (tokens[place], input.byte())
    let request = [flags >> 6]
    guard let proof = EnrollmentProof(token: token, request: request) else { return }
    let store = Self.stores[Int(flags & 7) % Self.stores.count]
    let own = sites.last { $0.store == store }
    let enrollment = Register.Enrollment(
      id: token.id, proof: proof, request: request, store: store, presented: flags & 8 == 0 ? nil : own?.held.presented,
      greatestByHand: flags & 16 == 0 ? [:] : [0: 5, 1: UInt64(input.byte()), 2: UInt64(input.word())],
      address: "10.0.0.1")
    let invitation = register.invitations.first { $0.id == token.id }
    let enrolled = try register.enroll(enrollment, member: MemberID(next()), bits: next(), now: now)
    if enrolled.isRepeated {
      try require(
        invitation?.use?.member == enrolled.member.id, "a token was used twice, at last for \(enrolled.member.name)")
    } else {
      try require(
        invitation?.state == .open && invitation.map { now < $0.expires } ?? false,
        "a token was used that is not open: \(String(describing: invitation))")
      try require(register.invitations.first { $0.id == token.id }?.state == .used, "a token that was used is open")
    }
    guard let nonce = enrolled.nonce, let lease = enrolled.lease else { return }
    // A repeated answer was lost, and so was what came with it.
    sites.removeAll { $0.id == enrolled.member.id && $0.store == store }
    sites.append(
      Site(id: enrolled.member.id, store: store, held: HeldNonce(given: nonce, own: next()), lease: lease))
  }

  private mutating func report(_ input: inout FuzzInput) throws {
    guard let place = sites.indices.randomized(&input) else { return }
    let (site, flags) = (sites[place], input.byte())
    var nonce = site.held.presented
    if flags & 1 != 0 {
      // One that a liar has made up.
      let given = Nonce(generation: UInt32(input.byte()), number: UInt64(input.byte()), bits: UInt64(flags))
      nonce = PresentedNonce(given: given, own: 1)
    }
    var lane = site.lease.lane.map { #""\#($0)""# } ?? "null"
    if flags & 2 != 0 { lane = #""\#(input.number(below: 8))/\#(register.lanes.count)""# }
    let last = flags & 4 == 0 ? "" : #""last":{"greatest":\#(flags & 8 == 0 ? "null" : "\(input.word())")},"#
    let store = flags & 16 == 0 ? site.store : Self.stores[input.number(below: Self.stores.count)]
    let trusts = register.trusted.map { #""\#($0.text)""# }.joined(separator: ",")
    let from = flags & 32 == 0 ? site.lease.from : UInt64(input.word())
    let fields = try ReportFields.read(
      FederationRequest(
        .report,
        fields: #"{"id":"\#(site.id)","store":"\#(store)","nonce":"\#(nonce)","wait":0,\#(last)"handMade":[],"#
          + #""lease":{"level":\#(site.lease.level),"lane":\#(lane),"from":\#(from)},"#
          + #""facts":{"version":"1","alarms":[],"time":0},"trusts":[\#(trusts)],"issuer":"\#(register.authority.text)"}"#
      ))
    let report = NonceJudge.Report(store: store, presented: nonce, address: "10.0.0.2", at: now)
    let lease = fields.reportedLease(of: site.id)
    if register.member(site.id) == nil {
      return try adopt(site, lease, nonce, flags >> 6 == 0 ? .mirror : .site)
    }
    let seen = try register.take(report, of: site.id, lease: lease, last: fields.last, bits: next())
    if seen.lease != nil { register.note(fields, of: site.id) }
    // The answer may be lost.
    guard flags & 64 == 0, nonce == site.held.presented else { return }
    let isTaken = sites[place].held.take(seen.verdict.answer(to: nonce), own: next())
    if isTaken, let lease = seen.lease { sites[place].lease = lease }
  }

  /// The member joined after the backup.
  private mutating func adopt(
    _ site: Site, _ lease: Lease?, _ presented: PresentedNonce, _ kind: Member.Kind
  ) throws {
    let name = try MemberName(Self.names[Int(truncatingIfNeeded: site.id.number) % Self.names.count])
    guard name != .authority else { return }
    let member = Member(
      id: site.id, name: name, addresses: [], kind: kind, parent: nil, level: register.level(of: kind, below: nil),
      rights: .read, store: site.store, nonce: NonceJudge(store: site.store, newest: presented.given, answered: nil),
      invitedBy: nil, invitedAt: now, joinedAt: now)
    try register.adopt(member, lease: lease)
  }

  private mutating func change(_ kind: RequestKind, _ input: inout FuzzInput) throws {
    let sender = try sender(&input)
    let (name, new) = (try name(&input), Self.names[input.number(below: Self.names.count)])
    let fields = #"{"name":"\#(name)"\#(kind == .rename ? #","newName":"\#(new)""# : "")}"#
    _ = try ChangeFields.read(FederationRequest(kind, fields: fields))
    switch kind {
    case .retire: try register.retire(name, by: sender, now: now)
    case .revoke:
      do {
        _ = try register.revoke(name, by: sender, now: now)
      } catch {
        try register.withdraw(name, by: sender, now: now)
      }
    default: try register.rename(name, to: try MemberName(new), by: sender, now: now)
    }
  }

  /// Nodes with lanes that were set by hand, as a member reports them, or as they greet.
  private mutating func see(_ input: inout FuzzInput) throws {
    let reported = (0...input.number(below: 16)).map { _ in
      #"{"store":"s\#(input.byte())","lane":"\#(input.number(below: 4))/\#(input.flag() ? 4 : register.lanes.count)","#
        + #""level":\#(input.number(below: 4)),"address":"10.0.1.\#(input.byte() & 3)","#
        + #""seenAt":\#(now - Int64(input.byte()) * 3600)}"#
    }
    var nodes = HandMadeNodes()
    let text = "[\(reported.joined(separator: ","))]"
    nodes.take(try JSONDecoder().decode([HandMadeFields].self, from: Data(text.utf8)), at: now)
    register.note(nodes.nodes, now: now)
  }

  private mutating func operate(_ input: inout FuzzInput) throws {
    switch input.number(below: 6) {
    case 0: _ = try register.forgetLane(of: input.flag() ? nil : "s\(input.byte())")
    case 1: register.markRestored(now: now)
    case 2: try register.afterRestore(takesWord: input.flag())
    case 3:
      let key = SecureDigest(of: [input.byte()])
      try register.beginRekeying(
        from: Rekeying.Key(digest: register.authority, certificate: "former"),
        to: Rekeying.Key(digest: key, certificate: "next"), now: now)
    case 4: _ = register.advanceRekeying(waits: input.flag(), now: now)
    default: _ = register.replaceAuthority(with: SecureDigest(of: [input.byte()]))
    }
  }

  private mutating func certify(_ input: inout FuzzInput) throws {
    guard let member = register.member(named: try name(&input)) else { return }
    let expires = now + Int64(input.byte()) * 86_400
    try register.issue(Member.Certificate(serial: "\(next())", expires: expires), to: member.id, now: now)
  }
}

extension Range<Int> {
  /// One of them, as the input chooses.
  fileprivate func randomized(_ input: inout FuzzInput) -> Int? {
    isEmpty ? nil : lowerBound + Int(input.byte()) % count
  }
}
