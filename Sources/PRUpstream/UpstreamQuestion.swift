// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a node may ask its upstream.
package enum UpstreamQuestion: Hashable, Sendable {
  /// All that a decision about a tuple needs.
  case tuple(TupleKey, History)
  /// The greatest value of a package.
  case package(PackageKey)
}

/// The upstream of a node, as far as it is asked.
package protocol UpstreamAsking: Sendable {
  /// Asks. Identical questions share one answer as long as it was not asked for yet: no answer is older than its question.
  ///
  /// - Parameters:
  ///   - time: how long the asker can wait, if less than the upstream's deadline.
  ///   - path: the stores that the question has passed, this node's the last. Askers that share an answer share the path of the
  ///     first.
  ///   - answer: called once, on some thread, within the deadline.
  func ask(
    _ question: UpstreamQuestion, within time: Duration?, via path: QuestionPath,
    answer: @escaping @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void)
}
