// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire
import ServiceLifecycle
import Synchronization

/// The authority of a federation, as it serves: enrols, renews, and takes reports. The register decides.
package final class FederationAuthority: FederationAnswering, Service {
  let part: FederationPart
  let federation: FederationName
  let held = HeldAnswers()
  private let revocations = RevocationListeners()
  /// Bodies, signatures and files are read here, and not on the event loop that clients share.
  private let queue = DispatchQueue(label: "headwater.federation")
  private let state: Mutex<State>

  /// In seconds since 1970.
  private struct Dates {
    /// When the list in use was signed.
    let listSigned: Int64
    /// When the authority's own certificate is due.
    let renewal: Int64
  }

  private struct State {
    /// As it was read or written last.
    var register: Register
    var limiter = AttemptLimiter()
    var facts: [MemberID: MemberFacts] = [:]
    var handMade = HandMadeNodes()
    /// Of the list that is in use here.
    var listNumber: UInt64?
    /// Of the files as they are; nil where they are to be read.
    var dates: Dates?
    /// Members that wait were answered after so many notices.
    var notices: Int64 = 0
  }

  package init(_ part: FederationPart, register: Register) {
    self.part = part
    federation = register.federation
    state = Mutex(State(register: register))
  }

  /// The register, as this process has seen it last.
  package var register: Register { state.withLock { $0.register } }

  /// What members have said of themselves since this process began.
  package var facts: [MemberID: MemberFacts] { state.withLock { $0.facts } }

  // MARK: Requests

  package func rights(of certificate: MemberCertificate) -> Rights? {
    certificate.rights(in: federation)
  }

  package func whenRevoked(_ body: @escaping @Sendable (Set<SerialNumber>) -> Void) {
    revocations.add(body)
  }

  package func introduced(handMade store: String, _ lane: Lane, at address: String) {
    let now = part.now
    state.withLock { $0.handMade.take(store, lane, level: 1, at: now) }
  }

  func note(_ handMade: [HandMadeFields]) {
    let now = part.now
    state.withLock { $0.handMade.take(handMade, at: now) }
  }

  /// The lanes that were set by hand, as far as they are known.
  var handMade: [Register.HandMade] { state.withLock { $0.handMade.all(besides: $0.register) } }

  package func release() { held.release() }

  package func answer(
    _ request: FederationRequest, from peer: FederationPeer, for client: ReadClient,
    answer: @escaping Node.Answer<String>
  ) {
    queue.async { self.carryOut(request, peer, client, answer) }
  }

  private func carryOut(
    _ request: FederationRequest, _ peer: FederationPeer, _ client: ReadClient, _ answer: @escaping Node.Answer<String>
  ) {
    do throws(FederationRefusal) {
      switch request.kind {
      case .enroll: try enroll(request, peer, answer)
      case .renew: try renew(request, peer, answer)
      case .report: try report(request, peer, client, answer)
      case .invite: try invite(request, peer, answer)
      case .retire, .revoke, .rename: try change(request, peer, answer)
      default: throw FederationRefusal("\(request.kind.rawValue) is not about the federation")
      }
    } catch {
      answer(.failure(.federation(error)))
    }
  }

  /// Changes the register, and answers with what comes of it.
  func change<Value: Sendable>(
    _ answer: @escaping Node.Answer<String>,
    _ change: @escaping @Sendable (inout Register) throws(FederationFailure) -> Value,
    then fields: @escaping @Sendable (Value, Register) -> any Encodable
  ) {
    write(change) { outcome in
      answer(outcome.map { value, register in JSONText.text(fields(value, register)) })
    }
  }

  /// Changes the register, and keeps what it is then.
  func write<Value: Sendable>(
    _ change: @escaping @Sendable (inout Register) throws(FederationFailure) -> Value,
    done: @escaping Node.Answer<(Value, Register)>
  ) {
    part.store.write { [self] context throws(StoreError) in
      // The register of now: there were other changes while this one waited for its transaction.
      try context.changeFederation(known: register, change)
    } done: { [self] outcome in
      switch outcome {
      case .success(.success(let changed)):
        keep(changed.1)
        done(.success(changed))
      case .success(.failure(let failure)): done(.failure(.federation(FederationRefusal(failure.description))))
      case .failure(let error): done(.failure(.store(error)))
      }
    }
  }

  /// Keeps the later of two.
  func keep(_ register: Register) {
    state.withLock { state in
      if register.version > state.register.version { state.register = register }
    }
  }

  func signing() throws(FederationRefusal) -> Signing {
    let now = part.now
    do throws(KeyFolderError) {
      return Signing(try part.keys.authority(at: now), at: now)
    } catch {
      part.log("a request that is to be signed was refused: \(error)")
      throw FederationRefusal("the authority cannot sign now; its log says why")
    }
  }

  /// The member that has sent a request, by its certificate, or by that of the node that passed it on.
  func sender(_ peer: FederationPeer, _ relayed: Relayed?) throws(FederationRefusal) -> Member {
    guard let certificate = peer.certificate, certificate.identity.federation == federation else {
      throw FederationRefusal("this takes the certificate of a member; join the federation first", isOfRights: true)
    }
    let register = register
    let direct = try register.sender(certificate.identity.member)
    guard let relayed else { return direct }
    guard let name = relayed.member.flatMap({ try? MemberName($0) }) else {
      throw FederationRefusal("the request that was passed on names no member", isOfRights: true)
    }
    let path = relayed.path.prefix(Relayed.maximumPath).compactMap { try? MemberName($0) }
    guard path.count == relayed.path.count else {
      throw FederationRefusal("the request that was passed on has no path that can be read", isOfRights: true)
    }
    var steps: [Member] = []
    for step in path.reversed() + [name] { steps.append(try register.sender(step)) }
    do throws(NotBelow) {
      return try register.descend(from: direct, through: steps)
    } catch {
      part.alarms.raise(
        "foreign-report:\(direct.name)",
        "\(direct.name) has passed on a request of \(error.below), which is not below it: nothing came of it",
        advice: "look at \(direct.name), which may not be the node that was invited", ending: .acknowledgement)
      throw FederationRefusal("\(error.below) is not below \(error.above)", isOfRights: true)
    }
  }

  func note(_ facts: MemberFacts, of member: Member) {
    state.withLock { $0.facts[member.id] = facts }
    let family = "\(Self.memberFamily)\(member.name):"
    let passed = facts.alarms.filter { alarm in Self.passedUp.contains { alarm.hasPrefix($0) } }
    part.alarms.keepOnly(passed.map { family + $0 }, of: family)
    for alarm in passed {
      part.alarms.raise(
        family + alarm, "the member \(member.name) has the alarm \(alarm)",
        advice: "'headwater status' there says more, and what to do")
    }
  }

  /// Alarms of members that the authority's operator is to see too, by how they begin.
  private static let passedUp = [
    "lanes-overlap", "level-differs", "level-loop", "question-loop", "clock-differs:", "certificate-", "copy-failing",
    "minted-without-upstream",
  ]

  func admit(_ address: String) -> Bool {
    state.withLock { $0.limiter.admit(address, now: part.instant()) }
  }

  func forgive(_ address: String) { state.withLock { $0.limiter.forgive(address) } }

  // MARK: What comes by itself

  package func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        await look()
        held.expire(now: part.clock())
        // Another process, or another machine, may change the register: there is no signal of that.
        try? await Task.sleep(for: .seconds(1))
      }
    }
  }

  /// Takes over what commands and other machines have changed.
  private func look() async {
    let known = register
    let found: Register?
    do throws(StoreError) {
      found = try await part.store.read { reader throws(StoreError) in
        let row = try reader.federation()
        return row?.version == known.version ? nil : try reader.register()
      }
    } catch {
      return  // it is looked again in a second
    }
    if let found { keep(found) }
    let now = register
    await takeOverList(now)
    let isNews = state.withLock { state in
      defer { state.notices = now.notices }
      return state.notices != now.notices
    }
    if isNews { held.answerAll() }
    await keepUp(now)
  }

  /// The list in the register is the one that this node heeds.
  private func takeOverList(_ register: Register) async {
    let inUse = state.withLock { $0.listNumber }
    guard inUse == nil || register.revocations?.number != inUse else { return }
    await restoreList(register)
    guard let signed = register.revocations else { return }
    do {
      let trust = try part.keys.trust()
      let list = try RevocationList(reading: Array(signed.list.utf8), of: trust)
      if try part.keys.revocations().map(list.replaces) ?? true {
        try part.keys.write(trust: trust.authorities, list)
        part.log("the list \(list.number) of revoked certificates is in use")
      }
      part.reread()
      state.withLock { ($0.listNumber, $0.dates) = (list.number, nil) }
      revocations.tell(list)
      part.alarms.end(Self.keysAlarm)
    } catch {
      part.alarms.raise(
        Self.keysAlarm, "the list of revoked certificates cannot be used: \(error)",
        advice: "make the folder of --keys readable and writable for this user")
    }
  }

  /// A register that was restored may lack what was revoked since the backup: the folder of keys has the later list.
  private func restoreList(_ register: Register) async {
    guard let kept = try? part.keys.revocations(), kept.number > register.revocations?.number ?? 0,
      let revocations = try? Register.Revocations(kept)
    else { return }
    _ = try? await part.store.changeFederation { register throws(FederationFailure) in
      guard revocations.number > register.revocations?.number ?? 0 else { return }
      register.revocations = revocations
      register.notice()
    }
  }

  private static let keysAlarm = "federation-keys"

  /// What has to be signed anew.
  private func keepUp(_ register: Register) async {
    let now = part.now
    do {
      let dates = try dates()
      if now - dates.listSigned >= RevocationList.maximumAge / 2 {
        let signing = try Signing(part.keys.authority(at: now), at: now)
        _ = try await part.store.changeFederation { register throws(FederationFailure) in
          try register.signList(signing)
        }
      }
      if now >= dates.renewal {
        let signing = try Signing(part.keys.authority(at: now), at: now)
        let key = try PrivateKey()
        let certificate = try signing.certificate(
          of: .authority, at: register.addresses, for: key.publicKey, lifetime: register.certificateLifetime)
        try part.keys.write(key, certificate, of: part.keys.authorities())
        state.withLock { $0.dates = nil }
        part.reread()
        part.log("the authority's own certificate was renewed")
      }
      part.alarms.end(Self.signingAlarm)
    } catch {
      part.alarms.raise(
        Self.signingAlarm, "the authority cannot sign: \(error)",
        advice: "give this node the authority's key, in the folder of --keys")
    }
    noteAbsent(register, now)
    noteRestore(register)
  }

  /// When something has to be signed anew, by the files of the folder, which are read again only after one was written.
  private func dates() throws -> Dates {
    if let dates = state.withLock({ $0.dates }) { return dates }
    let list = try part.keys.revocations()
    let dates = Dates(
      listSigned: list.map { $0.thisUpdate + ValidityPeriod.leeway } ?? 0,
      renewal: try part.keys.certificate().period.renewal)
    state.withLock { $0.dates = dates }
    return dates
  }

  private func noteRestore(_ register: Register) {
    guard let since = register.restoredAt else { return part.alarms.end(Self.restoredAlarm) }
    part.alarms.raise(
      Self.restoredAlarm, "the register went back, as a restored backup does: it gives no lane",
      advice: "when all members have reported, run 'headwater federation after-restore'", since: since * 1000)
  }

  private static let restoredAlarm = "register-restored"

  private static let signingAlarm = "federation-signing"
  private static let memberFamily = "member-alarm:"
  private static let absentFamily = "member-absent:"

  /// Members that have not reported for an hour.
  private func noteAbsent(_ register: Register, _ now: Int64) {
    let active = Set(register.members.filter { $0.state == .joined }.map(\.name.text))
    for alarm in part.alarms.all.all.map(\.cause) where alarm.hasPrefix(Self.memberFamily) {
      let name = alarm.dropFirst(Self.memberFamily.count).prefix { $0 != ":" }
      if !active.contains(String(name)) { part.alarms.end(alarm) }
    }
    let absent = register.members.filter { $0.isActive && $0.nonce != nil && now - $0.seenAt >= 3600 }
    part.alarms.keepOnly(absent.map { "\(Self.absentFamily)\($0.name)" }, of: Self.absentFamily)
    for member in absent {
      part.alarms.raise(
        "\(Self.absentFamily)\(member.name)", "the member \(member.name) has not reported for an hour",
        advice: "see whether it runs and reaches its upstream; if it is gone for good, run 'headwater federation "
          + "revoke \(member.name)'", since: member.seenAt * 1000)
    }
  }
}

extension Register {
  /// A member by the name in its certificate, which may be a former one.
  func sender(_ name: MemberName) throws(FederationRefusal) -> Member {
    let member = members.first { $0.name == name } ?? members.first { $0.formerNames.contains { $0.name == name } }
    guard let member else {
      throw FederationRefusal("no member is called \(name)", isOfRights: true)
    }
    guard member.state != .revoked else { throw FederationRefusal("\(name) is revoked", isOfRights: true) }
    return member
  }
}

/// A request has come a way that the register does not have.
struct NotBelow: Error {
  let below, above: MemberName
}

extension Register {
  /// - Returns: the last of the members, each of which is below the one before.
  func descend(from top: Member, through members: [Member]) throws(NotBelow) -> Member {
    var above = top
    for below in members {
      guard isBelow(below.id, above.id) else { throw NotBelow(below: below.name, above: above.name) }
      above = below
    }
    return above
  }
}

extension ValidityPeriod {
  /// When two thirds of it are over, in seconds since 1970.
  var renewal: Int64 {
    let begin = notBefore + Self.leeway
    return begin + (notAfter - begin) * 2 / 3
  }

  func isDueForRenewal(at now: Int64) -> Bool { now >= renewal }
}
