// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import Synchronization

/// The writing connection with its transaction statements.
///
/// `@unchecked Sendable`: after `init` only ``GroupCommit``'s serial queue touches it, but for ``stopUpkeep()``, whose
/// parts have queues of their own.
final class WriteTransaction: GroupTransaction, @unchecked Sendable {
  private let connection: Connection
  private let context: SQLiteWriteContext
  private let beginStatement: Statement
  private let commitStatement: Statement
  private let counts: CommitCounts
  private let log: LogLength
  private let feed: FeedMarkReading
  private let file: DatabaseFile
  /// As it was opened.
  private let identity: FileIdentity?
  private let logFiles: LogFiles
  private let hold: LossHold?
  private let mark: MarkKeeper?
  private let clock: StoreClock
  private let watch: FeedNotifier
  private let checkpoints: Checkpointer

  /// - Parameter watch: notified when rows may have come.
  init(
    _ connection: Connection, watch: FeedNotifier, counts: CommitCounts, checkpoints: Checkpointer,
    logFiles: LogFiles, mark: MarkKeeper?, hold: LossHold?, in environment: StoreEnvironment
  ) throws(StoreError) {
    self.connection = connection
    self.watch = watch
    self.checkpoints = checkpoints
    self.counts = counts
    self.hold = hold
    self.logFiles = logFiles
    self.mark = mark
    clock = environment.clock
    file = DatabaseFile(connection.path, on: environment.files)
    identity = try file.identity()
    context = try SQLiteWriteContext(connection)
    beginStatement = try connection.prepare("BEGIN IMMEDIATE")
    commitStatement = try connection.prepare("COMMIT")
    log = LogLength(of: connection)
    feed = FeedMarkReading(connection)
    checkpoints.start()
    mark?.committed()
  }

  /// SQLite would go on writing a file that has lost its name: its rows would be gone with the process.
  func begin() throws(StoreError) {
    guard try file.identity() == identity else { throw .vanished(path: connection.path) }
    context.begin()
    try beginStatement.run()
    try checkLog()
    guard let hold, context.refusal != nil || hold.loss != nil else { return }
    context.refusal = hold.look(connection).map { .lost(path: connection.path, $0) }
    if context.refusal == nil { mark?.release() }
  }

  /// While the write lock is held no process begins the log anew or makes it shorter.
  private func checkLog() throws(StoreError) {
    do throws(StoreError) {
      guard try logFiles.state() == .whole else { throw .brokenLog(path: connection.path) }
    } catch {
      rollBack()
      throw error
    }
  }

  func locked(for timeout: Duration) -> StoreError {
    .locked(path: connection.path, seconds: Int(clamping: timeout.components.seconds))
  }

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

  func finishGroup() {
    if watch.isWatched { announce() }
    guard let pages = log.take() else { return }
    mark?.committed()
    checkpoints.committed(inLog: pages, by: connection)
  }

  private func announce() {
    do throws(StoreError) {
      watch.announce(try feed.mark())
    } catch {
      // The clock for foreign rows announces what this connection cannot read now.
    }
  }

  func stopUpkeep() {
    mark?.close()
    checkpoints.close()
  }

  func moveLogToDatabase() -> Bool { checkpoints.emptyLog(by: connection) }

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
    case .refusedBySchema, .taken, .notARevision, .badRegister, .abandoned, .lost, .unsettled: true
    default: false
    }
  }
}
