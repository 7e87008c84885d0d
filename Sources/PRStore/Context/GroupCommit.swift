// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import Synchronization

/// The one thread that writes. Decisions that wait at the same moment share a transaction and an fsync.
final class GroupCommit: Sendable {
  private let queue: any SerialQueue
  private let clock: StoreClock
  private let inbox = Mutex(Inbox())
  /// How many decisions the inbox holds, for a look without its lock.
  private let waiting = Atomic(0)
  private let patience: Duration
  private let watch: FeedNotifier
  private let transaction: WriteTransaction
  private let checkpoints: Checkpointer
  let pulse = WriterPulse()
  private let mark: MarkKeeper?

  /// How many decisions one transaction takes, so that none waits long for the others.
  private static let largestGroup = 512
  /// After a commit the thread stays awake for so long: to be woken costs a builder's next question more than that of
  /// a core, which goes to any other thread that needs it.
  private static let wakefulness = Duration.microseconds(150)

  private struct Inbox {
    /// Clients take turns: a group holds the decisions of all that wait before the second of any of them.
    var decisions = FairQueue<ObjectIdentifier, PendingDecision>()
    var isDraining = false
    var isClosed = false
  }

  /// - Parameters:
  ///   - patience: how long a decision waits for a lock that another process holds.
  ///   - watch: notified when rows may have come.
  init(
    _ connection: Connection, patience: Duration, watch: FeedNotifier, counts: CommitCounts, checkpoints: Checkpointer,
    mark: MarkKeeper?, hold: LossHold?, in environment: StoreEnvironment
  ) throws(StoreError) {
    queue = environment.queue(.writer)
    clock = environment.clock
    self.patience = patience
    self.watch = watch
    self.checkpoints = checkpoints
    self.mark = mark
    transaction = try WriteTransaction(connection, counts, hold, mark, environment)
    checkpoints.start()
    mark?.committed()
  }

  /// Puts a decision in the queue.
  func submit(
    for client: ReadClient, _ decide: @escaping @Sendable (WriteContext) throws(StoreError) -> @Sendable () -> Void,
    failed: @escaping @Sendable (StoreError) -> Void
  ) {
    let decision = PendingDecision(client: client, deadline: clock.now() + patience, decide: decide, fail: failed)
    let (isClosed, mustStart) = inbox.withLock { inbox in
      if inbox.isClosed { return (true, false) }
      inbox.decisions.add(decision, of: client.identity)
      waiting.store(inbox.decisions.count, ordering: .releasing)
      defer { inbox.isDraining = true }
      return (false, !inbox.isDraining)
    }
    if isClosed { return failed(.closed) }
    if mustStart { queue.async { self.drain() } }
  }

  /// Finishes what was submitted, and takes no more.
  ///
  /// - Returns: whether the log was emptied.
  func close(emptiesLog: Bool) -> Bool {
    inbox.withLock { $0.isClosed = true }
    queue.sync {}
    mark?.close()
    checkpoints.close()
    return emptiesLog && queue.sync { transaction.emptyLog(by: checkpoints) }
  }

  private func drain() {
    while let group = nextGroup() {
      pulse.begin()
      run(group)
      pulse.end()
      stayAwake()
    }
  }

  private func stayAwake() {
    queue.linger(for: Self.wakefulness) { waiting.load(ordering: .acquiring) > 0 }
  }

  private func nextGroup() -> [PendingDecision]? {
    inbox.withLock { inbox in
      guard !inbox.decisions.isEmpty else {
        inbox.isDraining = false
        return nil
      }
      let group = inbox.decisions.next(atMost: Self.largestGroup)
      waiting.store(inbox.decisions.count, ordering: .releasing)
      return group
    }
  }

  private func run(_ group: [PendingDecision]) {
    var group = group
    var looked = 0  // so many of them have been tried without a lock
    while !group.isEmpty {
      pulse.attempt()
      do throws(StoreError) {
        try transaction.begin()
      } catch .locked {
        group += nextArrivals()
        let rest = transaction.answerWhatNeedsNoRow(Array(group[looked...]))
        group.replaceSubrange(looked..., with: rest)
        let now = clock.now()
        for decision in group where decision.deadline <= now { decision.fail(transaction.locked(for: patience)) }
        group.removeAll { $0.deadline <= now }
        looked = group.count
        continue
      } catch {
        for decision in group { decision.fail(error) }
        return
      }
      group = transaction.run(group)
      looked = 0
      if watch.isWatched { transaction.announce(to: watch) }
      transaction.giveLogTo(checkpoints)
    }
  }

  /// What was submitted while a lock kept the group waiting: its time runs too.
  private func nextArrivals() -> [PendingDecision] {
    inbox.withLock { inbox in
      waiting.store(0, ordering: .releasing)
      return inbox.decisions.next(atMost: .max)
    }
  }
}

/// A decision that waits for its transaction.
struct PendingDecision: Sendable {
  /// Kept while the decision waits: the queue tells clients apart by identity.
  let client: ReadClient
  let deadline: ContinuousClock.Instant
  /// Decides and writes; what it returns is called once the transaction is committed.
  let decide: @Sendable (WriteContext) throws(StoreError) -> @Sendable () -> Void
  let fail: @Sendable (StoreError) -> Void
}

