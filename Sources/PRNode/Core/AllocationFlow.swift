// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// `get-pr`: the value of a tuple, chosen now if there is none that may be answered.
///
/// The facts are read, the rule decides and the row is written in one transaction. What an earlier read found does not count
/// there; it only says whether the upstream has to be asked first.
struct AllocationFlow<Failure: RequestFailure>: RequestFlow {
  let tuple: TupleKey
  private let policy: RequestPolicy
  private(set) var state = State.idle

  init(_ tuple: TupleKey, _ policy: RequestPolicy) {
    self.tuple = tuple
    self.policy = policy
  }

  enum State: Hashable, Sendable {
    /// Nothing was done. May become `looking`, `deciding`.
    case idle
    /// A read says whether the upstream has to be asked. May become `asking`, `answered`.
    case looking
    /// The upstream has the question. May become `keeping`, `deciding`, `answered`.
    case asking
    /// The upstream's answer is being put into the copy of a node that stores no answers. May become `deciding`.
    case keeping(UpstreamAnswer)
    /// The transaction that decides is under way. May become `answered`.
    case deciding(UpstreamResult)
    /// The request has its answer. Nothing follows.
    case answered
  }

  enum Event: Hashable, Sendable {
    case begun
    /// The result of a `look`, a `predict` or a `decide`.
    case decided(Result<Decision, Failure.StoreFailure>)
    /// The result of an `ask`.
    case replied(Result<UpstreamAnswer, Failure.UpstreamCause>)
    /// The result of a `keep`, whether the answer could be kept or not.
    case kept
  }

  enum Action: Hashable, Sendable {
    /// Applies the rule in a read.
    case look(UpstreamResult)
    /// Applies the rule of a node that stores no answers, in a read.
    case predict(UpstreamResult, OnMiss)
    /// Applies the rule in a transaction, and writes what was answered by the upstream and what was decided.
    case decide(UpstreamResult)
    /// Asks the upstream about the tuple.
    case ask
    /// Takes over the level that an upstream has given as its own, if it has.
    case learn(level: Int?)
    /// Puts the upstream's answer into the copy. A `decide` does that by itself.
    case keep(UpstreamAnswer)
    case count(Reason)
    /// A node that stores no answers has no value on record.
    case countMiss
    /// A number was chosen without the upstream.
    ///
    /// - Parameter isFailure: the upstream should have answered.
    case countMintedAlone(isFailure: Bool)
    case answer(Result<Revision, Failure>)
  }

  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      guard policy.asksUpstream else { return decide(policy.unasked) }
      state = .looking
      return [policy.isReadOnly ? .predict(.notAsked, policy.onMiss) : .look(.notAsked)]
    // A new value is answered by the transaction that writes it and by no other.
    case (.looking, .decided(.success(.askUpstream))), (.looking, .decided(.success(.record))):
      state = .asking
      return [.ask]
    case (.looking, .decided(let outcome)): return finish(outcome)
    case (.asking, .replied(let reply)): return learn(from: reply) + resume(policy.classify(reply))
    case (.keeping(let answer), .kept): return decide(.answered(answer))
    case (.deciding(let result), .decided(let outcome)): return countAlone(outcome, result) + finish(outcome)
    case (.idle, _), (.looking, _), (.asking, _), (.keeping, _), (.deciding, _), (.answered, _): return []
    }
  }

  private mutating func resume(_ result: Result<UpstreamResult, Failure>) -> [Action] {
    switch result {
    case .success(.answered(let answer)) where policy.isReadOnly && policy.keepsAnswers:
      state = .keeping(answer)
      return [.keep(answer)]
    case .success(let result): return decide(result)
    case .failure(let failure):
      state = .answered
      return [.answer(.failure(failure))]
    }
  }

  private mutating func decide(_ result: UpstreamResult) -> [Action] {
    state = .deciding(result)
    return [policy.isReadOnly ? .predict(result, policy.onMiss) : .decide(result)]
  }

  private mutating func finish(_ outcome: Result<Decision, Failure.StoreFailure>) -> [Action] {
    state = .answered
    switch outcome {
    case .success(.answer(let value, .predicted)): return [.count(.predicted), .countMiss, .answer(.success(value))]
    case .success(.answer(let value, let reason)), .success(.record(let value, let reason)):
      return [.count(reason), .answer(.success(value))]
    case .success(.refuse(let refusal)):
      let failure = refusal == .unrecorded && policy.isFrozen ? Failure.notFrozen(tuple) : .refused(refusal, tuple)
      return (refusal.isMiss ? [.countMiss] : []) + [.answer(.failure(failure))]
    case .success(.askUpstream): preconditionFailure("a rule asks for the upstream only where it was not asked")
    case .failure(let cause): return [.answer(.failure(.store(cause)))]
    }
  }

  private func learn(from reply: Result<UpstreamAnswer, Failure.UpstreamCause>) -> [Action] {
    guard case .success(let answer) = reply else { return [] }
    return [.learn(level: answer.level)]
  }

  private func countAlone(
    _ outcome: Result<Decision, Failure.StoreFailure>, _ result: UpstreamResult
  ) -> [Action] {
    guard result == .unavailable, case .success(.record(_, let reason)) = outcome, reason.isMinting else { return [] }
    // Under the policy offline the upstream is never asked, and its absence is no failure.
    return [.countMintedAlone(isFailure: policy.asksUpstream)]
  }
}

extension Refusal {
  /// A node that stores no answers has no value for the tuple.
  fileprivate var isMiss: Bool {
    switch self {
    case .unrecorded, .taken: true
    case .overflow, .levelUnknown, .stopped: false
    }
  }
}
