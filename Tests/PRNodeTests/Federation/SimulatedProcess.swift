// SPDX-License-Identifier: Apache-2.0
import PRRevision

@testable import PRNode
@testable import PRSync
@testable import PRUpstream

/// One server process: the flows that a `Node` runs, over records in memory. Wherever a `Node` waits for its store or its
/// upstream, other processes may act.
final class SimulatedProcess {
  unowned let node: SimulatedNode
  unowned let federation: Federation
  private var nodeLevel: NodeLevel
  /// Counts the starts: what an earlier start had under way never happens.
  private(set) var life = 0
  /// The questions of other processes that this one has.
  var serving: [SimulatedCall] = []
  /// The way to the upstreams; anew at each start.
  var upstreams = SimulatedUpstreams()
  /// The pull that is under way.
  var follower: FeedSync?

  typealias Told = Result<UpstreamAnswer, UpstreamError>

  enum Refused: RequestFailure {
    case store(Never)
    case refused(Refusal, TupleKey)
    case notFrozen(TupleKey)
    case upstreamAway(UpstreamError)
    case upstreamIncomplete
    case beyondUpstream(UpstreamError)
  }

  init(_ node: SimulatedNode, of federation: Federation) {
    self.node = node
    self.federation = federation
    nodeLevel = Self.startLevel(of: node)
  }

  /// The level that was kept, else the one that is assumed.
  private static func startLevel(of node: SimulatedNode) -> NodeLevel {
    NodeLevel(node.records.contents.level ?? node.assumedLevel, keeps: true)
  }

  /// A kill, and a new start with the level that was kept.
  func restart() {
    life += 1
    nodeLevel = Self.startLevel(of: node)
    upstreams = SimulatedUpstreams()
    follower = nil
    let lost = serving
    serving = []
    for call in lost { call.settle(.failure(.stopped)) }
  }

  var records: MemoryRecords { node.records }
  var fault: Fault? { federation.fault }
  var level: Int { nodeLevel.value }

  /// The rule, at the level that is known now.
  var numbering: Numbering { policy().numbering(at: fault == .ignoresLevel ? min(level, 1) : level) }

  func policy(away: UpstreamAway? = nil, hasUpstream: Bool? = nil) -> RequestPolicy {
    let lane = fault == .ignoresLane ? .only : node.lane
    return RequestPolicy(
      NodePolicy(
        numbering: .partitioned(Partition(level: node.assumedLevel, lane: lane)),
        isReadOnly: node.isReadOnly && fault != .storesOnReadOnly, onMiss: node.onMiss,
        upstreamAway: away ?? node.away),
      hasUpstream: hasUpstream ?? (node.parent != nil), isStoreReadOnly: false)
  }

  func post(_ body: @escaping () -> Void) { federation.post(self, body) }

  // MARK: import-one

  /// - Returns: false when another checksum has the value, and from a node that stores no answers.
  func record(_ tuple: TupleKey, _ value: Revision) -> Bool {
    guard !node.isReadOnly else { return false }
    guard federation.fault == .importsDuplicates || records.holder(of: value, besides: tuple) == nil else {
      return false
    }
    records.store(tuple, value)
    return true
  }

  // MARK: The upstream

  func learn(upstreamLevel: Int?) {
    for action in nodeLevel.learn(upstreamLevel: upstreamLevel, at: 0) {
      guard case .keep(let level) = action else { continue }
      records.keep(level: level)
      nodeLevel.kept(level)
    }
  }
}
