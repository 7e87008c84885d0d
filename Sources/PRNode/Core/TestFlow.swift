// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// `test-pr`: the value on record for a tuple.
///
/// A node that has none asks its upstream, so that a leaf below a node that was never asked still gets the root's answer.
/// What the upstream answers is in the copy before the client has it: no later answer, which may need no upstream or find none,
/// is less.
struct TestFlow<Failure: RequestFailure>: RequestFlow {
  private let history: History
  private let policy: RequestPolicy
  private(set) var state = State.idle

  init(_ history: History, _ policy: RequestPolicy) {
    self.history = history
    self.policy = policy
  }

  enum State: Hashable, Sendable {
    /// Nothing was done. May become `reading`.
    case idle
    /// The first read is under way. May become `asking`, `answered`.
    case reading
    /// The upstream has the question; the first read found these values. May become `keeping`, `rereading`, `answered`.
    case asking(KnownValues)
    /// The upstream's answer is being put into the copy. May become `rereading`.
    case keeping(UpstreamAnswer)
    /// A read joins the upstream's answer with the rows. May become `answered`.
    case rereading(isComplete: Bool)
    /// The request has its answer. Nothing follows.
    case answered
  }

  enum Event: Hashable, Sendable {
    case begun
    /// The result of a `read`.
    case found(Result<KnownValues, Failure.StoreFailure>)
    /// The result of an `ask`.
    case replied(Result<UpstreamAnswer, Failure.UpstreamCause>)
    /// The result of a `keep`, whether the answer could be kept or not.
    case kept
  }

  enum Action: Hashable, Sendable {
    /// Reads ``KnownValues`` of the tuple.
    case read(countsCopy: Bool, answer: UpstreamAnswer?)
    /// Asks the upstream about the tuple.
    case ask
    /// Takes over the level that an upstream has given as its own, if it has.
    case learn(level: Int?)
    /// Puts the upstream's answer into the copy.
    case keep(UpstreamAnswer)
    case answer(Result<Revision?, Failure>)
  }

  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = .reading
      return [.read(countsCopy: policy.isReadOnly, answer: nil)]
    case (.reading, .found(.success(let known))):
      guard policy.isRecursive, known.values.isEmpty else { return [finish(known, isComplete: true)] }
      guard policy.asksUpstream else { return [finish(known, isComplete: false)] }
      state = .asking(known)
      return [.ask]
    case (.asking, .replied(.success(let answer))): return [.learn(level: answer.level), take(answer)]
    case (.asking(let known), .replied(.failure(let cause))): return [fail(cause, known)]
    case (.keeping(let answer), .kept): return [reread(answer)]
    case (.rereading(let isComplete), .found(.success(let known))): return [finish(known, isComplete: isComplete)]
    case (.reading, .found(.failure(let cause))), (.rereading, .found(.failure(let cause))):
      return [finish(.failure(.store(cause)))]
    case (.idle, _), (.reading, _), (.asking, _), (.keeping, _), (.rereading, _), (.answered, _): return []
    }
  }

  private mutating func take(_ answer: UpstreamAnswer) -> Action {
    guard answer.greatest != nil, policy.keepsAnswers else { return reread(answer) }
    state = .keeping(answer)
    return .keep(answer)
  }

  private mutating func reread(_ answer: UpstreamAnswer) -> Action {
    state = .rereading(isComplete: answer.isComplete)
    return .read(countsCopy: policy.isReadOnly, answer: answer)
  }

  private mutating func fail(_ cause: Failure.UpstreamCause, _ known: KnownValues) -> Action {
    if cause.isBeyondLimit { return finish(.failure(.beyondUpstream(cause))) }
    return policy.isStrict ? finish(.failure(.upstreamAway(cause))) : finish(known, isComplete: false)
  }

  /// - Parameter isComplete: all nodes above that could have a value were asked.
  private mutating func finish(_ known: KnownValues, isComplete: Bool) -> Action {
    if policy.isStrict, known.values.isEmpty, !isComplete { return finish(.failure(.upstreamIncomplete)) }
    return finish(.success(known.value(history)))
  }

  private mutating func finish(_ answer: Result<Revision?, Failure>) -> Action {
    state = .answered
    return .answer(answer)
  }
}
