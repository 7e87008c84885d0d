// SPDX-License-Identifier: Apache-2.0

extension Numbering {
  /// Chooses the value of a tuple on a node that stores nothing.
  ///
  /// - Parameters:
  ///   - recorded: the value on record for the tuple, the copy of the upstream included: the least with history, else
  ///     the greatest.
  ///   - onMiss: what a tuple without one gets. BitBake's numbering always predicts.
  ///   - refusal: why there is none.
  package func decideReadOnly(
    _ history: History, recorded: Revision?, local: LocalFacts, upstream: UpstreamView, onMiss: OnMiss,
    refusal: Refusal = .unrecorded
  ) -> Decision {
    if case .partitioned = self {
      if let recorded { return .answer(recorded, history == .kept ? .kept : .current) }
      switch upstream {
      case .unasked: return .askUpstream
      case .facts(let above): if let value = above.value { return .answer(value, .adopted) }
      case .none: break
      }
      if onMiss == .refuse { return .refuse(refusal) }
    }
    let decision = decide(history, local: local, upstream: upstream)
    guard case .record(let value, _) = decision else { return decision }
    return .answer(value, .predicted)
  }
}
