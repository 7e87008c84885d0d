// SPDX-License-Identifier: Apache-2.0
import PRStore
import Synchronization

/// Writes the mark of a store soon after its commits, on a thread and a connection of its own.
///
/// `@unchecked Sendable`: only work on its serial queue touches the connection and the chain.
final class MarkKeeper: @unchecked Sendable {
  private let queue: any SerialQueue
  private let connection: Connection
  private let store: String
  private let clock: StoreClock
  private let file: MarkFile
  private var chain: FeedChain?
  private var written: StoreMark?
  private let isArmed = Atomic(false)
  private let isClosed = Atomic(false)
  /// The database lacks rows: the mark that says so stays.
  private let isHeld: Atomic<Bool>
  private let failure = Mutex<String?>(nil)

  /// A mark is written at most a second after a commit; the rest is for the disk.
  private static let delay = Duration.milliseconds(700)

  /// - Parameters:
  ///   - connection: one that nothing else uses.
  ///   - mark: the one that was found to fit.
  init(_ connection: Connection, store: String, mark: StoreMark?, isHeld: Bool, in environment: StoreEnvironment) {
    self.connection = connection
    self.store = store
    queue = environment.queue(.mark)
    clock = environment.clock
    file = MarkFile(of: connection.path, in: environment)
    self.isHeld = Atomic(isHeld)
    written = mark
    chain = mark.map { FeedChain(from: $0.base) }
  }

  /// Why the mark could not be written; nil when it was.
  var problem: String? { failure.withLock { $0 } }

  /// To be called by the writer after each commit.
  func committed() {
    guard !isArmed.load(ordering: .relaxed), !isArmed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    clock.schedule(Self.delay) { [weak self] in self?.tick() }
  }

  /// The loss was made good or acknowledged, by another process, which wrote a mark of its own.
  func release() { isHeld.store(false, ordering: .relaxed) }

  /// Writes the mark of the last commit, and none any more.
  func close() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    queue.sync { write() }
  }

  private func tick() {
    queue.sync {
      isArmed.store(false, ordering: .releasing)
      if !isClosed.load(ordering: .relaxed) { write() }
    }
  }

  private func write() {
    guard !isHeld.load(ordering: .relaxed) else { return }
    do throws(StoreError) {
      var chain: FeedChain
      if let known = self.chain {
        chain = known
      } else {
        chain = FeedChain(endingAt: try FeedChain.lastSerial(connection))
      }
      try chain.follow(connection)
      self.chain = chain
      let mark = chain.mark(of: store)
      guard mark != written else { return }
      // Another process on the same file may have come further.
      if case .mark(let other) = file.read(), other.store == store, other.last.serial > mark.last.serial { return }
      try file.write(mark)
      written = mark
      failure.withLock { $0 = nil }
    } catch {
      failure.withLock { $0 = error.description }
      committed()
    }
  }
}
