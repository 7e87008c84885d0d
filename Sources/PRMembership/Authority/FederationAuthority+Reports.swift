// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire

extension FederationAuthority {
  func report(
    _ request: FederationRequest, _ peer: FederationPeer, _ client: ReadClient, _ answer: @escaping Node.Answer<String>
  ) throws(FederationRefusal) {
    let fields = try ReportFields.read(request)
    let stranger = try stranger(fields, peer)
    let sender: Member
    if let stranger { sender = stranger } else { sender = try self.sender(peer, fields.relayed) }
    guard fields.id == sender.id.description, let presented = PresentedNonce(fields.nonce) else {
      throw FederationRefusal("the report is not one of \(sender.name)", isOfRights: true)
    }
    let address = fields.relayed?.origin ?? peer.address
    let report = NonceJudge.Report(store: fields.store, presented: presented, address: address, at: part.now)
    let (lease, last) = (fields.reportedLease(of: sender.id), fields.last)
    write { register throws(FederationFailure) in
      // One that comes late may look like a copy's: see `NonceJudge`.
      guard !client.isGone else { throw .refused(.noRight) }
      var random = SystemRandomNumberGenerator()
      let bits = random.next()
      return try FederationFailure.ofRegister { () throws(RegisterRefusal) in
        if let stranger, register.member(stranger.id) == nil {
          if register.restoredAt == nil { register.markRestored(now: report.at) }
          try register.adopt(stranger, lease: lease)
        }
        let seen = try register.take(report, of: sender.id, lease: lease, last: last, bits: bits)
        if seen.lease != nil { register.note(fields, of: sender.id) }
        return seen
      }
    } done: { [self] (outcome: Result<(Register.Reporting, Register), NodeError>) in
      switch outcome {
      case .success((let seen, let register)):
        // Another store, or a copy without a lease, says nothing of the member.
        if seen.lease != nil || seen.hasLeft {
          note(fields.handMade)
          note(fields.facts.bounded(from: address), of: sender, over: peer.certificate?.identity.member ?? sender.name)
        }
        if seen.hasLeft { leavings.tell(fields.store) }
        answerReport(fields, sender, peer, Reported(seen: seen, presented: presented), register, answer)
      case .failure(let error): answer(.failure(error))
      }
    }
  }

  /// A member that the authority has certified and that the register does not have: it joined after the backup from which the
  /// register was restored.
  private func stranger(_ fields: ReportFields, _ peer: FederationPeer) throws(FederationRefusal) -> Member? {
    let register = register
    guard let certificate = peer.certificate, certificate.identity.federation == register.federation else { return nil }
    let name = fields.relayed.flatMap { try? MemberName($0.member ?? "") }
    guard (name == nil) == (fields.relayed == nil) else { return nil }
    let claimed = name ?? certificate.identity.member
    guard let id = MemberID(text: fields.id), register.member(id) == nil,
      (try? register.sender(claimed)) == nil, claimed != .authority, QuestionPath([fields.store]) != nil,
      let presented = PresentedNonce(fields.nonce)
    else { return nil }
    var parent: MemberID?
    if let relayed = fields.relayed {
      // What a node says of others marks no register, and there is an end to how many it may name.
      guard let since = register.restoredAt, register.members.count(where: { $0.joinedAt >= since }) < Self.mostAdopted
      else { return nil }
      var steps: [Member] = []
      for step in relayed.path.prefix(Relayed.maximumPath).reversed() {
        steps.append(try register.sender(try MemberName(asked: step)))
      }
      let direct = try register.sender(certificate.identity.member)
      guard let last = try? register.descend(from: direct, through: steps) else { return nil }
      parent = last.id
    }
    let kind: Member.Kind = fields.lease.lane == nil ? .mirror : .site
    let rights = (name == nil ? certificate.rights(in: register.federation) : nil) ?? .read
    let now = part.now
    var member = Member(
      id: id, name: claimed, addresses: [], kind: kind, parent: parent,
      level: register.level(of: kind, below: parent), rights: rights, store: fields.store,
      nonce: NonceJudge(store: fields.store, newest: presented.given, answered: nil), invitedBy: nil, invitedAt: now,
      joinedAt: now)
    if name == nil {
      member.certificates = [
        Member.Certificate(serial: certificate.serial.description, expires: certificate.period.notAfter)
      ]
    }
    return member
  }

