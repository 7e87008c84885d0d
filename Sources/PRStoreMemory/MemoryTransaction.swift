// SPDX-License-Identifier: Apache-2.0
import PRStore

/// The write transaction of a store in memory. A decision that fails is undone by itself: the contents are a value.
///
/// `@unchecked Sendable`: only the serial queue of ``GroupCommit`` touches the context.
final class MemoryTransaction: GroupTransaction, @unchecked Sendable {
  private let database: MemoryDatabase
  private let process: MemoryProcess
  private let context: MemoryWriteContext
  private let counts: CommitCounts

  init(_ database: MemoryDatabase, _ process: MemoryProcess, _ counts: CommitCounts) {
    self.database = database
    self.process = process
    self.counts = counts
    context = MemoryWriteContext(database.identity)
  }

  func begin() { context.contents = database.contents }

  func answerWhatNeedsNoRow(_ group: [PendingDecision]) -> [PendingDecision] { group }

  func run(_ group: [PendingDecision]) -> [PendingDecision] {
    guard !process.isKilled else {
      for decision in group { decision.fail(.closed) }
      return []
    }
    var outcomes: [@Sendable () -> Void] = []
    for decision in group {
      let saved = context.contents
      do throws(StoreError) {
        outcomes.append(try decision.decide(context))
      } catch {
        context.contents = saved
        outcomes.append { decision.fail(error) }
      }
    }
    database.commit(context.contents)
    counts.count(group.count, took: .zero)
    for outcome in outcomes { outcome() }
    return []
  }

  func finishGroup() {
    let contents = database.contents
    let removals = contents.notes[.removals].flatMap { Int64($0) } ?? 0
    database.watch.announce(
      FeedMark(
        serial: contents.newestSerial, removals: removals, floors: Int64(clamping: contents.floors.count)))
  }

  func locked(for timeout: Duration) -> StoreError {
    .locked(path: MemoryEngine.path, seconds: Int(clamping: timeout.components.seconds))
  }

  func stopUpkeep() {}

  func moveLogToDatabase() -> Bool { true }
}
