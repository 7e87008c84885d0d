// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRUpstream
import Synchronization

/// What one server does with one request, without sockets and JSON: the flows of `Core` decide, and their drivers carry out
/// the actions on the store and the upstream.
///
/// Answers come by callback, on the store's threads: a thousand of them can share one commit without a task each.
package final class Node: Sendable {
  package let store: Store
  package let policy: NodePolicy
  let upstream: (any UpstreamAsking)?
  let requestPolicy: RequestPolicy
  private let levels: Mutex<NodeLevel>
  /// Nil where no store of this kind of node joins a federation.
  let leaseReading: LeaseReading?
  let storedLease = Mutex(StoredLease())
  private let clock: @Sendable () -> Int64
  let log = Mutex(DecisionLog())
  /// What an operator has to know of.
  package let alarms: AlarmBoard
  /// A value was minted without the upstream since the upstream last answered.
  let isAlone = Atomic(false)

  /// - Parameters:
  ///   - upstream: whom to ask; nil for a node that stands alone.
  ///   - lease: of a member of a federation.
  ///   - leaseReading: reads it as the store has it.
  ///   - clock: the time in milliseconds since 1970.
  package init(
    store: Store, policy: NodePolicy, upstream: (any UpstreamAsking)? = nil, alarms: AlarmBoard = AlarmBoard(),
    lease: NodeLease? = nil, leaseReading: LeaseReading? = nil, clock: @escaping @Sendable () -> Int64
  ) {
    self.leaseReading = leaseReading
    self.alarms = alarms
    self.store = store
    self.policy = policy
    self.upstream = upstream
    requestPolicy = RequestPolicy(
      policy, hasUpstream: upstream != nil, isStoreReadOnly: store.isReadOnly, isFrozen: store.isFrozen)
    self.clock = clock
    levels = Mutex(
      NodeLevel(
        lease?.level ?? requestPolicy.assumedLevel, isKnown: lease != nil || requestPolicy.isLevelKnown,
        keeps: !store.isReadOnly, lease: lease))
    guard lacksLevel else { return }
    alarms.raise(
      Self.unknownLevelAlarm,
      "this node mints nothing: \(NodeError.unknownLevel)",
      advice: "let the node reach its upstream, or start it with --level (1 right below the authority)",
      isLogged: false)
  }

  package typealias Answer<Value> = @Sendable (Result<Value, NodeError>) -> Void

  package var isReadOnly: Bool { requestPolicy.isReadOnly }

  /// How many nodes stand above this one, as far as is known.
  package var level: Int { levels.withLock { $0.value } }

  /// The node would mint, and mints nothing since its level is not known.
  package var lacksLevel: Bool { requestPolicy.mintsByLevel && knownLevel == nil }

  /// The level, unless it is a guess.
  package var knownLevel: Int? { levels.withLock { $0.isKnown ? $0.value : nil } }

  /// The rule, at the level that is known now.
  var numbering: Numbering {
    let (level, isKnown, lease) = levels.withLock { ($0.value, $0.isKnown, $0.lease) }
    return requestPolicy.numbering(at: level, isKnown: isKnown, lease: lease)
  }

  /// In which lane it mints; nil where it mints nothing, or not by lanes.
  package var lane: Lane? { isReadOnly ? nil : levels.withLock { $0.lease?.lane } ?? policy.lane }

  /// What it may mint by the lease of its federation's authority; nil for a node that is not a member.
  package var lease: NodeLease? { levels.withLock { $0.lease } }

  /// The authority has given the node another lease. It holds for all decisions that begin after this call.
  package func take(_ lease: NodeLease) { carryOut(levels.withLock { $0.take(lease) }) }

  /// In milliseconds since 1970.
  package var now: Int64 { clock() }

  /// Which rules chose values, and what was asked in vain.
  package var decisions: DecisionLog { log.withLock { $0 } }

  /// Takes over the level that the upstream has given as its own, and keeps it across restarts.
  ///
  /// - Parameter upstreamLevel: nil for an upstream that is there, and whose level is not known.
  package func learn(upstreamLevel: Int?) {
    endAlone()
    guard upstream != nil else { return }
    let now = now
    carryOut(levels.withLock { $0.learn(upstreamLevel: upstreamLevel, at: now) })
  }

  /// A question has come round, at this node or at its upstream.
  ///
  /// - Parameter saidBelow: a client has sent the path, not the upstream.
  package func cameRound(_ circle: QuestionPath, saidBelow: Bool) {
    // A node without an upstream stands in no circle.
    guard upstream != nil else { return }
    let now = now
    carryOut(levels.withLock { $0.cameRound(circle, saidBelow: saidBelow, at: now) })
  }

  private static let circleAlarm = "question-loop"
  private static let levelAlarm = "level-differs"
  private static let unknownLevelAlarm = "level-unknown"

  private func carryOut(_ actions: [NodeLevel.Action]) {
    for action in actions {
      switch action {
      case .warnOfCircle(let circle):
        alarms.raise(
          Self.circleAlarm,
          "a question has come round, through the stores \(circle): their nodes stand above each other",
          advice:
            "see which node has which of these stores (headwater status), and remove the upstream that points down")
      case .endCircle: alarms.end(Self.circleAlarm)
      case .warnOfLevel(let upstream, let leased):
        alarms.raise(
          Self.levelAlarm,
          "the upstream says that it is on level \(upstream), which does not fit the leased level \(leased) of this node; the "
            + "lease holds",
          advice: "compare the upstream's own lease and options with 'headwater federation' at the authority")
      case .endLevelDifference: alarms.end(Self.levelAlarm)
      case .endUnknown: alarms.end(Self.unknownLevelAlarm, isLogged: false)
      case .warnOfLoop(let level):
        alarms.raise(
          "level-loop",
          "the level of this node keeps rising, and is \(level): two nodes are likely to stand above each other",
          advice: "compare the upstreams of the nodes, remove the one that points down, and restart both",
          ending: .acknowledgement)
      case .keep(let level):
        store.write { context throws(StoreError) in
          try context.keep(.level, String(level))
        } done: { outcome in
          if case .success = outcome { self.levels.withLock { $0.kept(level) } }
        }
      }
    }
  }

  func read<Value: Sendable>(
    in queue: ReadQueue = .short, for client: ReadClient,
    _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value, _ answer: @escaping Answer<Value>
  ) {
    store.read(in: queue, for: client, body) { answer($0.mapError(NodeError.store)) }
  }
}

