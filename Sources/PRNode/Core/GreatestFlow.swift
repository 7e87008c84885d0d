// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// `max-package-pr` and `test-package`: the greatest value of a package.
///
/// A node that has none asks its upstream. What the upstream answers is kept before the client has it: a later answer, while
/// the upstream is away, is not less.
struct GreatestFlow<Failure: RequestFailure>: RequestFlow {
  private let policy: RequestPolicy
  private(set) var state = State.idle

  init(_ policy: RequestPolicy) { self.policy = policy }

  enum State: Hashable, Sendable {
    /// Nothing was done. May become `reading`.
    case idle
    /// The read is under way. May become `asking`, `answered`.
    case reading
    /// The upstream has the question. May become `keeping`, `answered`.
    case asking
    /// The upstream's value is being written. May become `answered`.
    case keeping(Revision)
    /// The request has its answer. Nothing follows.
    case answered
  }

  enum Event: Hashable, Sendable {
    case begun
    /// The result of a `read`.
    case found(Result<Revision?, Failure.StoreFailure>)
    /// The result of an `ask`.
    case replied(Result<UpstreamAnswer, Failure.UpstreamCause>)
    /// The result of a `keep`, whether the value could be kept or not.
    case kept
  }

  enum Action: Hashable, Sendable {
    /// Reads the greatest value of the package.
    case read(includesCopy: Bool)
    /// Asks the upstream about the package.
    case ask
    /// Keeps a value of the package that came without its checksum.
    case keep(bound: Revision)
    case answer(Result<Revision?, Failure>)
  }

  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = .reading
      return [.read(includesCopy: policy.isRecursive)]
    case (.reading, .found(.success(nil))) where policy.isRecursive && policy.asksUpstream:
      state = .asking
      return [.ask]
    case (.reading, .found(.success(let value))): return [finish(.success(value))]
    case (.reading, .found(.failure(let cause))): return [finish(.failure(.store(cause)))]
    case (.asking, .replied(.success(let answer))):
      guard let greatest = answer.greatest, policy.keepsAnswers else { return [finish(.success(answer.greatest))] }
      state = .keeping(greatest)
      return [.keep(bound: greatest)]
    case (.asking, .replied(.failure(let cause))): return [finish(fail(cause))]
    case (.keeping(let value), .kept): return [finish(.success(value))]
    case (.idle, _), (.reading, _), (.asking, _), (.keeping, _), (.answered, _): return []
    }
  }

  private func fail(_ cause: Failure.UpstreamCause) -> Result<Revision?, Failure> {
    if cause.isBeyondLimit { return .failure(.beyondUpstream(cause)) }
    return policy.isStrict ? .failure(.upstreamAway(cause)) : .success(nil)
  }

  private mutating func finish(_ answer: Result<Revision?, Failure>) -> Action {
    state = .answered
    return .answer(answer)
  }
}

extension Records {
  /// The greatest value that is known for a package, its floor included.
  ///
  /// - Parameter includesCopy: values that the upstream is known to have count as well.
  func greatest(of package: PackageKey, includesCopy: Bool) throws(Failure) -> Revision? {
    let own = [try greatest(of: package), try floor(of: package)].compactMap(\.self).max()
    return includesCopy ? [own, try greatestAbove(package)].compactMap(\.self).max() : own
  }
}
