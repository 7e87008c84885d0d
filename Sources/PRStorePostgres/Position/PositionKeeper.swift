// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore
  import Synchronization

  /// Writes the confirmed position to its file, at most a second behind.
  final class PositionKeeper: Sendable {
    private let shared: PostgresShared
    private let file: PositionFile
    private let identity: String
    private let queue: any SerialQueue
    private let state = Mutex(State())
    private static let interval = Duration.milliseconds(700)

    private struct State {
      var written: ConfirmedPosition?
      var problem: String?
      var isClosed = false
    }

    init(_ shared: PostgresShared, _ file: PositionFile, identity: String, written: ConfirmedPosition?) {
      self.shared = shared
      self.file = file
      self.identity = identity
      queue = shared.environment.queue(.mark)
      state.withLock { $0.written = written }
      schedule()
    }

    /// Why the position could not be written; nil when it was.
    var problem: String? { state.withLock { $0.problem } }

    func close() {
      state.withLock { $0.isClosed = true }
      queue.sync { write() }
    }

    private func schedule() {
      shared.environment.clock.schedule(Self.interval) { [weak self] in
        guard let self, !self.state.withLock({ $0.isClosed }) else { return }
        self.queue.sync { self.write() }
        self.schedule()
      }
    }

    private func write() {
      guard let position = shared.position, shared.loss == nil, position != state.withLock({ $0.written }) else {
        return
      }
      do throws(StoreError) {
        try file.write(position, store: identity)
        state.withLock { ($0.written, $0.problem) = (position, nil) }
      } catch {
        state.withLock { [error] in $0.problem = error.description }
      }
    }
  }
#endif
