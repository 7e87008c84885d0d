// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How a node answers.
package struct NodePolicy: Hashable, Sendable {
  /// With the level that holds until the upstream has given its own.
  package var numbering: Numbering
  /// The node stores no answers.
  package var isReadOnly: Bool
  /// What a read-only node says to a tuple without a value on record.
  package var onMiss: OnMiss
  package var upstreamAway: UpstreamAway

  /// There are nodes above, even if the node has no upstream that it can ask.
  package var isBelow = false
  /// The lane was given as an option. Without one, nodes of one level mint the same numbers.
  package var isLaneGiven = false
  /// The node stores no answers and has a copy of its upstream, whose rows count as its own.
  package var isMirror = false
  /// A node below is given the builders that have asked for values, with the values' origins.
  package var sharesAskers = false

  /// Nil where it does not number by lanes.
  package var lane: Lane? {
    switch numbering {
    case .bitbake: nil
    case .partitioned(let partition): partition.lane
    }
  }

  /// The node shares its level with others, and was not given what tells it from them.
  package var lacksLane: Bool { isBelow && !isReadOnly && lane != nil && !isLaneGiven }

  package init(
    numbering: Numbering = .partitioned(.root), isReadOnly: Bool = false, onMiss: OnMiss = .refuse,
    upstreamAway: UpstreamAway = .fallback
  ) {
    self.numbering = numbering
    self.isReadOnly = isReadOnly
    self.onMiss = onMiss
    self.upstreamAway = upstreamAway
  }
}

/// What becomes of a request that needs an upstream that does not answer.
package enum UpstreamAway: String, Hashable, Sendable, CaseIterable {
  /// It is refused.
  case strict
  /// It is decided on what is known of the upstream.
  case fallback
  /// The upstream is never asked: what is known of it has to do.
  case offline
}
