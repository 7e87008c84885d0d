// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// `get-pr` of a client that may not allocate: the value that a tuple has, or would get now. Nothing is stored, neither a
/// value nor what the upstream answers.
struct PredictionFlow<Failure: RequestFailure>: RequestFlow {
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
    /// The upstream has the question. May become `deciding`, `answered`.
    case asking
    /// The read that decides is under way. May become `answered`.
    case deciding
    /// The request has its answer. Nothing follows.
    case answered
  }

  enum Event: Hashable, Sendable {
    case begun
    /// The result of a `look` or a `predict`.
    case decided(Result<Decision, Failure.StoreFailure>)
    /// The result of an `ask`.
    case replied(Result<UpstreamAnswer, Failure.UpstreamCause>)
  }

  enum Action: Hashable, Sendable {
    /// Applies the rule in a read.
    case look(UpstreamResult)
    /// Applies the rule of a node that stores no answers, in a read. A tuple without a value gets the next one.
    case predict(UpstreamResult)
    /// Asks the upstream about the tuple.
    case ask
    /// Takes over the level that an upstream has given as its own, if it has.
    case learn(level: Int?)
    case count(Reason)
    case answer(Result<Revision, Failure>)
  }

  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = policy.asksUpstream ? .looking : .deciding
      return [read(policy.asksUpstream ? .notAsked : policy.unasked)]
    case (.looking, .decided(.success(.askUpstream))):
      state = .asking
      return [.ask]
    case (.asking, .replied(.success(let answer))):
      return [.learn(level: answer.level), resume(policy.classify(.success(answer)))]
    case (.asking, .replied(let reply)): return [resume(policy.classify(reply))]
    case (.looking, .decided(let outcome)), (.deciding, .decided(let outcome)): return finish(outcome)
    case (.idle, _), (.looking, _), (.asking, _), (.deciding, _), (.answered, _): return []
    }
  }

  private func read(_ result: UpstreamResult) -> Action { policy.isReadOnly ? .predict(result) : .look(result) }

  private mutating func resume(_ result: Result<UpstreamResult, Failure>) -> Action {
    switch result {
    case .success(let result):
      state = .deciding
      return read(result)
    case .failure(let failure):
      state = .answered
      return .answer(.failure(failure))
    }
  }

  private mutating func finish(_ outcome: Result<Decision, Failure.StoreFailure>) -> [Action] {
    state = .answered
    switch outcome {
    case .success(.answer(let value, let reason)): return [.count(reason), .answer(.success(value))]
    case .success(.record(let value, _)): return [.count(.predicted), .answer(.success(value))]
    case .success(.refuse(let refusal)): return [.answer(.failure(.refused(refusal, tuple)))]
    case .success(.askUpstream): preconditionFailure("a rule asks for the upstream only where it was not asked")
    case .failure(let cause): return [.answer(.failure(.store(cause)))]
    }
  }
}
