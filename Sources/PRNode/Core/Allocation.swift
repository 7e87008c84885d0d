// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The tuple of a `get-pr` and the rule, applied to the facts of one transaction.
struct Allocation: Sendable {
  let tuple: TupleKey
  let history: History
  let numbering: Numbering

  init(_ tuple: TupleKey, _ history: History, numbering: Numbering) {
    self.tuple = tuple
    self.history = history
    self.numbering = numbering
  }

  /// Decides, and writes the decision.
  ///
  /// The upstream's answer goes into the copy first, and the rule sees the copy. So the rule also sees what other requests
  /// have learned meanwhile, and what the upstream had before it was restored from an old backup.
  func decide<Known: ChangingRecords>(
    _ result: UpstreamResult, in records: Known
  ) throws(Known.Failure) -> Decision {
    if case .answered(let answer) = result { try records.learn(answer, of: tuple) }
    let decision = try look(result, in: records)
    if case .record(let value, let reason) = decision { try records.record(tuple, value, reason) }
    return decision
  }

  /// Decides without a write.
  func look<Known: Records>(_ result: UpstreamResult, in records: Known) throws(Known.Failure) -> Decision {
    let view = try view(result, in: records)
    var above: UpstreamFacts?
    if case .facts(let facts) = view { above = facts }
    return numbering.decide(
      history, local: try records.facts(for: tuple, history, upstream: above), upstream: view)
  }

  /// Decides on a node that stores nothing. Its copy counts as its own rows.
  func predict<Known: Records>(
    _ result: UpstreamResult, onMiss: OnMiss, in records: Known
  ) throws(Known.Failure) -> Decision {
    var view = try view(result, in: records)
    var above: UpstreamFacts?
    var recorded: Revision?
    var refusal = Refusal.unrecorded
    if case .facts(let facts) = view { above = facts }
    if numbering != .bitbake {
      let own = try records.values(of: tuple).values
      let copied = try records.copiedValues(of: tuple).values
      recorded = try firstFree(of: copied, own: own, history, in: records, &refusal)
      if var facts = above {
        var told = copied
        if case .answered(let answer) = result { told += ToldValues(answer.values).values }
        facts.value = try firstFree(of: told, own: own, .none, in: records, &refusal)
        (above, view) = (facts, .facts(facts))
      }
    }
    return numbering.decideReadOnly(
      history, recorded: recorded, local: try records.facts(for: tuple, history, upstream: above), upstream: view,
      onMiss: onMiss, refusal: refusal)
  }

  /// The value to answer among a node's own and those from above, of which the upstream may have given some to others.
  ///
  /// - Parameter refusal: becomes whose value it is that was passed over.
  private func firstFree<Known: Records>(
    of above: [Revision], own: [Revision], _ history: History, in records: Known, _ refusal: inout Refusal
  ) throws(Known.Failure) -> Revision? {
    for value in (own + above).sorted(by: history == .kept ? (<) : (>)) {
      guard !own.contains(value), let holder = try records.rival(for: value, of: tuple) else { return value }
      refusal = .taken(value, holder: holder)
    }
    return nil
  }

  private func view<Known: Records>(_ result: UpstreamResult, in records: Known) throws(Known.Failure) -> UpstreamView {
    switch result {
    case .standalone: .none
    case .notAsked: .unasked
    case .unavailable: .facts(try records.upstreamView(of: tuple))
    case .answered(let answer):
      switch numbering {
      // BitBake's server takes the upstream's present answer and nothing else.
      case .bitbake: .facts(answer.facts)
      case .partitioned: .facts(try records.upstreamView(of: tuple).merged(with: answer.facts))
      }
    }
  }
}

extension UpstreamFacts {
  /// The greater of both. On a node that stores nothing, the upstream's answer may not be in the copy.
  func merged(with other: UpstreamFacts) -> UpstreamFacts {
    UpstreamFacts(
      greatest: [greatest, other.greatest].compactMap(\.self).max(),
      value: [value, other.value].compactMap(\.self).max())
  }
}
