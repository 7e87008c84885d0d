// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A circle of nodes that stand above each other: the last question that came round in it, and when.
struct LoopWatch: Hashable, Sendable {
  let circle: QuestionPath
  /// In milliseconds since 1970.
  let seenAt: Int64
  /// The node takes no level over meanwhile.
  let holdsLevel: Bool

  /// The circle is taken for open when no question has come round for so many milliseconds: 10 minutes.
  static let patience: Int64 = 600_000

  /// A clock that was set back says nothing of the time between.
  func isOver(at now: Int64) -> Bool { now < seenAt || now - seenAt >= Self.patience }
}
