// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How many nodes stand above a node, as far as is known.
struct NodeLevel: Hashable, Sendable {
  private(set) var value: Int
  /// False until an upstream has given its own, where ``value`` is a guess.
  private(set) var isKnown: Bool
  /// What this process has written of it.
  private var kept: Int?
  private var climb: LevelClimb
  private var loop: LoopWatch?
  private let keeps: Bool
  /// The node is a member of a federation, whose authority says the level.
  private(set) var lease: NodeLease?
  /// The upstream's level where it does not fit the lease.
  private var otherLevel: Int?

  enum Action: Hashable, Sendable {
    /// Writes the level, so that it holds after a restart. The result goes to ``kept(_:)`` if the write succeeds.
    case keep(Int)
    /// Raises the alarm that two nodes stand above each other.
    case warnOfLoop(level: Int)
    /// Raises the alarm that a question has come round, or brings it up to date.
    case warnOfCircle(QuestionPath)
    /// Ends that alarm.
    case endCircle
    /// Raises the alarm that the upstream's level does not fit the lease.
    case warnOfLevel(upstream: Int, leased: Int)
    /// Ends that alarm.
    case endLevelDifference
    /// Ends the alarm that the level is not known.
    case endUnknown
  }

  /// - Parameters:
  ///   - isKnown: the value is no guess.
  ///   - keeps: the database takes writes.
  init(_ value: Int, isKnown: Bool = true, keeps: Bool, lease: NodeLease? = nil) {
    self.lease = lease
    self.value = value
    self.isKnown = isKnown
    self.keeps = keeps
    climb = LevelClimb(from: value)
  }

  /// Takes over the level that an upstream has given as its own, which may be any number.
  ///
  /// - Parameter upstreamLevel: nil where the upstream's is not known.
  mutating func learn(upstreamLevel: Int?, at now: Int64) -> [Action] {
    let ended = endLoop(at: now)
    guard let upstreamLevel else { return ended }
    if let lease { return ended + compare(upstreamLevel, with: lease) }
    // In a circle each node would take the level of the next and add one.
    let rises = upstreamLevel >= value && isKnown
    return rises && loop?.holdsLevel(at: now) == true ? ended : ended + take(upstreamLevel)
  }

  /// A leased level stays, whatever an upstream says.
  private mutating func compare(_ upstreamLevel: Int, with lease: NodeLease) -> [Action] {
    let other = upstreamLevel == lease.levelAbove ? nil : upstreamLevel
    guard other != otherLevel else { return [] }
    otherLevel = other
    return other.map { [.warnOfLevel(upstream: $0, leased: lease.level)] } ?? [.endLevelDifference]
  }

  /// The authority has given the node another lease.
  mutating func take(_ lease: NodeLease) -> [Action] {
    let ended: [Action] = (isKnown ? [] : [.endUnknown]) + (otherLevel == nil ? [] : [.endLevelDifference])
    (self.lease, value, isKnown, otherLevel) = (lease, lease.level, true, nil)
    return ended
  }

  /// A question has come round.
  ///
  /// - Parameter saidBelow: a client has sent the path, which may be any: that raises an alarm and no more. Where the upstream says
  ///   so the level does not rise for a while.
  mutating func cameRound(_ circle: QuestionPath, saidBelow: Bool, at now: Int64) -> [Action] {
    _ = endLoop(at: now)
    let isNew = loop?.circle != circle
    loop = LoopWatch(circle: circle, seenAt: now, toldAt: saidBelow ? loop?.toldAt : now)
    return isNew ? [.warnOfCircle(circle)] : []
  }

  private mutating func endLoop(at now: Int64) -> [Action] {
    guard let last = loop, last.isOver(at: now) else { return [] }
    loop = nil
    return [.endCircle]
  }

  private mutating func take(_ upstreamLevel: Int) -> [Action] {
    guard (0..<Partition.deepest).contains(upstreamLevel) else { return [] }
    let level = upstreamLevel + 1
    let isNews = level != value || level == Partition.deepest
    value = level
    defer { isKnown = true }
    let isLoop = isNews && climb.reaches(level)
    // A level that could not be written is written with a later answer of the upstream.
    return (isKnown ? [] : [.endUnknown]) + (isLoop ? [.warnOfLoop(level: level)] : [])
      + (keeps && kept != level ? [.keep(level)] : [])
  }

  /// The level was written.
  mutating func kept(_ level: Int) { kept = level }
}