  private static let mostAdopted = 256

  /// What has come of a report.
  struct Reported: Sendable {
    let seen: Register.Reporting
    let presented: PresentedNonce
  }

  private func answerReport(
    _ fields: ReportFields, _ sender: Member, _ peer: FederationPeer, _ reported: Reported, _ register: Register,
    _ answer: @escaping Node.Answer<String>
  ) {
    noteVerdict(sender, reported.seen, register)
    let certificateName = fields.relayed?.member ?? peer.certificate?.identity.member.text ?? sender.name.text
    let make: @Sendable (Register, [MemberID: MemberFacts]) -> ReportAnswer = { [self] register, facts in
      ReportAnswer(
        reported, of: sender.id, in: register, list: listHeld(fields.revocations, by: sender.id, register),
        certificateName: certificateName, facts: facts
      ).adding(register, to: fields)
    }
    let now = make(register, facts)
    guard fields.wait > 0, fields.relayed == nil, !now.hasNews(for: fields) else {
      return answer(.success(JSONLine.text(now)))
    }
    // By then there are a later register and later facts. Those of now, kept for each member that waits, would be many.
    held.hold(fields.id, for: fields.wait, now: part.clock()) { [self] in
      answer(.success(JSONLine.text(make(self.register, self.facts))))
    }
  }

  /// The list that a member has, or the newest where it was given that a moment ago.
  private func listHeld(_ number: UInt64?, by id: MemberID, _ register: Register) -> UInt64? {
    guard let newest = register.revocations?.number, number != newest else { return number }
    let now = part.environment.instant()
    return state.withLock { $0.listPace.admits(newest, to: id, now: now) } ? number : newest
  }

  /// Tells the operator of a clone or a restored backup, once.
  private func noteVerdict(_ sender: Member, _ seen: Register.Reporting, _ register: Register) {
    let cause = "member-cloned:\(sender.name)"
    guard !seen.hasLeft else { return part.alarms.end(cause) }
    switch seen.verdict {
    case .stopped(let stop):
      part.alarms.raise(
        cause, "\(sender.name): \(stop)",
        advice: "end one of the copies, then run 'headwater federation relane \(sender.name)'", since: stop.since * 1000
      )
    case .superseded:
      // A copy reports again.
      let member = register.member(sender.id)
      if let member, member.nonce?.awaitsFirstReport(joinedAt: member.joinedAt) == true { return }
      part.alarms.raise(
        "member-superseded:\(sender.name)", "a copy of the store of \(sender.name) reports that has no lane any more",
        advice: "end that copy: it mints nothing", ending: .acknowledgement)
    case .otherStore:
      part.alarms.raise(
        "member-store:\(sender.name)", "\(sender.name) reports with another store than it has joined with",
        advice: "a member is bound to its database: put that back, or invite the site under another name",
        ending: .acknowledgement)
    case .accepted, .repeated, .handedOver: part.alarms.end(cause)
    case .registerIsBehind: break  // the register is marked as restored, which is an alarm
    }
  }
}

extension ReportFields {
  package func reportedLease(of id: MemberID) -> Lease? {
    lease.lease(of: id, store: store)
  }
}

extension Register {
  /// What came of a report.
  package struct Reporting: Hashable, Sendable {
    package let verdict: NonceVerdict
    package let lease: Lease?
    package let isRetiring: Bool
    package let hasLeft: Bool
  }

