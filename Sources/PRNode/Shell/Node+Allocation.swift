// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRUpstream

extension Node {
  /// A `get-pr` without history for a tuple that holds its package's greatest value is answered with that value,
  /// whatever anybody else knows: a ``TurnReader`` may do it. Not so in BitBake's numbering below an upstream, which
  /// has a word in every answer.
  public var answersCurrentTuplesAtOnce: Bool {
    // On a mirror the copy has a word in every answer, too.
    !policy.isMirror && (!isBelow || policy.numbering != .bitbake)
  }

  /// `get-pr`: the value of a tuple, chosen now if it has none that may be answered.
  ///
  /// The facts are read, the rule decides and the row is written in one transaction, by a closure that cannot suspend:
  /// what was known before does not count. It only tells whether the upstream has to be asked first.
  public func allocate(
    _ tuple: TupleKey, _ history: History, asker: String?, for client: ReadClient = .node,
    answer: @escaping Answer<Revision>
  ) {
    let allocation = Allocation(tuple, history, numbering: numbering)
    guard let asked else { return decide(allocation, unheard, asker: asker, for: client, answer: answer) }
    let (isReadOnly, onMiss) = (isReadOnly, policy.onMiss)
    store.read(for: client) { reader throws(StoreError) in
      isReadOnly
        ? try allocation.predict(.nothingYet, onMiss: onMiss, in: reader) : try allocation.look(.nothingYet, in: reader)
    } done: { outcome in
      guard case .success(.askUpstream) = outcome else { return answer(self.answer(outcome, tuple, asker)) }
      asked.ask(.tuple(tuple, history), within: nil) { told in
        switch self.weigh(told) {
        case .success(let heard): self.decide(allocation, heard, asker: asker, for: client, answer: answer)
        case .failure(let error): answer(.failure(error))
        }
      }
    }
  }

  /// What an answer, or that there is none, means for a decision.
  func weigh(_ told: Result<UpstreamAnswer, UpstreamError>) -> Result<Allocation.Heard, NodeError> {
    switch told {
    case .success(let answer):
      learn(upstreamLevel: answer.level)
      return policy.upstreamAway == .strict && !answer.isComplete
        ? .failure(.upstreamIncomplete) : .success(.told(answer))
    case .failure(let error) where error.isBeyondLimit: return .failure(.beyondUpstream(error))
    case .failure(let error):
      return policy.upstreamAway == .strict ? .failure(.upstreamAway(error)) : .success(.silence)
    }
  }

  private func decide(
    _ allocation: Allocation, _ heard: Allocation.Heard, asker: String?, for client: ReadClient,
    answer: @escaping Answer<Revision>
  ) {
    // The level may have been learned from the answer.
    let allocation = Allocation(allocation.tuple, allocation.history, numbering: numbering)
    let done: @Sendable (Result<Decision, StoreError>) -> Void = { outcome in
      if heard == .silence, case .success(.record(_, let reason)) = outcome { self.mintedAlone(reason) }
      answer(self.answer(outcome, allocation.tuple, asker))
    }
    if isReadOnly {
      let onMiss = policy.onMiss
      let predict: @Sendable () -> Void = {
        self.store.read(
          for: client,
          { reader throws(StoreError) in try allocation.predict(heard, onMiss: onMiss, in: reader) }, done: done)
      }
      guard case .told(let told) = heard else { return predict() }
      return keep(told, of: allocation.tuple, then: predict)
    }
    let now = now
    store.write(
      for: client,
      { ledger throws(StoreError) in
        try allocation.decide(heard, in: LedgerRecords(ledger: ledger, asker: asker, now: now))
      }, done: done)
  }

  private func answer(
    _ outcome: Result<Decision, StoreError>, _ tuple: TupleKey, _ asker: String?
  ) -> Result<Revision, NodeError> {
    switch outcome {
    case .success(.answer(let value, let reason)), .success(.record(let value, let reason)):
      count(reason, tuple, asker)
      return .success(value)
    case .success(.refuse(let refusal)):
      if refusal.isMiss { log.withLock { $0.miss(tuple, asker: asker, at: now) } }
      return .failure(refusal == .unrecorded && store.isFrozen ? .notFrozen(tuple) : .refused(refusal, tuple))
    case .success(.askUpstream): preconditionFailure("the upstream is asked before a decision")
    case .failure(let error): return .failure(.store(error))
    }
  }

  private func count(_ reason: Reason, _ tuple: TupleKey, _ asker: String?) {
    log.withLock { log in
      log.count(reason)
      if reason == .predicted { log.miss(tuple, asker: asker, at: now) }
    }
  }

  /// Keeps what an upstream answered in the copy.
  ///
  /// - Parameter done: called once it is kept, or cannot be.
  func keep(_ told: UpstreamAnswer, of tuple: TupleKey, then done: @escaping @Sendable () -> Void) {
    guard !store.isReadOnly else { return done() }
    let now = now
    store.write(
      { ledger throws(StoreError) in _ = try ledger.learn(told, of: tuple, milliseconds: now) },
      done: { _ in done() })
  }
}

extension Refusal {
  /// A node that stores nothing was asked in vain.
  fileprivate var isMiss: Bool {
    switch self {
    case .unrecorded, .taken: true
    case .overflow: false
    }
  }
}
