// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A circle of nodes that stand above each other: the last question that came round in it, and when.
struct LoopWatch: Hashable, Sendable {
  let circle: QuestionPath
  /// In milliseconds since 1970.
  let seenAt: Int64
  /// When the upstream last said so. What a client says does not count.
  let toldAt: Int64?

  /// The circle is taken for open when no question has come round for so many milliseconds: 10 minutes.
  static let patience: Int64 = 600_000

  func isOver(at now: Int64) -> Bool { Self.isOver(seenAt, at: now) }

  /// The node takes over no greater level.
  func holdsLevel(at now: Int64) -> Bool { toldAt.map { !Self.isOver($0, at: now) } ?? false }

  /// A clock that was set back says nothing of the time between.
  private static func isOver(_ instant: Int64, at now: Int64) -> Bool { now < instant || now - instant >= patience }
}
