// SPDX-License-Identifier: Apache-2.0
import PRRevision

@testable import PRNode
@testable import PRUpstream

/// What the drivers of a `Node` do: the flows' actions, carried out on records in memory. Each planted fault changes one of
/// them.
extension SimulatedProcess {
  typealias Answer<Value> = (Result<Value, Refused>) -> Void

  /// Hands out the actions that follow an event, with the flow as it is from then on.
  private func feed<Flow: RequestFlow>(
    _ event: Flow.Event, to flow: Flow, _ carryOut: (Flow.Action, Flow) -> Void
  ) {
    var next = flow
    for action in next.handle(event) { carryOut(action, next) }
  }

  // MARK: get-pr

  func allocate(_ tuple: TupleKey, _ history: History, answer: @escaping Answer<Revision>) {
    let policy = policy(away: fault == .ignoresStrict && node.away == .strict ? .fallback : nil)
    run(AllocationFlow(tuple, policy), .begun, history, hint: nil, answer)
  }

  /// - Parameter hint: what the first read saw.
  private func run(
    _ flow: AllocationFlow<Refused>, _ event: AllocationFlow<Refused>.Event, _ history: History,
    hint: MemoryRecords.Contents?, _ answer: @escaping Answer<Revision>
  ) {
    feed(event, to: flow) { action, flow in
      let tuple = flow.tuple
      func decided(_ body: @escaping (Allocation) -> Decision) {
        let allocation = Allocation(tuple, history, numbering: numbering)
        post { [self] in
          let hint = hint ?? records.contents
          run(flow, .decided(.success(body(allocation))), history, hint: hint, answer)
        }
      }
      switch action {
      case .look(let result): decided { [self] in $0.look(result, in: records) }
      case .predict(let result, let onMiss): decided { [self] in $0.predict(result, onMiss: onMiss, in: records) }
      case .decide(let result): decided { [self] in decide($0, seen(result), hint) }
      case .ask: ask(.tuple(tuple, history)) { [self] in run(flow, .replied($0), history, hint: hint, answer) }
      case .learn(let level): learn(upstreamLevel: level)
      case .keep(let told):
        keep(told, of: tuple) { [self] in run(flow, .kept, history, hint: hint, answer) }
      case .count, .countMiss, .countMintedAlone: break
      case .answer(let result): answer(result)
      }
    }
  }

  private func seen(_ result: UpstreamResult) -> UpstreamResult {
    guard fault == .takesAnswersForSilence, case .answered = result else { return result }
    return .unavailable
  }

  private func decide(
    _ allocation: Allocation, _ result: UpstreamResult, _ hint: MemoryRecords.Contents?
  ) -> Decision {
    guard fault == .decidesOnTheHint, let hint else { return allocation.decide(result, in: records) }
    let decision = allocation.decide(result, in: MemoryRecords(hint))
    if case .record(let value, _) = decision { records.store(allocation.tuple, value) }
    return decision
  }

  func predict(_ tuple: TupleKey, _ history: History, answer: @escaping Answer<Revision>) {
    run(PredictionFlow(tuple, policy()), .begun, history, answer)
  }

  private func run(
    _ flow: PredictionFlow<Refused>, _ event: PredictionFlow<Refused>.Event, _ history: History,
    _ answer: @escaping Answer<Revision>
  ) {
    feed(event, to: flow) { action, flow in
      func decided(_ body: @escaping (Allocation) -> Decision) {
        let allocation = Allocation(flow.tuple, history, numbering: numbering)
        post { [self] in run(flow, .decided(.success(body(allocation))), history, answer) }
      }
      switch action {
      case .look(let result): decided { [self] in $0.look(result, in: records) }
      case .predict(let result): decided { [self] in $0.predict(result, onMiss: .predict, in: records) }
      case .ask where fault == .predictsWithoutAsking: run(flow, .replied(.failure(.stopped)), history, answer)
      case .ask: ask(.tuple(flow.tuple, history)) { [self] in run(flow, .replied($0), history, answer) }
      case .learn(let level): learn(upstreamLevel: level)
      case .count: break
      case .answer(let result): answer(result)
      }
    }
  }

