// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import TestSeed

/// Registers of random rows: each field of a row has each of its forms.
package final class RandomRegister {
  private var numbers: SeededNumbers
  /// What members and invitations are named by, each once.
  private var names = 0

  package init(_ seed: Seed) { numbers = seed.numbers }

  package func next(members count: Int = 6) -> Register {
    let members = (0..<Int.random(in: 0...count, using: &numbers)).map { _ in member() }
    let lanes = (0..<Int.random(in: 0...4, using: &numbers)).map { laneRow($0) }
    var register = Register(
      federation: name("hq.example", FederationName.init), authority: digest(),
      lanes: LaneChooser(count: .random(in: 1...LaneChooser.maximum, using: &numbers)) ?? .standard, members: members,
      leases: members.filter { _ in flag() }.map { lease(of: $0.id) }, laneRows: lanes,
      invitations: (0..<Int.random(in: 0...count, using: &numbers)).map { _ in invitation() },
      floors: (0..<Int.random(in: 0...3, using: &numbers)).map { .init(level: $0, from: number()) },
      restoredAt: maybe { time() }, handMade: handMade(), rekeying: maybe { rekeying() },
      pending: list(3) { pending() })
    (register.addresses, register.revocations) = (addresses(), maybe { .init(number: number(), list: text()) })
    return register
  }

  /// The same federation with some rows changed, some gone and some more.
  package func changed(_ register: Register) -> Register {
    let other = next()
    var members = register.members.filter { _ in Int.random(in: 0..<5, using: &numbers) > 0 }
    for index in members.indices where flag() {
      members[index].state = pick(Member.State.allCases)
      members[index].nonce = maybe { judge() }
      members[index].seenAt = time()
    }
    var changed = Register(
      federation: register.federation, authority: flag() ? register.authority : other.authority,
      lanes: register.lanes, members: members + other.members, leases: register.leases.filter { _ in flag() },
      laneRows: other.laneRows, invitations: register.invitations.shuffled(using: &numbers) + other.invitations,
      floors: other.floors, restoredAt: flag() ? register.restoredAt : other.restoredAt,
      handMade: register.handMade.filter { _ in flag() } + other.handMade,
      rekeying: flag() ? register.rekeying : other.rekeying,
      pending: register.pending.filter { _ in flag() } + other.pending)
    changed.addresses = flag() ? register.addresses : other.addresses
    changed.revocations = flag() ? register.revocations : other.revocations
    return changed
  }

  // MARK: Rows

  private func member() -> Member {
    var member = Member(
      id: MemberID(numbers.next()), name: memberName(), addresses: addresses(), kind: pick(Member.Kind.allCases),
      parent: maybe { MemberID(numbers.next()) }, level: .random(in: 0...16, using: &numbers), rights: rights(),
      store: text(), nonce: maybe { judge() }, invitedBy: maybe { MemberID(numbers.next()) }, invitedAt: time(),
      joinedAt: time())
    member.formerNames = list(Member.maximumFormerNames) { .init(name: memberName(), until: time()) }
    member.state = pick(Member.State.allCases)
    member.certificates = list(Member.maximumCertificates) { .init(serial: "\(numbers.next())", expires: time()) }
    member.seenAt = time()
    return member
  }

  private func judge() -> NonceJudge {
    NonceJudge(
      store: text(), newest: nonce(),
      answered: maybe { .init(presented: .init(given: nonce(), own: numbers.next()), address: text(), at: time()) },
      stop: maybe {
        NonceStop(cause: pick(NonceStop.Cause.allCases), addresses: list(2) { text() }, since: time(), at: time())
      },
      phase: pick(NonceJudge.Phase.allCases))
  }

  private func lease(of member: MemberID) -> Lease {
    Lease(
      member: member, store: text(), level: .random(in: 0...15, using: &numbers),
      lane: maybe { Lane(index: 3, count: .random(in: 4...(.max), using: &numbers)) ?? .only }, from: number())
  }

  private func laneRow(_ place: Int) -> LaneRow {
    let index = flag() ? UInt64.max - UInt64(place) : UInt64(place)
    return LaneRow(
      level: .random(in: 0...15, using: &numbers), index: index, member: MemberID(numbers.next()),
      state: pick([.held, .spent, .returned(nil), .returned(number())]))
  }

  private func invitation() -> Invitation {
    let offer = Invitation.Offer(
      name: memberName(), kind: pick(Member.Kind.allCases), addresses: addresses(),
      parent: maybe { MemberID(numbers.next()) }, rights: rights(), isAgain: flag())
    var invitation = Invitation(
      id: InvitationID(numbers.next()), secretHash: digest(), offer: offer,
      inviter: maybe { MemberID(numbers.next()) }, at: time())
    invitation.state = pick(Invitation.State.allCases)
    invitation.use = maybe {
      .init(request: digest(), member: MemberID(numbers.next()), nonce: maybe { nonce() }, at: time())
    }
    return invitation
  }

  private func handMade() -> [Register.HandMade] {
    list(3) {
      names += 1
      return Register.HandMade(
        level: .random(in: 1...15, using: &numbers),
        lane: .init(store: "store-\(names)", lane: pick([.only, Lane(index: 3, count: 4) ?? .only])), address: text(),
        seenAt: time(), isForgotten: flag())
    }
  }

  private func pending() -> PendingRequest {
    PendingRequest(
      id: PendingID(numbers.next()), machine: text(), request: text(), at: time(),
      answer: pick([nil, .done(text()), .refused(text())]))
  }

  private func rekeying() -> Rekeying {
    Rekeying(
      former: .init(digest: digest(), certificate: text()), next: .init(digest: digest(), certificate: text()),
      phase: pick(Rekeying.Phase.allCases), since: time(), otherList: maybe { .init(number: number(), list: text()) },
      progress: list(3) { .init(member: MemberID(numbers.next()), step: pick(Rekeying.Progress.Step.allCases)) })
  }

  // MARK: Fields

  private func flag() -> Bool { Bool.random(using: &numbers) }

  private func maybe<Value>(_ value: () -> Value) -> Value? { flag() ? value() : nil }

  private func list<Value>(_ maximum: Int, _ value: () -> Value) -> [Value] {
    (0..<Int.random(in: 0...maximum, using: &numbers)).map { _ in value() }
  }

  private func pick<Value>(_ values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &numbers)]
  }

  private func number() -> UInt64 { pick([0, 1, .max, numbers.next()]) }

  private func time() -> Int64 { pick([0, 1_700_000_000, .max, .min]) }

  /// A text that no rule binds, such as a store's identity.
  private func text() -> String { pick(["", "a store", "é,:'\"", "10.0.0.1:55", String(numbers.next())]) }

  private func digest() -> SecureDigest { SecureDigest(of: [UInt8(truncatingIfNeeded: numbers.next())]) }

  private func nonce() -> Nonce {
    Nonce(generation: pick([0, 1, .max]), number: number(), bits: numbers.next())
  }

  private func rights() -> Rights {
    Rights(rawValue: .random(in: 0...Rights.all.rawValue, using: &numbers))
  }

  private func addresses() -> [MemberAddress] {
    list(MemberAddress.maximum) { pick(["pune.example:8585", "10.0.0.1:1", "[::1]:65535"]) }
      .compactMap { MemberAddress($0) }
  }

  package func memberName() -> MemberName {
    names += 1
    return name("kernel-\(names).pune", MemberName.init)
  }

  private func name<Value>(_ text: String, _ read: (String) throws(NameError) -> Value) -> Value {
    do { return try read(text) } catch { preconditionFailure("'\(text)' is no name") }
  }
}

extension Register {
  /// The same with its rows in the order of their keys: a store gives them in whatever order.
  package var sorted: Register {
    let change = rekeying.map { change in
      Rekeying(
        former: change.former, next: change.next, phase: change.phase, since: change.since,
        otherList: change.otherList, progress: change.progress.sorted { $0.member.number < $1.member.number })
    }
    return Register(
      federation: federation, authority: authority, lanes: lanes,
      members: members.sorted { $0.id.number < $1.id.number },
      leases: leases.sorted { $0.member.number < $1.member.number },
      laneRows: laneRows.sorted { ($0.level, $0.index) < ($1.level, $1.index) },
      invitations: invitations.sorted { $0.id.number < $1.id.number }, floors: floors.sorted { $0.level < $1.level },
      restoredAt: restoredAt, handMade: handMade.sorted { $0.lane.store < $1.lane.store }, rekeying: change,
      pending: pending.sorted { $0.id.number < $1.id.number })
  }
}
