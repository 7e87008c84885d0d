// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// `get-pr`: what is asked and by which rule, decided on the facts of one transaction.
public struct Allocation: Sendable {
  public let tuple: TupleKey
  public let history: History
  public let numbering: Numbering

  public init(_ tuple: TupleKey, _ history: History, numbering: Numbering) {
    self.tuple = tuple
    self.history = history
    self.numbering = numbering
  }

  /// What was heard from above before the transaction began.
  public enum Heard: Hashable, Sendable {
    /// The node stands alone.
    case nobody
    /// The upstream was not asked yet.
    case nothingYet
    case told(UpstreamAnswer)
    /// The upstream cannot be asked: what is known of it has to do.
    case silence
  }

  /// Decides, and puts on record what was decided.
  ///
  /// What the upstream told goes into the copy first, and the rule sees the copy: what others learned meanwhile counts
  /// too, and so does what an upstream knew that was restored from an old backup since.
  public func decide<Known: ChangingRecords>(
    _ heard: Heard, in records: Known
  ) throws(Known.Failure) -> Decision {
    if case .told(let answer) = heard { try records.learn(answer, of: tuple) }
    let decision = try look(heard, in: records)
    if case .record(let value, let reason) = decision { try records.record(tuple, value, reason) }
    return decision
  }

  /// Decides without putting anything on record.
  public func look<Known: Records>(_ heard: Heard, in records: Known) throws(Known.Failure) -> Decision {
    let view = try view(heard, in: records)
    var above: UpstreamFacts?
    if case .facts(let facts) = view { above = facts }
    return numbering.decide(
      history, local: try records.facts(for: tuple, history, upstream: above), upstream: view)
  }

  /// Decides on a node that stores nothing. Its copy counts as its own rows.
  public func predict<Known: Records>(
    _ heard: Heard, onMiss: OnMiss, in records: Known
  ) throws(Known.Failure) -> Decision {
    var view = try view(heard, in: records)
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
        if case .told(let answer) = heard { told += ToldValues(answer.values).values }
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

  private func view<Known: Records>(_ heard: Heard, in records: Known) throws(Known.Failure) -> UpstreamView {
    switch heard {
    case .nobody: .none
    case .nothingYet: .unasked
    case .silence: .facts(try records.upstreamView(of: tuple))
    case .told(let answer):
      switch numbering {
      // Answer for answer as BitBake's: what it is told now, and nothing else.
      case .bitbake: .facts(answer.facts)
      case .partitioned: .facts(try records.upstreamView(of: tuple).merged(with: answer.facts))
      }
    }
  }
}

extension UpstreamFacts {
  /// What both know together. On a node that stores nothing, what was told is not in the copy.
  func merged(with other: UpstreamFacts) -> UpstreamFacts {
    UpstreamFacts(
      greatest: [greatest, other.greatest].compactMap(\.self).max(),
      value: [value, other.value].compactMap(\.self).max())
  }
}