  // MARK: Questions that store no value

  private var askingPolicy: RequestPolicy { policy(hasUpstream: fault == .asksNobody ? false : nil) }

  func value(of tuple: TupleKey, _ history: History, answer: @escaping Answer<Revision?>) {
    run(TestFlow(history, askingPolicy), .begun, tuple, history, answer)
  }

  private func run(
    _ flow: TestFlow<Refused>, _ event: TestFlow<Refused>.Event, _ tuple: TupleKey, _ history: History,
    _ answer: @escaping Answer<Revision?>
  ) {
    feed(event, to: flow) { action, flow in
      switch action {
      case .read(let countsCopy, let upstreamAnswer):
        read(tuple, countsCopy: countsCopy, upstreamAnswer) { [self] in
          run(flow, .found(.success($0)), tuple, history, answer)
        }
      case .ask: ask(.tuple(tuple, history)) { [self] in run(flow, .replied($0), tuple, history, answer) }
      case .learn(let level): learn(upstreamLevel: level)
      case .keep(let told): keep(told, of: tuple) { [self] in run(flow, .kept, tuple, history, answer) }
      case .answer(let result): answer(result)
      }
    }
  }

  func lookUp(_ tuple: TupleKey, answer: @escaping Answer<LookupResult>) {
    run(LookupFlow(askingPolicy, within: SimulatedUpstreams.deadline), .begun, tuple, answer)
  }

  private func run(
    _ flow: LookupFlow<Refused>, _ event: LookupFlow<Refused>.Event, _ tuple: TupleKey,
    _ answer: @escaping Answer<LookupResult>
  ) {
    feed(event, to: flow) { action, flow in
      switch action {
      case .read(let countsCopy, let told):
        read(tuple, countsCopy: countsCopy, fault == .looksUpOwnRowsOnly ? nil : told) { [self] in
          run(flow, .found(.success($0)), tuple, answer)
        }
      case .ask(let time):
        let time = time ?? SimulatedUpstreams.deadline
        ask(.tuple(tuple, .none), within: time) { [self] in run(flow, .replied($0), tuple, answer) }
      case .learn(let level): learn(upstreamLevel: level)
      case .keep where fault == .looksUpOwnRowsOnly: run(flow, .kept, tuple, answer)
      case .keep(let told): keep(told, of: tuple) { [self] in run(flow, .kept, tuple, answer) }
      case .answer(let result): answer(result)
      }
    }
  }

  private func read(
    _ tuple: TupleKey, countsCopy: Bool, _ told: UpstreamAnswer?, _ found: @escaping (KnownValues) -> Void
  ) {
    let numbering = numbering
    post { [self] in
      found(KnownValues(of: tuple, numbering, countsCopy: countsCopy, answer: told, in: records))
    }
  }

  private func keep(_ told: UpstreamAnswer, of tuple: TupleKey, then kept: @escaping () -> Void) {
    let isLate = fault == .answersBeforeKeeping
    post { [self] in
      records.learn(told, of: tuple)
      if !isLate { kept() }
    }
    if isLate { kept() }
  }

  func greatest(of package: PackageKey, answer: @escaping Answer<Revision?>) {
    run(GreatestFlow(policy()), .begun, package, answer)
  }

  private func run(
    _ flow: GreatestFlow<Refused>, _ event: GreatestFlow<Refused>.Event, _ package: PackageKey,
    _ answer: @escaping Answer<Revision?>
  ) {
    feed(event, to: flow) { action, flow in
      switch action {
      case .read(let includesCopy):
        let includesCopy = includesCopy && fault != .overlooksCopy
        post { [self] in
          run(flow, .found(.success(records.greatest(of: package, includesCopy: includesCopy))), package, answer)
        }
      case .ask: ask(.package(package)) { [self] in run(flow, .replied($0), package, answer) }
      case .keep(let bound):
        post { [self] in
          records.learn(bound: bound, of: package)
          run(flow, .kept, package, answer)
        }
      case .answer(let result): answer(result)
      }
    }
  }
}
