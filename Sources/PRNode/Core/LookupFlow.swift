// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// `lookup`: all that a node further down needs to decide about a tuple.
///
/// It is answered as far as possible: an answer that misses what an upstream has is marked as incomplete, and the node that
/// asked decides by its own policy. What the upstream answers is in the copy before it is passed on: no later answer, which may
/// need no upstream or find none, is less.
struct LookupFlow<Failure: RequestFailure>: RequestFlow {
  private let policy: RequestPolicy
  private let time: Duration?
  private(set) var state = State.idle

  /// - Parameter time: how long the node that asked waits; nil if that is not known.
  init(_ policy: RequestPolicy, within time: Duration?) {
    self.policy = policy
    self.time = time
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
    /// Asks the upstream about the tuple, without history.
    case ask(within: Duration?)
    /// Takes over the level that an upstream has given as its own, if it has.
    case learn(level: Int?)
    /// Puts the upstream's answer into the copy.
    case keep(UpstreamAnswer)
    case answer(Result<LookupResult, Failure>)
  }

  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = .reading
      return [.read(countsCopy: policy.isReadOnly, answer: nil)]
    case (.reading, .found(.success(let known))):
      guard policy.isRecursive, !known.isCurrent else { return [finish(known, isComplete: true)] }
      guard policy.asksUpstream else { return [finish(known, isComplete: false)] }
      state = .asking(known)
      return [.ask(within: share)]
    case (.asking, .replied(.success(let answer))): return [.learn(level: answer.level), take(answer)]
    case (.asking, .replied(.failure(let cause))) where cause.isBeyondLimit:
      return [finish(.failure(.beyondUpstream(cause)))]
    case (.asking(let known), .replied(.failure)): return [finish(known, isComplete: false)]
    case (.keeping(let answer), .kept): return [reread(answer)]
    case (.rereading(let isComplete), .found(.success(let known))): return [finish(known, isComplete: isComplete)]
    case (.reading, .found(.failure(let cause))), (.rereading, .found(.failure(let cause))):
      return [finish(.failure(.store(cause)))]
    case (.idle, _), (.reading, _), (.asking, _), (.keeping, _), (.rereading, _), (.answered, _): return []
    }
  }

  /// The part of the time that is given to the upstream. The rest is for the way back: an answer counts only if it arrives
  /// before the node that asked gives up.
  private var share: Duration? { time.map { $0 * 3 / 4 } }

  private mutating func take(_ answer: UpstreamAnswer) -> Action {
    guard answer.greatest != nil, policy.keepsAnswers else { return reread(answer) }
    state = .keeping(answer)
    return .keep(answer)
  }

  private mutating func reread(_ answer: UpstreamAnswer) -> Action {
    state = .rereading(isComplete: answer.isComplete)
    return .read(countsCopy: policy.isReadOnly, answer: answer)
  }

  private mutating func finish(_ known: KnownValues, isComplete: Bool) -> Action {
    finish(.success(LookupResult(known: known, isComplete: isComplete)))
  }

  private mutating func finish(_ answer: Result<LookupResult, Failure>) -> Action {
    state = .answered
    return .answer(answer)
  }
}

/// What a lookup comes to.
struct LookupResult: Hashable, Sendable {
  var known: KnownValues
  /// All nodes above that could have more were asked.
  var isComplete: Bool

  /// - Parameter level: the node's own; nil while it is not known.
  func answer(at level: Int?) -> UpstreamAnswer {
    UpstreamAnswer(
      greatest: known.greatest, values: known.values.values, hasMore: known.values.hasMore, isComplete: isComplete,
      level: level)
  }
}
