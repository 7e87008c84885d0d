// SPDX-License-Identifier: Apache-2.0
import PRStore

/// When the pages of the log go to the database. A value without I/O: it takes events and returns the next step.
///
/// A log begins anew only if all its pages are in the database when a transaction begins to write. So most pages go
/// while the writer writes on, which delays no answer, and the few that came meanwhile go in the writer's place.
/// A store that is quiet has its pages brought over too, so that a copy of the file alone holds them. Its log then begins
/// anew at once: old pages must not come back over newer ones of the database when a damaged log is read after a crash.
struct CheckpointPlan {
  enum Step: Hashable {
    case nothing
    /// Beside the writer.
    case beside
    /// By the writer, before it writes on; behind a checkpoint that runs beside it.
    case inPlace
  }

  /// What a checkpoint found: the pages of the log, and how many of them the database has.
  struct Reach: Hashable {
    var log: Int
    var database: Int
  }

  /// How long the log should be: after so many pages they begin to go.
  private let length: Int
  /// How long it may get where the writer is as fast as the disk.
  private let maximum: Int
  /// So few that the writer can wait for them.
  private static let smallRest = 256
  /// A store that is never quiet has its pages brought over at least once in so many ticks.
  private static let busyTicks = 20

  /// The pages of the log after the last commit; nil before the first one, when an earlier process may have left some.
  private var inLog: Int?
  private var inDatabase = 0
  /// How often the log has begun anew.
  private var generation = 0
  /// The generation that the running checkpoint began in; nil when none runs.
  private var running: Int?
  private var isGivenUp = false
  private var isTicking = false
  private var hasCommitted = false
  /// No commit came between the last two ticks, and none since.
  private var isQuiet = false
  /// The log holds the one page that ``renewed(inLog:)`` reported, which the database has as well.
  private var isRenewed = false
  /// The generation that is to be followed by a renewed log; nil when none is.
  private var renewing: Int?
  private var ticksWaited = 0

  init(length: Int, maximum: Int) {
    self.length = length
    self.maximum = maximum
  }

  /// Whether the database lacks pages of the log, as far as is known.
  var isBehind: Bool { inLog.map { inDatabase < $0 } ?? true }

  /// The writer has committed pages, and the log holds so many now. Not to be called for a commit that wrote nothing.
  mutating func committed(inLog pages: Int) -> Step {
    hasCommitted = true
    (isQuiet, isRenewed) = (false, false)
    // Each commit makes the log longer, unless it begins anew.
    if pages <= inLog ?? 0 {
      inDatabase = 0
      generation &+= 1
    }
    inLog = pages
    guard pages >= length, inDatabase < pages else { return .nothing }
    if pages >= maximum { return .inPlace }
    if running != nil { return .nothing }
    if isGivenUp || pages - inDatabase <= Self.smallRest { return .inPlace }
    running = generation
    return .beside
  }

  /// A checkpoint has ended. Nil: another process is at it, or the disk is full; a later step tries again.
  mutating func ended(_ step: Step, _ reach: Reach?) {
    let began = step == .beside ? running : generation
    if step == .beside { running = nil }
    // What was brought over of a log that has begun anew since says nothing of the new one.
    guard let reach, began == generation else { return }
    inLog = max(inLog ?? 0, reach.log)
    inDatabase = reach.database
  }

  /// The disk refused what had been written beside the writer: from here on only the writer brings pages over.
  mutating func giveUp() {
    running = nil
    isGivenUp = true
  }

  // MARK: The clock

  /// Whether a tick is to be asked for: the log has pages that wait or are old, and no tick is on its way.
  mutating func startsClock() -> Bool {
    guard isBehind || hasOldPages, !isTicking, !isGivenUp else { return false }
    isTicking = true
    return true
  }

  /// The tick that ``startsClock()`` asked for.
  mutating func ticked() -> Step {
    isTicking = false
    isQuiet = !hasCommitted
    hasCommitted = false
    guard isBehind, running == nil, !isGivenUp else { return .nothing }
    ticksWaited += 1
    guard isQuiet || ticksWaited >= Self.busyTicks else { return .nothing }
    ticksWaited = 0
    running = generation
    return .beside
  }

  // MARK: A log without old pages

  /// All pages of the log are in the database, and a crash would have them read again.
  private var hasOldPages: Bool { !isBehind && inLog ?? 0 > 0 && !isRenewed }

  /// Whether the log of a quiet store is to begin anew; to be asked behind each tick.
  mutating func startsRenewal() -> Bool {
    guard hasOldPages, isQuiet, running == nil, !isGivenUp else { return false }
    renewing = generation
    return true
  }

  /// A commit without content has been made for ``startsRenewal()``.
  ///
  /// - Parameter pages: how many the log holds since; nil where a reader or a writer was in the way, and a later tick tries
  ///   again.
  mutating func renewed(inLog pages: Int?) {
    defer { renewing = nil }
    // A commit of the writer has begun the log anew meanwhile, and reported a length of its own.
    guard let pages, renewing == generation else { return }
    generation &+= 1
    // A commit of another process came between, and its pages are not in the database.
    isRenewed = pages == 1
    (inLog, inDatabase) = (pages, isRenewed ? pages : 0)
  }
}