extension Node {
  /// A page of an `export`.
  package func page(
    of filter: RowFilter, from cursor: RowCursor, for client: ReadClient = .node, answer: @escaping Answer<RowPage>
  ) {
    let includesCopy = policy.isMirror
    read(
      in: .long, for: client,
      { reader throws(StoreError) in try reader.page(of: filter, from: cursor, includesCopy: includesCopy) }, answer)
  }

  /// `changes`: the rows of the feed behind a position.
  package func changes(
    after position: FeedPosition?, floors: FloorPosition?, limit: Int, origins: Bool = false,
    for client: ReadClient = .node, answer: @escaping Answer<FeedAnswer>
  ) {
    let wanted = origins ? OriginsWanted(sharesAskers: policy.sharesAskers, now: now) : nil
    store.changes(after: position, floors: floors, limit: limit, origins: wanted, for: client) {
      answer($0.mapError(NodeError.store))
    }
  }

  /// `import-one`: puts a value on record that was chosen elsewhere.
  ///
  /// - Parameters:
  ///   - value: its spelling; it must be a revision.
  ///   - answer: false from a read-only node, which stores nothing.
  package func record(
    _ tuple: TupleKey, value: String, asker: String?, for client: ReadClient = .node, answer: @escaping Answer<Bool>
  ) {
    guard !isReadOnly else { return answer(.success(false)) }
    guard let revision = Revision(value) else { return answer(.failure(.store(.notARevision))) }
    let provenance = Provenance(.imported, asker: asker, milliseconds: now)
    let refusesDuplicates = policy.numbering != .bitbake
    store.write(for: client, about: [tuple]) { context throws(StoreError) in
      if refusesDuplicates, let holder = try context.holder(of: revision, besides: tuple) {
        throw .taken(tuple.package, value: revision.text, holder: holder)
      }
      try context.record(tuple, revision, provenance)
    } done: { outcome in
      answer(outcome.map { true }.mapError(NodeError.store))
    }
  }
}
