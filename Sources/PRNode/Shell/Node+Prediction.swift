// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRUpstream

extension Node {
  /// `get-pr` for clients that may not allocate: the value that a tuple has or would get now. Nothing is stored, neither
  /// here nor of what the upstream tells.
  public func predict(_ tuple: TupleKey, _ history: History, answer: @escaping Answer<Revision>) {
    let asked = asked
    foresee(tuple, history, asked == nil ? unheard : .nothingYet) { outcome in
      guard case .success(nil) = outcome, let asked else { return answer(outcome.flatMap(Self.known)) }
      asked.ask(.tuple(tuple, history), within: nil) { told in
        switch self.weigh(told) {
        case .success(let heard): self.foresee(tuple, history, heard) { answer($0.flatMap(Self.known)) }
        case .failure(let error): answer(.failure(error))
        }
      }
    }
  }

  private static func known(_ value: Revision?) -> Result<Revision, NodeError> {
    guard let value else { preconditionFailure("the upstream is asked before a decision") }
    return .success(value)
  }

  /// - Parameter answer: gets nil where the upstream has to be asked first.
  private func foresee(
    _ tuple: TupleKey, _ history: History, _ heard: Allocation.Heard, answer: @escaping Answer<Revision?>
  ) {
    let allocation = Allocation(tuple, history, numbering: numbering)
    let isReadOnly = isReadOnly
    store.read { reader throws(StoreError) in
      isReadOnly
        ? try allocation.predict(heard, onMiss: .predict, in: reader) : try allocation.look(heard, in: reader)
    } done: { outcome in
      switch outcome {
      case .success(.answer(let value, let reason)):
        self.log.withLock { $0.count(reason) }
        answer(.success(value))
      case .success(.record(let value, _)):
        self.log.withLock { $0.count(.predicted) }
        answer(.success(value))
      case .success(.askUpstream): answer(.success(nil))
      case .success(.refuse(let refusal)): answer(.failure(.refused(refusal, tuple)))
      case .failure(let error): answer(.failure(.store(error)))
      }
    }
  }
}