/// The writing connection with its transaction statements.
///
/// `@unchecked Sendable`: after `init` only ``GroupCommit``'s serial queue touches it.
private final class WriteTransaction: @unchecked Sendable {
  private let connection: Connection
  private let context: WriteContext
  private let beginStatement: Statement
  private let commitStatement: Statement
  private let counts: CommitCounts
  private let log: LogLength
  private let feed: FeedMarkReading
  private let file: DatabaseFile
  /// As it was opened.
  private let identity: FileIdentity?
  private let hold: LossHold?
  private let mark: MarkKeeper?
  private let clock: StoreClock

  init(
    _ connection: Connection, _ counts: CommitCounts, _ hold: LossHold?, _ mark: MarkKeeper?,
    _ environment: StoreEnvironment
  ) throws(StoreError) {
    self.connection = connection
    self.counts = counts
    self.hold = hold
    self.mark = mark
    clock = environment.clock
    file = DatabaseFile(connection.path, on: environment.files)
    identity = file.identity
    context = try WriteContext(connection)
    beginStatement = try connection.prepare("BEGIN IMMEDIATE")
    commitStatement = try connection.prepare("COMMIT")
    log = LogLength(of: connection)
    feed = FeedMarkReading(connection)
  }

  /// SQLite would go on writing a file that has lost its name: its rows would be gone with the process.
  func begin() throws(StoreError) {
    guard file.identity == identity else { throw .vanished(path: connection.path) }
    context.begin()
    try beginStatement.run()
    guard let hold, context.refusal != nil || hold.loss != nil else { return }
    context.refusal = hold.look(connection).map { .lost(path: connection.path, $0) }
    if context.refusal == nil { mark?.release() }
  }

  func locked(for patience: Duration) -> StoreError {
    .locked(path: connection.path, seconds: Int(clamping: patience.components.seconds))
  }

  /// While another process has the lock: reads as of now, and answers those for whom that is enough.
  ///
  /// - Returns: the decisions that need a row.
  func answerWhatNeedsNoRow(_ group: [PendingDecision]) -> [PendingDecision] {
    do throws(StoreError) {
      try connection.execute("BEGIN")
    } catch {
      return group
    }
    context.begin()
    context.isReading = true
    defer {
      rollBack()
      context.isReading = false
      context.begin()
    }
    var rest: [PendingDecision] = []
    for decision in group {
      do throws(StoreError) {
        try decision.decide(context)()
      } catch .locked {
        rest.append(decision)
      } catch {
        decision.fail(error)
      }
    }
    return rest
  }

  /// Runs every decision, commits, and tells each its outcome.
  ///
  /// - Returns: what must run again, since a decision among them failed after it had written.
  func run(_ group: [PendingDecision]) -> [PendingDecision] {
    var outcomes: [@Sendable () -> Void] = []
    outcomes.reserveCapacity(group.count)
    for (index, decision) in group.enumerated() {
      let changes = connection.changes
      do throws(StoreError) {
        outcomes.append(try decision.decide(context))
      } catch  where error.concernsOneRow && connection.isInTransaction {
        guard connection.changes != changes else {
          outcomes.append { decision.fail(error) }
          continue
        }
        rollBack()
        decision.fail(error)
        return group.enumerated().filter { $0.offset != index }.map(\.element)
      } catch {
        return abandon(group, error)
      }
    }
    let start = clock.now()
    do throws(StoreError) {
      try commitStatement.run()
    } catch {
      return abandon(group, error)
    }
    counts.count(group.count, took: clock.now() - start)
    for outcome in outcomes { outcome() }
    return []
  }

  func announce(to watch: FeedNotifier) {
    do throws(StoreError) {
      watch.announce(try feed.mark())
    } catch {
      // The clock for foreign rows announces what this connection cannot read now.
    }
  }

  /// No answer waits for what this takes.
  func giveLogTo(_ checkpoints: Checkpointer) {
    guard let pages = log.take() else { return }
    mark?.committed()
    checkpoints.committed(inLog: pages, by: connection)
  }

  func emptyLog(by checkpoints: Checkpointer) -> Bool { checkpoints.emptyLog(by: connection) }

  private func abandon(_ group: [PendingDecision], _ error: StoreError) -> [PendingDecision] {
    rollBack()
    for decision in group { decision.fail(error) }
    return []
  }

  private func rollBack() {
    guard connection.isInTransaction else { return }  // SQLite rolls back by itself when the disk is full
    sqlite3RollBack()
  }

  private func sqlite3RollBack() {
    do throws(StoreError) {
      try connection.execute("ROLLBACK")
    } catch {
      // A rollback that fails leaves the transaction open; the next BEGIN fails and says why.
    }
  }
}

extension StoreError {
  /// Others in the same transaction are not touched by it.
  fileprivate var concernsOneRow: Bool {
    switch self {
    case .refusedBySchema, .taken, .notARevision, .abandoned, .lost, .unsettled: true
    default: false
    }
  }
}
