// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The one thread that writes. Decisions that wait at the same moment share a transaction and an fsync.
package final class GroupCommit: Sendable {
  private let queue: any SerialQueue
  private let clock: StoreClock
  private let inbox = Mutex(Inbox())
  /// How many decisions the inbox holds, for a look without its lock.
  private let waiting = Atomic(0)
  private let timeout: Duration
  private let transaction: any GroupTransaction
  private let pulse = WriterPulse()

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

  /// - Parameter timeout: how long a decision waits for a lock that another process holds.
  package init(_ transaction: any GroupTransaction, timeout: Duration, in environment: StoreEnvironment) {
    queue = environment.queue(.writer)
    clock = environment.clock
    self.timeout = timeout
    self.transaction = transaction
  }

  package var progress: WriterProgress { pulse.progress }

  /// Puts a decision in the queue.
  package func submit(_ decision: PendingDecision) {
    var decision = decision
    decision.deadline = clock.now() + timeout
    let (isClosed, mustStart) = inbox.withLock { [decision] inbox in
      if inbox.isClosed { return (true, false) }
      inbox.decisions.add(decision, of: decision.client.identity)
      waiting.store(inbox.decisions.count, ordering: .releasing)
      defer { inbox.isDraining = true }
      return (false, !inbox.isDraining)
    }
    if isClosed { return decision.fail(.closed) }
    if mustStart { queue.async { self.drain() } }
  }

  /// Finishes what was submitted, and takes no more.
  ///
  /// - Parameter isLast: no other part of this process writes the store.
  /// - Returns: whether the database alone holds all rows.
  package func close(isLast: Bool) -> Bool {
    inbox.withLock { $0.isClosed = true }
    queue.sync {}
    transaction.stopUpkeep()
    return isLast && queue.sync { transaction.moveLogToDatabase() }
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
        for decision in group where decision.deadline <= now { decision.fail(transaction.locked(for: timeout)) }
        group.removeAll { $0.deadline <= now }
        looked = group.count
        continue
      } catch {
        for decision in group { decision.fail(error) }
        return
      }
      group = transaction.run(group)
      looked = 0
      transaction.finishGroup()
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
