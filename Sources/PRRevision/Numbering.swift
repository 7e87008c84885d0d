// SPDX-License-Identifier: Apache-2.0

/// How a node chooses values.
public enum Numbering: Hashable, Sendable {
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
  public func decide(_ history: History, local: LocalFacts, upstream: UpstreamView) -> Decision {
    let decision =
      switch self {
      case .bitbake: BitBakeNumbering.decide(history, local: local, upstream: upstream)
      case .partitioned(let partition): partition.decide(history, local: local, upstream: upstream)
      }
    // What is put on record must parse when it is read again.
    guard case .record(let value, _) = decision, value.text.utf8.count > Revision.longestText else { return decision }
    return .refuse(.overflow(value))
  }
}

/// A node's place among those that number together.
public struct Partition: Hashable, Sendable {
  /// 0 without an upstream, else the upstream's level + 1.
  public let level: Int
  public let lane: Lane

  /// The node at the top of a hierarchy.
  public static let root = Partition(level: 0, lane: .only)

  /// The deepest level; a value of that many components still has a file name.
  public static let deepest = 15

  public init(level: Int, lane: Lane) {
    precondition((0...Self.deepest).contains(level), "a level is 0...\(Self.deepest)")
    self.level = level
    self.lane = lane
  }
}
