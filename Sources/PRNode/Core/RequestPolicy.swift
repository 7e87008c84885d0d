// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What determines how a node serves each request: its policy, and what kind of upstream and database it has.
struct RequestPolicy: Hashable, Sendable {
  private let policy: NodePolicy
  private let hasUpstream: Bool
  private let isStoreReadOnly: Bool
  /// The database was frozen: it will never have more values.
  let isFrozen: Bool

  /// - Parameters:
  ///   - hasUpstream: the node can ask an upstream.
  ///   - isStoreReadOnly: the database takes no writes.
  init(_ policy: NodePolicy, hasUpstream: Bool, isStoreReadOnly: Bool, isFrozen: Bool = false) {
    self.policy = policy
    self.hasUpstream = hasUpstream
    self.isStoreReadOnly = isStoreReadOnly
    self.isFrozen = isFrozen
  }

  var onMiss: OnMiss { policy.onMiss }

  /// The node stores no answers.
  var isReadOnly: Bool { policy.isReadOnly || isStoreReadOnly }

  /// What the upstream answers can be put into the copy.
  var keepsAnswers: Bool { !isStoreReadOnly }

  /// There are nodes above, whether they are asked or not.
  var isBelow: Bool { hasUpstream || policy.isBelow }

  var asksUpstream: Bool { hasUpstream && policy.upstreamAway != .offline }

  /// What needs the upstream is refused without it.
  var isStrict: Bool { policy.upstreamAway == .strict }

  /// Requests that put no value on record ask the upstream as well if the node has no value.
  var isRecursive: Bool { isBelow && policy.numbering != .bitbake }

  /// What takes the place of the upstream's answer where the upstream is not asked.
  var unasked: UpstreamResult { isBelow ? .unavailable : .standalone }

  /// The first level is no guess.
  var isLevelKnown: Bool {
    if case .partitioned(let partition) = policy.numbering { partition.isLevelKnown } else { !isBelow }
  }

  /// What the node mints depends on its level.
  var mintsByLevel: Bool { if case .partitioned = policy.numbering { !isReadOnly } else { false } }

  /// The level until an upstream has given its own.
  var assumedLevel: Int {
    if case .partitioned(let partition) = policy.numbering { partition.level } else { isBelow ? 1 : 0 }
  }

  /// A `get-pr` without history for a tuple that holds its package's greatest value is answered with that value, whatever
  /// else is known. Not so where the upstream takes part in every answer, as in BitBake's numbering below one, or where
  /// the copy does, as on a mirror.
  var answersCurrentTuplesAtOnce: Bool { !policy.isMirror && (!isBelow || policy.numbering != .bitbake) }

  /// The rule at a level.
  ///
  /// - Parameters:
  ///   - isKnown: the level is no guess.
  ///   - lease: of a member of a federation.
  func numbering(at level: Int, isKnown: Bool = true, lease: NodeLease? = nil) -> Numbering {
    switch policy.numbering {
    case .bitbake: .bitbake
    case .partitioned(let partition):
      .partitioned(
        Partition(
          level: level, lane: lease?.lane ?? partition.lane, isLevelKnown: isKnown, from: lease?.from ?? 0,
          stop: lease?.stop))
    }
  }

  /// What an upstream's answer, or its failure, means for a decision about a tuple.
  func classify<Failure: RequestFailure>(
    _ reply: Result<UpstreamAnswer, Failure.UpstreamCause>
  ) -> Result<UpstreamResult, Failure> {
    switch reply {
    case .success(let answer):
      isStrict && !answer.isComplete ? .failure(.upstreamIncomplete) : .success(.answered(answer))
    case .failure(let cause) where cause.isBeyondLimit: .failure(.beyondUpstream(cause))
    case .failure(let cause): isStrict ? .failure(.upstreamAway(cause)) : .success(.unavailable)
    }
  }
}
