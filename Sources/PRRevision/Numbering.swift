// SPDX-License-Identifier: Apache-2.0

/// How a node chooses values.
package enum Numbering: Hashable, Sendable {
  /// The answers of BitBake's own server.
  case bitbake
  /// No value ever names two contents.
  case partitioned(Partition)

  /// Chooses the value of a tuple.
  ///
  /// - Parameters:
  ///   - history: what the request asks for.
  ///   - local: the node's own rows, read in the transaction that will store the decision.
  ///   - upstream: what is known from above.
  package func decide(_ history: History, local: LocalFacts, upstream: UpstreamView) -> Decision {
    let decision =
      switch self {
      case .bitbake: BitBakeNumbering.decide(history, local: local, upstream: upstream)
      case .partitioned(let partition): partition.decide(history, local: local, upstream: upstream)
      }
    // What is put on record must parse when it is read again.
    guard case .record(let value, _) = decision, value.text.utf8.count > Revision.maximumTextLength else {
      return decision
    }
    return .refuse(.overflow(value))
  }
}

/// A node's place among those that number together.
package struct Partition: Hashable, Sendable {
  /// 0 without an upstream, else the upstream's level + 1.
  package let level: Int
  package let lane: Lane
  /// False where the level is a guess: the node has an upstream, which has never said its own. Such a node mints nothing.
  package let isLevelKnown: Bool
  /// The least last number of what is minted; greater than 0 by a lease alone.
  package let from: UInt64
  /// Why nothing is minted; nil while it may be.
  package let stop: MintingStop?

  /// The node at the top of a hierarchy.
  package static let root = Partition(level: 0, lane: .only)

  /// The deepest level; a value of that many components still has a file name.
  package static let deepest = 15

  package init(
    level: Int, lane: Lane, isLevelKnown: Bool = true, from: UInt64 = 0, stop: MintingStop? = nil
  ) {
    precondition((0...Self.deepest).contains(level), "a level is 0...\(Self.deepest)")
    self.level = level
    self.lane = lane
    self.isLevelKnown = isLevelKnown
    self.from = from
    self.stop = stop
  }
}
