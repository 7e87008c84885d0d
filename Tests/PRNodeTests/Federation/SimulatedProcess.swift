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
  /// What others wait for.
  private var serving: [Call] = []
  /// Which questions share an answer: what the program decides it with.
  private var coalescer = RequestCoalescer<UpstreamQuestion>()
  private var waiting: [Int: (Told) -> Void] = [:]
  private var nextAsker = 0
  /// The pull that is under way.
  var follower: FeedSync?

  typealias Told = Result<UpstreamAnswer, Away>

  enum Away: UpstreamFailure {
    case away

    var isBeyondLimit: Bool { false }
  }

  enum Refused: RequestFailure {
    case store(Never)
    case refused(Refusal, TupleKey)
    case notFrozen(TupleKey)
    case upstreamAway(Away)
    case upstreamIncomplete
    case beyondUpstream(Away)
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
    coalescer = RequestCoalescer()
    waiting = [:]
    follower = nil
    let lost = serving
    serving = []
    for call in lost { call.settle(.failure(.away)) }
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

  func learn(upstreamLevel: Int) {
    for action in nodeLevel.learn(upstreamLevel: upstreamLevel) {
      guard case .keep(let level) = action else { continue }
      records.keep(level: level)
      nodeLevel.kept(level)
    }
  }

  func ask(_ question: UpstreamQuestion, answer: @escaping (Told) -> Void) {
    nextAsker += 1
    waiting[nextAsker] = answer
    if coalescer.admit(nextAsker, to: question) == .ask { send(question) }
  }

  private func send(_ question: UpstreamQuestion) {
    let asking = life
    let call = Call { [self] told in
      guard life == asking else { return }
      post { [self] in
        let (askers, asksAgain) = coalescer.settle(question)
        for asker in askers { waiting.removeValue(forKey: asker)?(told) }
        if asksAgain { send(question) }
      }
    }
    guard !node.isCut, let peer = node.parent?.processes.randomElement(using: &federation.numbers) else {
      return call.settle(.failure(.away))
    }
    if federation.losesPatience() { post { call.settle(.failure(.away)) } }
    peer.serving.removeAll(where: \.isSettled)
    peer.serving.append(call)
    coalescer.left(question)
    peer.post { [node] in
      guard !node.isCut else { return call.settle(.failure(.away)) }
      peer.answer(question) { call.settle(node.isCut ? .failure(.away) : $0) }
    }
  }

  private func answer(_ question: UpstreamQuestion, _ answer: @escaping (Told) -> Void) {
    switch question {
    case .tuple(let tuple, _):
      lookUp(tuple) { [self] outcome in answer(outcome.mapError { _ in .away }.map { $0.answer(at: level) }) }
    case .package(let package):
      greatest(of: package) { [self] outcome in
        answer(outcome.mapError { _ in .away }.map { UpstreamAnswer(greatest: $0, values: [], level: level) })
      }
    }
  }
}

/// A question on its way: it is settled once, by the answer, the deadline or the end of who was asked.
private final class Call {
  private var answer: ((SimulatedProcess.Told) -> Void)?

  init(_ answer: @escaping (SimulatedProcess.Told) -> Void) { self.answer = answer }

  var isSettled: Bool { answer == nil }

  func settle(_ told: SimulatedProcess.Told) {
    answer?(told)
    answer = nil
  }
}
