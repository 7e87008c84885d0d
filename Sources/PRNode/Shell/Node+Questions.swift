// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRUpstream

/// The questions that put no value on record. In the `partitioned` numbering a node that does not know asks further up, so
/// that a leaf below a node that was never asked still gets the root's answer. An upstream's answer is in the copy before
/// it is passed on: no later answer, which may need no upstream or find none, is lesser.
extension Node {
  /// `test-pr`: the value on record for a tuple.
  public func value(
    of tuple: TupleKey, _ history: History, for client: ReadClient = .node, answer: @escaping Answer<Revision?>
  ) {
    know(
      tuple, history, for: client, within: nil, isEnough: { !$0.values.isEmpty },
      answer: { outcome in
        guard case .success(let known) = outcome, known.knowledge.values.isEmpty, !known.isComplete,
          self.policy.upstreamAway == .strict
        else { return answer(outcome.map { $0.knowledge.value(history) }) }
        answer(.failure(.upstreamIncomplete))
      })
  }

  /// `lookup`: all that a node further down needs to decide.
  ///
  /// - Parameter time: how long that node waits.
  public func lookUp(
    _ tuple: TupleKey, within time: Duration?, for client: ReadClient = .node,
    answer: @escaping Answer<UpstreamAnswer>
  ) {
    // Whoever asks wants the answer before it gives up.
    know(
      tuple, .none, for: client, within: time.map { $0 * 3 / 4 }, mayBeIncomplete: true, isEnough: \.isCurrent
    ) { outcome in
      answer(
        outcome.map { known in
          UpstreamAnswer(
            greatest: known.knowledge.greatest, values: known.knowledge.values.values,
            hasMore: known.knowledge.values.hasMore, isComplete: known.isComplete, level: self.level)
        })
    }
  }

  /// `max-package-pr`: the greatest value of a package.
  public func greatest(
    of package: PackageKey, for client: ReadClient = .node, answer: @escaping Answer<Revision?>
  ) {
    let isRecursive = isRecursive
    read(for: client) { reader throws(StoreError) in
      let own = try reader.greatest(of: package)
      return isRecursive ? [own, try reader.greatestAbove(package)].compactMap(\.self).max() : own
    } _: { outcome in
      guard case .success(nil) = outcome, let asked = self.recursively else { return answer(outcome) }
      asked.ask(.package(package), within: nil) { told in
        switch told {
        case .success(let told):
          guard let greatest = told.greatest else { return answer(.success(nil)) }
          self.keep(floor: greatest, of: package) { answer(.success(greatest)) }
        case .failure(let error) where error.isBeyondLimit: answer(.failure(.beyondUpstream(error)))
        case .failure(let error): answer(self.policy.upstreamAway == .strict ? .failure(.upstreamAway(error)) : outcome)
        }
      }
    }
  }

  private var isRecursive: Bool { isBelow && policy.numbering != .bitbake }

  private var recursively: (any UpstreamAsking)? { isRecursive ? asked : nil }

  private struct Known: Sendable {
    var knowledge: Knowledge
    var isComplete: Bool
  }

  private func know(
    _ tuple: TupleKey, _ history: History, for client: ReadClient, within time: Duration?,
    mayBeIncomplete: Bool = false,
    isEnough: @escaping @Sendable (Knowledge) -> Bool, answer: @escaping Answer<Known>
  ) {
    knowledge(of: tuple, for: client) { outcome in
      guard case .success(let knowledge) = outcome, self.isRecursive, !isEnough(knowledge) else {
        return answer(outcome.map { Known(knowledge: $0, isComplete: true) })
      }
      guard let asked = self.asked else {
        return answer(.success(Known(knowledge: knowledge, isComplete: false)))
      }
      asked.ask(.tuple(tuple, history), within: time) { told in
        switch told {
        case .success(let told):
          self.learn(upstreamLevel: told.level)
          let finish: @Sendable () -> Void = {
            self.knowledge(of: tuple, told: told, for: client) { outcome in
              answer(outcome.map { Known(knowledge: $0, isComplete: told.isComplete) })
            }
          }
          guard told.greatest != nil else { return finish() }
          self.keep(told, of: tuple, then: finish)
        case .failure(let error) where error.isBeyondLimit: answer(.failure(.beyondUpstream(error)))
        case .failure(let error) where self.policy.upstreamAway == .strict && !mayBeIncomplete:
          answer(.failure(.upstreamAway(error)))
        case .failure: answer(.success(Known(knowledge: knowledge, isComplete: false)))
        }
      }
    }
  }

  private func knowledge(
    of tuple: TupleKey, told: UpstreamAnswer? = nil, for client: ReadClient, answer: @escaping Answer<Knowledge>
  ) {
    let (numbering, countsCopy) = (numbering, isReadOnly)
    let body: @Sendable (RowReader) throws(StoreError) -> Knowledge = { reader throws(StoreError) in
      try Knowledge(of: tuple, numbering, countsCopy: countsCopy, told: told, in: reader)
    }
    read(for: client, body, answer)
  }

  private func keep(floor: Revision, of package: PackageKey, then done: @escaping @Sendable () -> Void) {
    guard !store.isReadOnly else { return done() }
    store.write { ledger throws(StoreError) in
      try ledger.learn(floor: floor, of: package)
    } done: { _ in
      // What cannot be kept now is told all the same.
      done()
    }
  }
}
