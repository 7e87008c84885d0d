// SPDX-License-Identifier: Apache-2.0
import PRStore
import PRStoreSQLite
import Synchronization
import TestSeed

/// Threads and clocks of stores in virtual time. All work is done by the thread of the test, one piece after another, in
/// an order that follows from a seed. Time passes when nothing is left to be done.
package final class VirtualTime: Sendable {
  private let state: Mutex<State>

  private struct State {
    var now = ContinuousClock.now
    var numbers: SeededNumbers
    /// Queues in the order in which they were made, each with its work in order.
    var queues: [[@Sendable () -> Void]] = []
    var timers: [(due: ContinuousClock.Instant, number: Int, body: @Sendable () -> Void)] = []
    var timersMade = 0
  }

  package init(_ seed: Seed) { state = Mutex(State(numbers: seed.numbers)) }

  /// What the stores of this time are opened with.
  package var environment: StoreEnvironment {
    StoreEnvironment(
      queue: { _ in self.makeQueue() },
      clock: StoreClock(now: { self.now }, schedule: { self.schedule($0, $1) }),
      random: { self.state.withLock { $0.numbers.next() } }, files: SystemFiles())
  }

  package var now: ContinuousClock.Instant { state.withLock { $0.now } }

  private func makeQueue() -> VirtualQueue {
    state.withLock { state in
      state.queues.append([])
      return VirtualQueue(time: self, number: state.queues.count - 1)
    }
  }

  private func schedule(_ delay: Duration, _ body: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.timersMade += 1
      state.timers.append((state.now + delay, state.timersMade, body))
    }
  }

  /// Runs a task, whose pieces of work are done among those of the queues.
  package func spawn(_ body: @escaping @Sendable () async -> Void) {
    // It has ended when nothing is queued any more.
    Task(executorPreference: VirtualExecutor(queue: makeQueue())) { await body() }
  }

  /// Drops what is queued or falls due later: the process has ended.
  package func stop() {
    let dropped = state.withLock { state in
      defer { (state.queues, state.timers) = (state.queues.map { _ in [] }, []) }
      return (state.queues, state.timers)
    }
    // What they keep is let go of here, outside of the lock.
    withExtendedLifetime(dropped) {}
  }

  fileprivate func add(_ work: @escaping @Sendable () -> Void, to queue: Int) {
    state.withLock { $0.queues[queue].append(work) }
  }

  /// Does what is queued, on any queue.
  ///
  /// - Returns: how many pieces of work that was.
  @discardableResult
  package func run() -> Int {
    var count = 0
    while let work = next() {
      work()
      count += 1
    }
    return count
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      let busy = state.queues.indices.filter { !state.queues[$0].isEmpty }
      guard !busy.isEmpty else { return nil }
      let chosen = busy[Int(state.numbers.next() % UInt64(busy.count))]
      return state.queues[chosen].removeFirst()
    }
  }

  /// Does what is queued, and what falls due within some time.
  package func pass(_ time: Duration) {
    let end = now + time
    run()
    while let body = fire(until: end) {
      body()
      run()
    }
    state.withLock { $0.now = end }
  }

  /// Sets the clock on. Nothing is done.
  package func advance(_ time: Duration) { state.withLock { $0.now += time } }

  private func fire(until end: ContinuousClock.Instant) -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard
        let index = state.timers.indices.min(by: {
          (state.timers[$0].due, state.timers[$0].number) < (state.timers[$1].due, state.timers[$1].number)
        }), state.timers[index].due <= end
      else { return nil }
      let timer = state.timers.remove(at: index)
      state.now = max(state.now, timer.due)
      return timer.body
    }
  }
}

private final class VirtualExecutor: TaskExecutor {
  private let queue: VirtualQueue

  init(queue: VirtualQueue) { self.queue = queue }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

private struct VirtualQueue: SerialQueue {
  let time: VirtualTime
  let number: Int

  func async(_ work: @escaping @Sendable () -> Void) { time.add(work, to: number) }

  /// Other work of the queue is done before or after, and never meanwhile: there is one thread.
  func sync<Value>(_ work: () -> Value) -> Value { work() }

  func linger(for time: Duration, until hasWork: () -> Bool) {}
}
