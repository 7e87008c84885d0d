// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRUpstream

/// The requests that a flow decides.
extension Node {
  /// Whether a ``EventLoopReader`` may answer a `get-pr` without history for a tuple that holds its package's greatest value.
  package var answersCurrentTuplesAtOnce: Bool { requestPolicy.answersCurrentTuplesAtOnce }

  /// `get-pr`: the value of a tuple, chosen now if there is none that may be answered.
  package func allocate(
    _ tuple: TupleKey, _ history: History, asker: String?, for client: ReadClient = .node,
    answer: @escaping Answer<Revision>
  ) {
    AllocationDriver(node: self, history: history, asker: asker, client: client, answer: answer)
      .feed(.begun, to: AllocationFlow(tuple, requestPolicy))
  }

  /// `get-pr` for clients that may not allocate: the value that a tuple has or would get now.
  package func predict(_ tuple: TupleKey, _ history: History, answer: @escaping Answer<Revision>) {
    PredictionDriver(node: self, history: history, answer: answer)
      .feed(.begun, to: PredictionFlow(tuple, requestPolicy))
  }

  /// `test-pr`: the value on record for a tuple.
  package func value(
    of tuple: TupleKey, _ history: History, for client: ReadClient = .node, answer: @escaping Answer<Revision?>
  ) {
    TestDriver(node: self, tuple: tuple, history: history, client: client, answer: answer)
      .feed(.begun, to: TestFlow(history, requestPolicy))
  }

  /// `lookup`: all that a node further down needs to decide.
  ///
  /// - Parameters:
  ///   - time: how long that node waits.
  ///   - path: the stores that the question has passed.
  package func lookUp(
    _ tuple: TupleKey, within time: Duration?, via path: QuestionPath = .start, for client: ReadClient = .node,
    answer: @escaping Answer<UpstreamAnswer>
  ) {
    if let circle = path.circle(at: store.identity) {
      cameRound(circle, saidBelow: true)
      return answer(.failure(.cameRound(circle)))
    }
    LookupDriver(node: self, tuple: tuple, path: path, client: client, answer: answer)
      .feed(.begun, to: LookupFlow(requestPolicy, within: time))
  }

  /// `max-package-pr` and `test-package`: the greatest value of a package.
  package func greatest(
    of package: PackageKey, for client: ReadClient = .node, answer: @escaping Answer<Revision?>
  ) {
    GreatestDriver(node: self, package: package, client: client, answer: answer)
      .feed(.begun, to: GreatestFlow(requestPolicy))
  }
}

extension Node {
  /// Asks the upstream. A flow asks only where the node has one.
  ///
  /// - Parameter path: the stores that the question has passed below this node.
  func ask(
    _ question: UpstreamQuestion, within time: Duration? = nil, via path: QuestionPath = .start,
    _ replied: @escaping @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void
  ) {
    guard let upstream else { return replied(.failure(.stopped)) }
    upstream.ask(question, within: time, via: path.passing(store.identity), answer: replied)
  }

  /// Puts an answer of the upstream into the copy.
  ///
  /// - Parameter done: called once it is written, or cannot be.
  func keep(_ answer: UpstreamAnswer, of tuple: TupleKey, then done: @escaping @Sendable () -> Void) {
    let now = now
    store.write(
      { context throws(StoreError) in _ = try context.learn(answer, of: tuple, milliseconds: now) },
      done: { _ in done() })
  }
}
