// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

@testable import PRUpstream

/// One server process: what `Node` does with a request, over records in memory. Wherever `Node` waits for its store or
/// its upstream, other processes may act.
final class SimulatedProcess {
  unowned let node: SimulatedNode
  private unowned let federation: Federation
  private(set) var level: Int
  /// Counts the starts: what an earlier start had under way never happens.
  private(set) var life = 0
  /// What others wait for.
  private var serving: [Call] = []
  /// Which questions share an answer: what the program decides it with.
  private var coalescer = RequestCoalescer<Inquiry>()
  private var waiting: [Int: (Told) -> Void] = [:]
  private var nextAsker = 0

  typealias Told = Result<UpstreamAnswer, Away>

  enum Away: Error { case away }

  enum Refused: Error {
    case overflow
    case upstreamAway
  }

  init(_ node: SimulatedNode, of federation: Federation) {
    self.node = node
    self.federation = federation
    level = node.records.contents.level ?? node.assumedLevel
  }

  /// A kill, and a new start with the level that was kept.
  func restart() {
    life += 1
    level = node.records.contents.level ?? node.assumedLevel
    coalescer = RequestCoalescer()
    waiting = [:]
    let lost = serving
    serving = []
    for call in lost { call.settle(.failure(.away)) }
  }

  private var records: MemoryRecords { node.records }

  private var numbering: Numbering {
    let lane = federation.fault == .ignoresLane ? .only : node.lane
    let level = federation.fault == .ignoresLevel ? min(level, 1) : level
    return .partitioned(Partition(level: level, lane: lane))
  }

  private var mayAsk: Bool { node.parent != nil && node.away != .offline }

  private func post(_ body: @escaping () -> Void) { federation.post(self, body) }

  // MARK: get-pr

  func allocate(_ tuple: TupleKey, _ history: History, answer: @escaping (Result<Revision, Refused>) -> Void) {
    guard mayAsk else { return decide(tuple, history, node.parent == nil ? .nobody : .silence, nil, answer) }
    post { [self] in
      let hint = records.contents
      let decision = Allocation(tuple, history, numbering: numbering).look(.nothingYet, in: records)
      guard decision == .askUpstream else { return answer(Self.answer(decision)) }
      ask(.tuple(tuple, history)) { [self] told in
        let isStrict = node.away == .strict && federation.fault != .ignoresStrict
        switch told {
        case .success(let told):
          learn(upstreamLevel: told.level)
          if isStrict, !told.isComplete { return answer(.failure(.upstreamAway)) }
          decide(tuple, history, .told(told), hint, answer)
        case .failure:
          if isStrict { return answer(.failure(.upstreamAway)) }
          decide(tuple, history, .silence, hint, answer)
        }
      }
    }
  }

  private func decide(
    _ tuple: TupleKey, _ history: History, _ heard: Allocation.Heard, _ hint: MemoryRecords.Contents?,
    _ answer: @escaping (Result<Revision, Refused>) -> Void
  ) {
    post { [self] in
      let allocation = Allocation(tuple, history, numbering: numbering)
      guard federation.fault == .decidesOnTheHint, let hint else {
        return answer(Self.answer(allocation.decide(heard, in: records)))
      }
      let decision = allocation.decide(heard, in: MemoryRecords(hint))
      if case .record(let value, _) = decision { records.store(tuple, value) }
      answer(Self.answer(decision))
    }
  }

  private static func answer(_ decision: Decision) -> Result<Revision, Refused> {
    decision.value.map(Result.success) ?? .failure(.overflow)
  }

  // MARK: Questions that store no answer

  func value(of tuple: TupleKey, _ history: History, answer: @escaping (Result<Revision?, Refused>) -> Void) {
    let isEnough: (Knowledge) -> Bool = { !$0.values.isEmpty }
    know(tuple, history, isEnough: isEnough) { [self] outcome in
      if case .success(let known) = outcome, known.knowledge.values.isEmpty, !known.isComplete, node.away == .strict {
        return answer(.failure(.upstreamAway))
      }
      answer(outcome.map { $0.knowledge.value(history) })
    }
  }

  private func lookUp(_ tuple: TupleKey, answer: @escaping (Told) -> Void) {
    know(tuple, .none, mayBeIncomplete: true, isEnough: \.isCurrent) { [self] outcome in
      answer(
        outcome.mapError { _ in .away }.map {
          UpstreamAnswer(
            greatest: $0.knowledge.greatest, values: $0.knowledge.values.values, hasMore: $0.knowledge.values.hasMore,
            isComplete: $0.isComplete, level: level)
        })
    }
  }

  private typealias Known = (knowledge: Knowledge, isComplete: Bool)

  private func know(
    _ tuple: TupleKey, _ history: History, mayBeIncomplete: Bool = false, isEnough: @escaping (Knowledge) -> Bool,
    answer: @escaping (Result<Known, Refused>) -> Void
  ) {
    post { [self] in
      let knowledge = Knowledge(of: tuple, numbering, in: records)
      guard node.parent != nil, !isEnough(knowledge), federation.fault != .asksNobody else {
        return answer(.success((knowledge, true)))
      }
      guard mayAsk else { return answer(.success((knowledge, false))) }
      ask(.tuple(tuple, history)) { [self] told in
        switch told {
        case .success(let told):
          learn(upstreamLevel: told.level)
          let finish = { [self] in
            answer(.success((Knowledge(of: tuple, numbering, told: told, in: records), told.isComplete)))
          }
          guard told.greatest != nil else { return finish() }
          post { [self] in
            records.learn(told, of: tuple)
            post(finish)
          }
        case .failure where node.away == .strict && !mayBeIncomplete: answer(.failure(.upstreamAway))
        case .failure: answer(.success((knowledge, false)))
        }
      }
    }
  }

  func greatest(of package: PackageKey, answer: @escaping (Result<Revision?, Refused>) -> Void) {
    post { [self] in
      let own = records.greatest(of: package)
      let known = node.parent == nil ? own : [own, records.greatestAbove(package)].compactMap(\.self).max()
      guard known == nil, mayAsk else { return answer(.success(known)) }
      ask(.package(package)) { [self] told in
        switch told {
        case .success(let told):
          guard let greatest = told.greatest else { return answer(.success(nil)) }
          post { [self] in
            records.learn(floor: greatest, of: package)
            answer(.success(greatest))
          }
        case .failure: answer(node.away == .strict ? .failure(.upstreamAway) : .success(known))
        }
      }
    }
  }

  // MARK: import-one

  /// - Returns: false when another checksum has the value.
  func record(_ tuple: TupleKey, _ value: Revision) -> Bool {
    guard federation.fault == .importsDuplicates || records.holder(of: value, besides: tuple) == nil else {
      return false
    }
    records.store(tuple, value)
    return true
  }

  // MARK: The upstream

  private func learn(upstreamLevel: Int) {
    guard node.parent != nil, (1...Partition.deepest).contains(upstreamLevel + 1) else { return }
    level = upstreamLevel + 1
    records.keep(level: level)
  }

  private func ask(_ question: Inquiry, answer: @escaping (Told) -> Void) {
    nextAsker += 1
    waiting[nextAsker] = answer
    if coalescer.admit(nextAsker, to: question) == .ask { send(question) }
  }

  private func send(_ question: Inquiry) {
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

  private func answer(_ question: Inquiry, _ answer: @escaping (Told) -> Void) {
    switch question {
    case .tuple(let tuple, _): lookUp(tuple, answer: answer)
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

/// What a node asks its upstream.
private enum Inquiry: Hashable {
  case tuple(TupleKey, History)
  case package(PackageKey)
}
