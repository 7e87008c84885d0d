// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRUpstream
import Synchronization

/// What one server does with one request. It knows neither sockets nor JSON.
///
/// Answers come by callback, on the store's threads: a thousand of them can share one commit without a task each.
public final class Node: Sendable {
  public let store: Store
  public let policy: NodePolicy
  let upstream: (any UpstreamAsking)?
  /// There are nodes above, whether they are asked or not.
  let isBelow: Bool
  private let levels: Atomic<Int>
  /// What this process has noted of it; 0 before.
  private let keptLevel = Atomic(0)
  private let climb: Mutex<LevelClimb>
  private let clock: @Sendable () -> Int64
  let log = Mutex(DecisionLog())
  /// What an operator has to know of.
  public let alarms: AlarmBoard
  /// A value was minted without the upstream since the upstream last answered.
  let isAlone = Atomic(false)

  /// - Parameters:
  ///   - upstream: whom to ask; nil for a node that stands alone.
  ///   - clock: the time in milliseconds since 1970.
  public init(
    store: Store, policy: NodePolicy, upstream: (any UpstreamAsking)? = nil, alarms: AlarmBoard = AlarmBoard(),
    clock: @escaping @Sendable () -> Int64
  ) {
    self.alarms = alarms
    self.store = store
    self.policy = policy
    self.upstream = upstream
    isBelow = upstream != nil || policy.isBelow
    self.clock = clock
    let level =
      if case .partitioned(let partition) = policy.numbering { partition.level } else { isBelow ? 1 : 0 }
    levels = Atomic(level)
    climb = Mutex(LevelClimb(from: level))
  }

  public typealias Answer<Value> = @Sendable (Result<Value, NodeError>) -> Void

  public var isReadOnly: Bool { policy.isReadOnly || store.isReadOnly }

  /// How many nodes stand above this one, as far as is known.
  public var level: Int { levels.load(ordering: .acquiring) }

  /// The rule, at the level that is known now.
  var numbering: Numbering {
    switch policy.numbering {
    case .bitbake: .bitbake
    case .partitioned(let partition): .partitioned(Partition(level: level, lane: partition.lane))
    }
  }

  /// In which lane it mints; nil where it mints nothing, or not by lanes.
  public var lane: Lane? { isReadOnly ? nil : policy.lane }

  var now: Int64 { clock() }

  /// Which rules chose values, and what was asked in vain.
  public var decisions: DecisionLog { log.withLock { $0 } }

  /// Whom to ask: nobody where the node stands alone, or is not to ask.
  var asked: (any UpstreamAsking)? { policy.upstreamAway == .offline ? nil : upstream }

  /// What stands in for an upstream's answer where nobody is asked.
  var unheard: Allocation.Heard { isBelow ? .silence : .nobody }

  /// Takes over what the upstream says of its own level, and keeps it across restarts.
  public func learn(upstreamLevel: Int) {
    endAlone()
    // What a peer says of itself may be any number.
    guard upstream != nil, (0..<Partition.deepest).contains(upstreamLevel) else { return }
    let level = upstreamLevel + 1
    if levels.exchange(level, ordering: .acquiringAndReleasing) != level || level == Partition.deepest,
      climb.withLock({ $0.reaches(level) })
    {
      alarms.raise(
        "level-loop",
        "the level of this node keeps rising, and is \(level): two nodes are likely to stand above each other",
        advice: "compare the upstreams of the nodes, remove the one that points down, and restart both",
        ending: .acknowledgement)
    }
    guard keptLevel.load(ordering: .acquiring) != level, !store.isReadOnly else { return }
    // A note that cannot be written now is written when the upstream tells again.
    store.write { ledger throws(StoreError) in
      try ledger.keep(.level, String(level))
    } done: { outcome in
      if case .success = outcome { self.keptLevel.store(level, ordering: .releasing) }
    }
  }

  func read<Value: Sendable>(
    in queue: ReadQueue = .short, for client: ReadClient,
    _ body: @escaping @Sendable (RowReader) throws(StoreError) -> Value, _ answer: @escaping Answer<Value>
  ) {
    store.read(in: queue, for: client, body) { answer($0.mapError(NodeError.store)) }
  }
}

extension Node {
  /// A page of an `export`.
  public func page(
    of filter: RowFilter, from cursor: RowCursor, for client: ReadClient = .node, answer: @escaping Answer<RowPage>
  ) {
    let includesCopy = policy.isMirror
    read(
      in: .long, for: client,
      { reader throws(StoreError) in try reader.page(of: filter, from: cursor, includesCopy: includesCopy) }, answer)
  }

  /// `changes`: the rows of the feed behind a position.
  public func changes(
    after position: FeedPosition?, limit: Int, for client: ReadClient = .node, answer: @escaping Answer<FeedAnswer>
  ) {
    store.changes(after: position, limit: limit, for: client) { answer($0.mapError(NodeError.store)) }
  }

  /// `import-one`: puts a value on record that was chosen elsewhere.
  ///
  /// - Parameters:
  ///   - value: its spelling; it must be a revision.
  ///   - answer: false from a read-only node, which stores nothing.
  public func record(
    _ tuple: TupleKey, value: String, asker: String?, for client: ReadClient = .node, answer: @escaping Answer<Bool>
  ) {
    guard !isReadOnly else { return answer(.success(false)) }
    guard let revision = Revision(value) else { return answer(.failure(.store(.notARevision))) }
    let provenance = Provenance(.imported, asker: asker, milliseconds: now)
    let refusesDuplicates = policy.numbering != .bitbake
    store.write(for: client) { ledger throws(StoreError) in
      if refusesDuplicates, let holder = try ledger.holder(of: revision, besides: tuple) {
        throw .taken(tuple.package, value: revision.text, holder: holder)
      }
      try ledger.record(tuple, revision, provenance)
    } done: { outcome in
      answer(outcome.map { true }.mapError(NodeError.store))
    }
  }
}
