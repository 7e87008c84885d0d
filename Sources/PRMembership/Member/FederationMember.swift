// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRClient
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire
import ServiceLifecycle
import Synchronization

/// A member of a federation, as it serves: reports to its upstream, renews its certificate, and passes on what members below
/// it send.
package final class FederationMember: FederationAnswering, Service {
  let part: FederationPart
  private let node: Node
  private let keepsMinting: Bool
  private let facts: @Sendable () async -> MemberFacts
  let link: MemberLink
  let held = HeldAnswers()
  let pages = AnsweredPages<ReportSource>()
  let revocations = RevocationListeners()
  /// Get the stores of members that have left.
  let leavings = Listeners<String>()
  let state: Mutex<State>

  /// A member above, as the last answer has it.
  package struct Above: Hashable, Sendable {
    package let name: String
    package let level: Int
    package let kind: String
    package let page: String?
  }

  /// The connection over which requests of others go up.
  struct Passing {
    let number: Int
    let upstream: Membership.Upstream
    let connecting: Task<ServerConnection, any Error>
  }

  struct State {
    var membership: Membership
    var limiter = AttemptLimiter()
    var below: [MemberID: Below] = [:]
    /// Counts the changes of these.
    var belowChanges = 0
    var passing: Passing?
    private var passings = 0
    /// In seconds since 1970.
    let beganAt: Int64
    var askedAuthorityAt: Int64?

    init(membership: Membership, beganAt: Int64) {
      self.membership = membership
      self.beganAt = beganAt
    }

    /// The connection that there is, or a new one: of many that find none, one connects.
    mutating func passing(_ link: MemberLink) -> Passing {
      let place = membership
      if let passing, passing.upstream == place.upstream { return passing }
      // The upstream is another one now.
      if let former = passing?.connecting {
        // Nothing waits for its end.
        Task(executorPreference: link.environment.executor) { try? await former.value.abandon() }
      }
      passings += 1
      let new = Passing(
        number: passings, upstream: place.upstream,
        // Others wait for it too, so it does not end with the request that began it.
        connecting: Task(executorPreference: link.environment.executor) {
          try await link.connect(to: place.upstream.addresses, of: place.federation, names: [place.upstream.name])
        })
      passing = new
      return new
    }
    /// When the last report was answered, in seconds since 1970.
    var reportedAt: Int64?
    /// The answer to the last report asked for another certificate.
    var mustRenew = false
    /// Of the last answer: see ``ReportAnswer/notices``.
    var notices: Int64?
    var handMade = HandMadeNodes()
    var above: [Above] = []
  }

  /// A member below, as it was seen last.
  package struct Below: Sendable {
    package var name: String
    package var facts: MemberFacts
    package var lease: Lease?
    package var address: String
    /// In seconds since 1970.
    package var seenAt: Int64
    /// The members between it and this node, the nearest to it first.
    package var path: [String]
    /// Of a member right below.
    var certificate: MemberCertificate?
  }

  /// - Parameters:
  ///   - keepsMinting: the operator overrides a stop.
  ///   - facts: what the node says of itself.
  package init(
    _ part: FederationPart, node: Node, membership: Membership, keepsMinting: Bool,
    facts: @escaping @Sendable () async -> MemberFacts
  ) {
    self.part = part
    self.node = node
    self.facts = facts
    self.keepsMinting = keepsMinting
    link = MemberLink(keys: part.keys, in: part.environment, connections: part.connections)
    state = Mutex(State(membership: membership, beganAt: part.now))
  }

  package var membership: Membership { state.withLock { $0.membership } }

  /// The members below that have reported through this node, by their ids.
  package var below: [MemberID: Below] { state.withLock { $0.below } }

  /// The members above, from the authority's down to the upstream.
  package var above: [Above] { state.withLock { $0.above } }

  /// When the last report was answered, in seconds since 1970.
  package var reportedAt: Int64? { state.withLock { $0.reportedAt } }

  // MARK: Reports

  package func run() async throws {
    // Another generation of this process may have stored an answer since this one was made.
    try await takeStored()
    await cancelWhenGracefulShutdown { await self.follow() }
  }

  /// Reports until the task is cancelled.
  package func follow() async {
    await withTaskExecutorPreference(part.environment.executor) { [self] in
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.reportAgainAndAgain() }
        group.addTask { await self.expireAnswers() }
      }
      let passing = state.withLock { $0.passing }
      let connection = try? await passing?.connecting.value
      await connection?.close()
    }
  }

  private func expireAnswers() async {
    noteStop(membership)
    await heedList()
    while !Task.isCancelled {
      held.expire(now: part.clock())
      watchBelow()
      await part.environment.pause(.seconds(1))  // what waits has a time limit, which no signal ends
    }
  }

  private func reportAgainAndAgain() async {
    var pause = Duration.seconds(1)
    while !Task.isCancelled {
      do throws(FederationRefusal) {
        try await reportOverOneConnection { pause = .seconds(1) }
      } catch {
        noteFailure(error)
      }
      // A little more or less, so that members whose upstream was away do not come back together.
      let hasMoved = await waitForAnotherPlace(atMost: pause * (0.75 + 0.5 * part.environment.jitter()))
      pause = hasMoved ? .seconds(1) : min(pause * 2, Self.longestPause)
    }
  }

  private static let longestPause = Duration.seconds(60)

  private func reportOverOneConnection(_ reported: () -> Void) async throws(FederationRefusal) {
    let place = membership
    let connection = try await connect(place)
    do {
      try await withTaskCancellationHandler {
        try await report(over: connection, at: place, reported)
      } onCancel: {
        connection.abandon()
      }
    } catch {
      await connection.close()
      throw error as? FederationRefusal ?? FederationRefusal("\(error)")
    }
    await connection.close()
  }

  private func report(
    over connection: ServerConnection, at place: Membership, _ reported: () -> Void
  ) async throws(FederationRefusal) {
    while !Task.isCancelled {
      let begin = part.environment.instant()
      try await takeStored()
      let before = membership
      guard before.upstream == place.upstream else { return }
      let fields = try await fields(before)
      let answer: ReportAnswer = try await connection.ask(fields.request(.report), within: .seconds(60))
      try await take(answer, for: before)
      reported()
      guard !answer.hasLeft else {
        _ = await waitForAnotherPlace()
        return
      }
      guard try await !renewIfDue(over: connection) else { return }
      // Whatever the upstream answers, a node reports no more than once a second.
      let pause = Self.shortestRound - (part.environment.instant() - begin)
      if pause > .zero { await part.environment.pause(pause) }
    }
  }

  private static let shortestRound = Duration.seconds(1)

  /// Takes over the place that is stored: the store may have joined anew, by a command, while it is served.
  package func takeStored() async throws(FederationRefusal) {
    let stored: Membership?
    do throws(StoreError) {
      stored = try await part.store.membership()
    } catch {
      throw FederationRefusal("the store's place in the federation cannot be read: \(error)")
    }
    let before = membership
    guard let stored, stored != before else { return }
    state.withLock { $0.membership = stored }
    noteMove(from: before, to: stored)
    part.reread()
    node.take(stored.nodeLease(keepsMinting: keepsMinting))
    noteStop(stored)
    // A join brings the list of the moment, too.
    await heedList()
  }

  /// The upstream; where it has answered no report for nearly an hour, the authority is asked, and again after as long.
  private func connect(_ place: Membership) async throws(FederationRefusal) -> ServerConnection {
    let now = part.now
    let isDue = state.withLock { state in
      let since = max(state.reportedAt ?? state.beganAt, state.askedAuthorityAt ?? state.beganAt)
      guard now - since >= Self.detour, !place.authority.isEmpty else { return false }
      state.askedAuthorityAt = now
      return true
    }
    guard isDue else {
      return try await link.connect(to: place.upstream.addresses, of: place.federation, names: [place.upstream.name])
    }
    return try await link.connect(to: place.authority, of: place.federation, names: [.authority])
  }

  /// In seconds: an hour without an answer is an alarm.
  private static let patience: Int64 = 3600
  /// In seconds. A little less: the authority counts a member as absent after an hour.
  private static let detour: Int64 = 3300

  private func fields(_ place: Membership) async throws(FederationRefusal) -> ReportFields {
    var last: ReportFields.LastNumber?
    if place.nonce.stop == .retired {
      last = ReportFields.LastNumber(greatest: try await greatestMinted(place.lease))
    }
    let number = try? part.keys.revocations().map(\.number).min()
    return ReportFields(
      id: place.id.description, store: place.lease.store, nonce: place.nonce.presented.description,
      lease: LeaseFields(place.lease), revocations: number, stop: place.nonce.stop?.rawValue, last: last,
      // The first answer comes at once: until then the node has not reached its upstream.
      wait: last == nil && reportedAt != nil ? waiting() : 0,
      facts: await facts(),
      handMade: state.withLock { $0.handMade.nextFields() },
      trusts: try? part.keys.authorities().map(\.digest.text), issuer: (try? part.keys.issuer())?.text)
  }

  /// No longer than until the certificate is due, and each time a little less than it may be: members that were all answered by one
  /// notice come apart again.
  private func waiting() -> Int64 {
    let share = 4 + part.environment.jitter()
    let longest = Int64(exactly: (Double(HeldAnswers.longest) * share / 5).rounded()) ?? HeldAnswers.longest
    guard let period = try? part.keys.certificate().period else { return longest }
    return min(longest, max(period.renewal - part.now, 0) * 1000)
  }

  private func greatestMinted(_ lease: Lease) async throws(FederationRefusal) -> UInt64? {
    do throws(StoreError) {
      return try await part.store.greatestLastNumbers()[lease.level]
    } catch {
      throw FederationRefusal("the greatest number cannot be read: \(error)")
    }
  }

  // MARK: Answers

  private func take(_ answer: ReportAnswer, for before: Membership) async throws(FederationRefusal) {
    state.withLock { $0.reportedAt = part.now }
    part.alarms.end(Self.unreachedAlarm)
    var next = before
    let takesLease = next.take(answer, own: UInt64.random(in: 0...(.max)))
    if next != before {
      // A stop holds at once; what the node may do more than before holds when it is on disk.
      if next.nonce.stop != nil { node.take(next.nodeLease(keepsMinting: keepsMinting)) }
      guard try await keep(next, replacing: before) else { return await takeTrust(answer) }
      if takesLease || next.nonce.stop != before.nonce.stop { node.take(next.nodeLease(keepsMinting: keepsMinting)) }
      noteStop(next)
      noteMove(from: before, to: next)
    }
    let isNews = state.withLock { state in
      defer { (state.mustRenew, state.notices) = (answer.mustRenew, answer.notices) }
      state.above = answer.above.prefix(Partition.deepest + 1).compactMap { above in
        guard (try? MemberName(above.name)) != nil else { return nil }
        return Above(name: above.name, level: above.level, kind: above.kind, page: above.page)
      }
      return state.notices != answer.notices
    }
    if isNews { held.answerAll() }
    // Last: what the node may mint does not hang on files.
    await takeTrust(answer)
    noteListAge()
    if answer.hasLeft { part.log("the member \(next.name) is retired: its upstream has its last number") }
  }

  /// The connections for lookups and the copy are made for one upstream, and greet it with one lane, or with none.
  private func noteMove(from before: Membership, to next: Membership) {
    let isSame =
      before.upstream == next.upstream && before.greetedLane == next.greetedLane
      && before.lease.lane == next.lease.lane && before.lease.level == next.lease.level
    if !isSame { part.reload() }
  }

  /// Stores what an answer brought, unless the store has joined anew since: then that counts.
  ///
  /// - Returns: whether it was stored.
  private func keep(
    _ next: Membership, replacing before: Membership
  ) async throws(FederationRefusal) -> Bool {
    let stored: String?
    do throws(StoreError) {
      stored = try await part.store.write { context throws(StoreError) in
        guard try context.reader.note(.membership) == before.text else { return try context.reader.note(.membership) }
        try context.keep(.membership, next.text)
        return next.text
      }
    } catch {
      throw FederationRefusal("the answer of the upstream cannot be kept: \(error)")
    }
    guard let stored, let place = Membership(text: stored) else {
      throw FederationRefusal("the store has lost its place in the federation; join again")
    }
    state.withLock { $0.membership = place }
    guard place == next else {
      node.take(place.nodeLease(keepsMinting: keepsMinting))
      noteStop(place)
      return false
    }
    return true
  }

  /// An old list refuses no member; it may lack one that is revoked.
  private func noteListAge() {
    let age = (try? part.keys.revocations())?.map { $0.age(at: part.now) }.max() ?? 0
    guard age >= RevocationList.maximumAge else { return part.alarms.end(Self.listAlarm) }
    part.alarms.raise(
      Self.listAlarm, "the list of revoked certificates is older than a day",
      advice: "see whether the authority runs and can sign")
  }

  private static let listAlarm = "revocations-old"
  private static let unreachedAlarm = "federation-unreached"
  private static let stopAlarm = "minting-stopped"

  private func noteStop(_ place: Membership) {
    guard let stop = place.nonce.stop else { return part.alarms.end(Self.stopAlarm) }
    if case .despite = place.nonce.minting(keepsMinting: keepsMinting) {
      return part.alarms.raise(
        Self.stopAlarm,
        "this node mints by --keep-minting, although two contents may get one number: \(stop)",
        advice: "put the store right and start the node without --keep-minting")
    }
    part.alarms.raise(
      Self.stopAlarm, "this node mints nothing: \(stop)", advice: "known tuples are answered all the same")
  }

  private func noteFailure(_ refusal: FederationRefusal) {
    guard !Task.isCancelled else { return }
    let last = reportedAt ?? 0
    if part.now - last >= Self.patience || reportedAt == nil {
      part.alarms.raise(
        Self.unreachedAlarm, "this node cannot report to its upstream: \(refusal.reason)",
        advice: "the node goes on by itself; let it reach \(membership.upstream.name)")
    }
  }
}
