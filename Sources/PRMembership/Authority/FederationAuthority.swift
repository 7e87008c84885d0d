// SPDX-License-Identifier: Apache-2.0
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
  private let pages = AnsweredPages<Int64>()
  let revocations = RevocationListeners()
  /// Get the stores of members that have left.
  let leavings = Listeners<String>()
  let state: Mutex<State>

  /// In seconds since 1970.
  struct Dates {
    /// When the list in use was signed.
    let listSigned: Int64
    /// When the authority's own certificate is due; at once where another key has signed it than signs now.
    let renewal: Int64
    /// The certificate with the key in the folder; nil where there is none.
    let authority: AuthorityCertificate?
  }

  struct State {
    /// As it was read or written last.
    var register: Register
    var limiter = AttemptLimiter()
    var facts: [MemberID: MemberFacts] = [:]
    /// Alarms that members have reported anew, by the member whose connection they came over.
    var reportedAlarms = AttemptLimiter(ofOne: FederationAuthority.maximumNewAlarms)
    var listPace = ListPace()
    /// Seen, and not on record yet.
    var handMade = HandMadeNodes()
    /// Of the list that is in use here.
    var listNumber: UInt64?
    /// Of the files as they are; nil where they are to be read.
    var dates: Dates?
    /// When the register was read last for requests that wait for another machine.
    var lookedAt: ContinuousClock.Instant?
    /// Of this machine's certificate, when it was looked at last.
    var serial: String?
    /// The certificate of this machine is not renewed before.
    var renewsAt: ContinuousClock.Instant?
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

  package func whenLeft(_ body: @escaping @Sendable (String) -> Void) { leavings.add(body) }

  package func introduced(handMade store: String, _ lane: Lane, at address: String) {
    let now = part.now
    state.withLock { $0.handMade.take(store, lane, level: 1, from: address, at: now) }
  }

  func note(_ handMade: [HandMadeFields]) {
    let now = part.now
    state.withLock { $0.handMade.take(handMade, at: now) }
  }

  /// The lanes set by hand that are not on record yet: what is decided now takes them along.
  var seenByHand: [Register.HandMade] { state.withLock { $0.handMade.nodes } }

  package func release() { held.release() }

  package func answer(
    _ request: FederationRequest, from peer: FederationPeer, for client: ReadClient,
    answer: @escaping Node.Answer<String>
  ) {
    // Bodies, signatures and files are not read on the event loop that clients share.
    part.environment.apart { self.carryOut(request, peer, client, answer) }
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
      case .federation:
        let fields = try PageFields.read(request)
        let (version, now) = (register.version, part.environment.instant())
        answer(.success(pages.text(fields, of: version, now: now) { report }))
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
      answer(outcome.map { value, register in JSONLine.text(fields(value, register)) })
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
      return try Signing(part.keys, at: now)
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

  func admit(_ address: String) -> Bool {
    state.withLock { $0.limiter.admit(address, now: part.environment.instant()) }
  }

  func forgive(_ address: String) { state.withLock { $0.limiter.forgive(address) } }
}

extension Register {
  /// A member by the name in its certificate, which may be a former one.
  func sender(_ name: MemberName) throws(FederationRefusal) -> Member {
    let member = member(named: name) ?? members.first { $0.formerNames.contains { $0.name == name } }
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
