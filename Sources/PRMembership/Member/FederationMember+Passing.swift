// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRClient
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire

/// What members below send goes up.
extension FederationMember {
  package func rights(of certificate: MemberCertificate) -> Rights? {
    certificate.rights(in: membership.federation)
  }

  package func whenRevoked(_ body: @escaping @Sendable (Set<SerialNumber>) -> Void) {
    revocations.add(body)
  }

  package func whenLeft(_ body: @escaping @Sendable (String) -> Void) { leavings.add(body) }

  package func introduced(handMade store: String, _ lane: Lane, at address: String) {
    let (now, place) = (part.now, membership)
    // A mirror adds no level.
    let level = place.lease.level + 1
    state.withLock { $0.handMade.take(store, lane, level: level, from: address, at: now) }
  }

  package func release() { held.release() }

  package func answer(
    _ request: FederationRequest, from peer: FederationPeer, for client: ReadClient,
    answer: @escaping Node.Answer<String>
  ) {
    let now = part.environment.instant()
    let origin = request.kind == .enroll ? request.origin(from: peer, in: membership.federation) : nil
    if let origin, !state.withLock({ $0.limiter.admit(origin, now: now) }) {
      return answer(.failure(.federation(.tooManyAttempts)))
    }
    // A request has its own: a task waits for the upstream, and the session for it.
    Task(executorPreference: part.environment.executor) {
      do throws(FederationRefusal) {
        try await self.pass(request, peer, client) { outcome in
          if let origin, case .success = outcome { self.state.withLock { $0.limiter.forgive(origin) } }
          answer(outcome)
        }
      } catch {
        answer(.failure(.federation(error)))
      }
    }
  }

  private func pass(
    _ request: FederationRequest, _ peer: FederationPeer, _ client: ReadClient, _ answer: @escaping Node.Answer<String>
  ) async throws(FederationRefusal) {
    // What there is, each node says of itself.
    if request.kind == .federation {
      let (fields, now) = (try PageFields.read(request), part.environment.instant())
      return answer(.success(pages.text(fields, of: reportSource, now: now) { report }))
    }
    let passed = try request.passed(on: peer)
    let connection = try await passing()
    let text: String
    do throws(FederationRefusal) {
      text = try await connection.object(passed.request)
    } catch {
      // Only a connection that has ended is given up: other members wait for their answers over it.
      guard !error.isAnswer else { throw error }
      connection.abandon()
      throw error
    }
    guard request.kind == .report, let fields = passed.report else { return answer(.success(text)) }
    let reply = try ReportAnswer.read(text)
    if reply.hasLeft {
      forgetBelow(fields.id)
      leavings.tell(fields.store)
    } else {
      noteBelow(fields, peer)
    }
    // One that was passed on is answered at once: others stand behind it on its connection.
    guard fields.wait > 0, fields.relayed == nil, !reply.hasNews(for: fields) else { return answer(.success(text)) }
    held.hold(fields.id, for: fields.wait, now: part.clock()) { answer(.success(text)) }
  }

  private func forgetBelow(_ id: String) {
    guard let id = MemberID(text: id) else { return }
    state.withLock { state in
      state.below[id] = nil
      state.belowChanges += 1
    }
  }

  /// Members that were shut out are not waited for.
  func forgetBelow(revokedBy lists: [RevocationList]) {
    state.withLock { state in
      for (id, below) in state.below {
        guard let serial = below.certificate?.serial, lists.contains(where: { $0.contains(serial) }) else { continue }
        state.below[id] = nil
        state.belowChanges += 1
      }
    }
  }

  /// Alarms about the members right below.
  func watchBelow() {
    let direct = below.values.filter { $0.certificate != nil }
    let sightings = direct.map { member in
      MemberSighting(
        name: member.name, seenAt: member.seenAt,
        certificate: member.certificate.map {
          .init(expires: $0.period.notAfter, lifetime: $0.period.notAfter - $0.period.notBefore - ValidityPeriod.leeway)
        })
    }
    part.alarms.note(
      sightings.sorted { $0.name < $1.name }, at: part.now,
      ifGone: { "if it is gone for good, run 'headwater federation revoke \($0)' at the authority" })
  }

  private func noteBelow(_ fields: ReportFields, _ peer: FederationPeer) {
    guard let id = MemberID(text: fields.id) else { return }
    let name = fields.relayed?.member ?? peer.certificate?.identity.member.text ?? "unknown"
    let address = fields.relayed?.origin ?? peer.address
    let below = Below(
      name: name, facts: fields.facts.bounded(from: address), lease: fields.reportedLease(of: id),
      address: address, seenAt: part.now, path: fields.relayed?.path ?? [],
      certificate: fields.relayed == nil ? peer.certificate : nil)
    state.withLock { state in
      guard state.below.count < Register.maximumMembers || state.below[id] != nil else { return }
      state.below[id] = below
      state.belowChanges += 1
    }
  }

  /// The connection over which requests of others go up: each is answered at once, so that none waits behind another.
  private func passing() async throws(FederationRefusal) -> ServerConnection {
    while true {
      let passing = state.withLock { $0.passing(link) }
      let connection: ServerConnection
      do {
        connection = try await passing.connecting.value
      } catch {
        forget(passing)
        throw error as? FederationRefusal ?? FederationRefusal("\(error)")
      }
      if connection.isOpen { return connection }
      forget(passing)
    }
  }

  private func forget(_ passing: Passing) {
    state.withLock { if $0.passing?.number == passing.number { $0.passing = nil } }
  }
}

extension FederationRequest {
  /// The request as it goes on, with what this node says of its sender.
  fileprivate func passed(
    on peer: FederationPeer
  ) throws(FederationRefusal) -> (request: FederationRequest, report: ReportFields?) {
    func add<Fields: FederationFields>(_ fields: Fields) throws(FederationRefusal) -> FederationRequest {
      var fields = fields
      let name = peer.certificate?.identity.member.text
      if var relayed = fields.relayed {
        guard let name, relayed.path.count < Relayed.maximumPath else {
          throw FederationRefusal("the request has passed too many nodes, or one that is no member", isOfRights: true)
        }
        relayed.path.append(name)
        fields.relayed = relayed
      } else {
        guard name != nil || kind == .enroll else {
          throw FederationRefusal("this takes the certificate of a member; join the federation first", isOfRights: true)
        }
        fields.relayed = Relayed(member: name, address: peer.address, path: [])
      }
      return fields.request(kind)
    }
    switch kind {
    case .enroll: return (try add(try EnrollFields.read(self)), nil)
    case .renew: return (try add(try RenewFields.read(self)), nil)
    case .invite: return (try add(try InviteFields.read(self)), nil)
    case .report:
      let fields = try ReportFields.read(self)
      return (try add(fields), fields)
    default: return (try add(try ChangeFields.read(self)), nil)
    }
  }
}
