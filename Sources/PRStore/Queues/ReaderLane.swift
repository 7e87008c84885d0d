// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A queue of reads and the threads that serve it.
final class ReaderLane: Sendable {
  private let state: Mutex<State>

  private struct State {
    var waiting = FairQueue<ObjectIdentifier, PendingRead>()
    /// Threads that found nothing to do.
    var idle: [ReaderThread]
  }

  init(_ connections: [any SnapshotSource], in environment: StoreEnvironment) {
    state = Mutex(State(idle: connections.map { ReaderThread($0, environment.queue(.reader)) }))
  }

  func submit(_ read: PendingRead) {
    let thread = state.withLock { state in
      state.waiting.add(read, of: read.client.identity)
      return state.idle.popLast()
    }
    thread?.begin { thread in self.serve(thread) }
  }

  /// Runs what waits, until nothing does.
  private func serve(_ thread: ReaderThread) {
    while let read = next(for: thread) {
      guard let rest = thread.run(read) else { continue }
      state.withLock { $0.waiting.add(rest, of: rest.client.identity) }
    }
  }

  private func next(for thread: ReaderThread) -> PendingRead? {
    state.withLock { state in
      while let read = state.waiting.next() {
        // Nothing is read for a connection that has ended.
        if !read.client.isGone { return read }
      }
      state.idle.append(thread)
      return nil
    }
  }
}

/// One thread with one connection.
///
/// `@unchecked Sendable`: only its serial queue touches the source.
private final class ReaderThread: @unchecked Sendable {
  private let queue: any SerialQueue
  private let source: any SnapshotSource

  init(_ source: any SnapshotSource, _ queue: any SerialQueue) {
    self.queue = queue
    self.source = source
  }

  func begin(_ work: @escaping @Sendable (ReaderThread) -> Void) { queue.async { work(self) } }

  /// On its own thread.
  func run(_ read: PendingRead) -> PendingRead? { read.run(source) }
}