  package mutating func take(
    _ report: NonceJudge.Report, of id: MemberID, lease: Lease?, last: ReportFields.LastNumber?, bits: UInt64
  ) throws(RegisterRefusal) -> Reporting {
    if let last {
      switch try finishRetirement(id, report, greatest: last.greatest, bits: bits) {
      case .done: return Reporting(verdict: .superseded, lease: nil, isRetiring: true, hasLeft: true)
      case .unproven(let seen): return Reporting(seen)
      }
    }
    if let member = member(id), member.state == .retired {
      // A database from before its member has retired, or a mirror, which has no number to report.
      let verdict: NonceVerdict = report.store == member.store ? .superseded : .otherStore
      return Reporting(verdict: verdict, lease: nil, isRetiring: false, hasLeft: member.kind == .mirror)
    }
    return Reporting(try self.report(id, report, lease: lease, bits: bits))
  }

  /// Where a member below another one asks: the addresses of that, or of the authority.
  package func addresses(above parent: MemberID?) -> [String] {
    (parent.flatMap(member)?.addresses ?? places).map(\.description)
  }

  /// The members from the top down to this one.
  func above(_ parent: MemberID?) -> [Member] {
    var (found, place): ([Member], MemberID?) = ([], parent)
    // A register that was damaged may have a circle.
    while let member = place.flatMap(member), found.count <= Partition.deepest {
      found.insert(member, at: 0)
      place = member.parent
    }
    return found
  }

  /// What a member below another one, or right below the authority, has above it.
  func upstream(below parent: MemberID?) -> UpstreamFields {
    let name = parent.flatMap(member)?.name ?? .authority
    return UpstreamFields(name: name.text, addresses: addresses(above: parent))
  }
}

extension Register.Reporting {
  init(_ seen: Register.Seen) {
    self.init(verdict: seen.verdict, lease: seen.lease, isRetiring: seen.isRetiring, hasLeft: false)
  }
}

extension LeaseFields {
  init(_ lease: Lease) { self.init(level: lease.level, lane: lease.lane?.description, from: lease.from) }
}

extension NonceFields {
  init(_ answer: HeldNonce.Answer) {
    switch answer {
    case .next(let nonce): next = nonce.description
    case .newLease(let nonce): newLease = nonce.description
    case .stop(let stop, let generation): (self.stop, self.generation) = (stop.rawValue, generation)
    case .nothing: break
    }
  }

  package var answer: HeldNonce.Answer {
    if let nonce = next.flatMap({ Nonce($0) }) { return .next(nonce) }
    if let nonce = newLease.flatMap({ Nonce($0) }) { return .newLease(nonce) }
    if let stop = stop.flatMap({ MintingStop(rawValue: $0) }), let generation {
      return .stop(stop, generation: generation)
    }
    return .nothing
  }
}

extension ReportAnswer {
  init(
    _ reported: FederationAuthority.Reported, of id: MemberID, in register: Register, list: UInt64?,
    certificateName: String, facts: [MemberID: MemberFacts]
  ) {
    let (seen, member) = (reported.seen, register.member(id))
    let newer = register.revocations.flatMap { $0.number == list ? nil : $0.list }
    self.init(
      nonce: seen.hasLeft ? NonceFields() : NonceFields(seen.verdict.answer(to: reported.presented)),
      lease: seen.lease.map(LeaseFields.init), isRetiring: seen.isRetiring, hasLeft: seen.hasLeft,
      name: member?.name.text ?? certificateName,
      upstream: register.upstream(below: member?.parent),
      authorityAddresses: register.places.map(\.description), revocations: newer,
      mustRenew: member.map { $0.name.text != certificateName } ?? false, notices: register.notices,
      above: register.above(member?.parent).map { above in
        AboveFields(
          name: above.name.text, level: above.level, kind: above.kind.rawValue, page: facts[above.id]?.page)
      })
  }

  /// Whether the member is to get it now.
  func hasNews(for fields: ReportFields) -> Bool {
    nonce.newLease != nil || (nonce.stop != nil && nonce.stop != fields.stop) || (isRetiring && fields.stop == nil)
      || hasLeft || revocations != nil || mustRenew || newAuthority != nil
      || (lease != nil && lease != fields.lease)
  }
}
