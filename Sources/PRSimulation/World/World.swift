// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRStore
import PRSync

/// What the programs of a simulation stand on: one thread, one clock, one source of randomness, and the digest of all that
/// was sent.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
package final class World: @unchecked Sendable {
  package let loop = SimulatedLoop()
  package var random: SimulationRandom
  private(set) lazy var threads = SimulatedThreads(self)
  /// Of the bytes that arrived anywhere, with their times: two runs that have the same digest are the same run.
  private(set) package var digest: UInt64 = 0xCBF2_9CE4_8422_2325
  private let start = ContinuousClock.now
  /// How the wall clock differs from the even one, in milliseconds: it may be set at any time.
  package var wallOffset: Int64 = 0

  package init(seed: UInt64) { random = SimulationRandom(seed: seed) }

  /// Since the beginning.
  package var time: Duration { .nanoseconds(Int64(clamping: loop.now.uptimeNanoseconds)) }

  package var instant: ContinuousClock.Instant { start + time }

  /// In milliseconds since 1970.
  package var wall: Int64 { 1_767_225_600_000 + Int64(clamping: loop.now.uptimeNanoseconds / 1_000_000) + wallOffset }

  /// Lets some time pass.
  package func run(for time: Duration, while condition: () -> Bool = { true }) {
    loop.run(until: loop.now + TimeAmount(time), while: condition)
  }

  func note(_ bytes: ByteBufferView, of connection: Int) {
    mix(loop.now.uptimeNanoseconds)
    mix(UInt64(clamping: connection))
    // By the pointer: a build for tests takes four times as long by the view.
    bytes.withUnsafeBytes { bytes in
      var place = 0
      while place < bytes.count {
        digest = (digest ^ UInt64(truncatingIfNeeded: bytes[place])) &* 0x100_0000_01B3
        place += 1
      }
    }
  }

  private func mix(_ number: UInt64) { digest = (digest ^ number) &* 0x100_0000_01B3 }

  // MARK: What programs are given

  /// - Parameter commit: how long the writer takes for a group, at least and at most.
  func storeEnvironment(commit: ClosedRange<Duration>, files: any StoreFiles) -> StoreEnvironment {
    StoreEnvironment(
      queue: { [self] thread in
        SimulatedQueue(self, takes: thread == .writer ? commit : .microseconds(5) ... .microseconds(60))
      },
      clock: StoreClock(
        now: { [self] in instant }, schedule: { [self] delay, body in loop.after(delay, body) }),
      random: { [self] in random.next() }, files: files)
  }

  /// A thread whose pieces of work run one after another, each after some time.
  func queue(takes: ClosedRange<Duration>) -> any SerialQueue { SimulatedQueue(self, takes: takes) }

  var syncEnvironment: SyncEnvironment {
    SyncEnvironment(
      executor: SimulatedExecutor(loop), loops: loop, now: { [self] in instant },
      pause: { [self] in await pause($0) }, jitter: { [self] in random.fraction() })
  }

  func pause(_ time: Duration) async {
    let over = loop.makePromise(of: Void.self)
    let timer = loop.scheduleTask(in: TimeAmount(time)) { over.succeed() }
    await withTaskCancellationHandler {
      try? await over.futureResult.get()
    } onCancel: {
      over.succeed()
    }
    timer.cancel()
  }
}

/// A thread of a store: its pieces of work run one after another, each after some time.
private final class SimulatedQueue: SerialQueue, @unchecked Sendable {
  private let world: World
  private let takes: ClosedRange<Duration>
  private var freeAt = Duration.zero

  init(_ world: World, takes: ClosedRange<Duration>) {
    self.world = world
    self.takes = takes
  }

  func async(_ work: @escaping @Sendable () -> Void) {
    freeAt = max(freeAt, world.time) + world.random.time(takes)
    world.loop.after(freeAt - world.time, work)
  }

  /// Other work of the queue is done before or after, and never meanwhile: there is one thread.
  func sync<Value>(_ work: () -> Value) -> Value { work() }

  func linger(for time: Duration, until hasWork: () -> Bool) {}
}

/// Runs the steps of tasks on the thread of the simulation.
private final class SimulatedExecutor: TaskExecutor {
  private let loop: SimulatedLoop

  init(_ loop: SimulatedLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
