// SPDX-License-Identifier: Apache-2.0

/// When the pages of the log go to the database. Pure: it is told what happened, and says what to do.
///
/// A log begins anew only when all its pages are in the database at the moment somebody begins to write. So most of them
/// go while the writer writes on, which costs nobody anything, and the few that came meanwhile go in the writer's place.
struct CheckpointPlan {
  enum Step: Hashable {
    case nothing
    /// Beside the writer.
    case beside
    /// By the writer, before it writes on; behind one that runs beside it.
    case inPlace
  }

  /// How long the log should be: after so many pages they begin to go.
  private let length: Int
  /// How long it may get where the writer is as fast as the disk.
  private let most: Int
  /// So few that the writer can wait for them.
  private static let few = 256

  private var inLog = 0
  private var inDatabase = 0
  private var isRunning = false
  private var isGivenUp = false

  init(length: Int, most: Int) {
    self.length = length
    self.most = most
  }

  /// The writer has committed, and the log holds so many pages.
  mutating func committed(inLog pages: Int) -> Step {
    if pages < inLog { inDatabase = 0 }  // it has begun anew
    inLog = pages
    guard pages >= length, inDatabase < pages else { return .nothing }
    if pages >= most { return .inPlace }
    if isRunning { return .nothing }
    if isGivenUp || pages - inDatabase <= Self.few { return .inPlace }
    isRunning = true
    return .beside
  }

  /// A checkpoint has ended, and so many pages of the log are in the database. Nil: it could not tell, since another
  /// process is at it, or the disk is full. The next commit tries again.
  mutating func ended(_ step: Step, inDatabase pages: Int?) {
    if step == .beside { isRunning = false }
    if let pages { inDatabase = min(pages, inLog) }
  }

  /// The disk refused what had been written beside the writer: from here on SQLite is left to its own ways.
  mutating func giveUp() {
    isRunning = false
    isGivenUp = true
  }
}
