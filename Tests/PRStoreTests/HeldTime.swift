// SPDX-License-Identifier: Apache-2.0
import Synchronization

@testable import PRStore
@testable import PRStoreSQLite

/// A clock that goes on only when a test says so.
final class HeldTime: Sendable {
  private let waiting = Mutex<[@Sendable () -> Void]>([])

  /// The machine's own, with this clock's callbacks.
  var environment: StoreEnvironment {
    var environment = StoreEnvironment.system
    environment.clock.schedule = { [self] _, body in waiting.withLock { $0.append(body) } }
    return environment
  }

  var isAwaited: Bool { waiting.withLock { !$0.isEmpty } }

  /// Lets the time pass that everything waits for that waits now.
  func pass() {
    let due = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    for body in due { body() }
  }
}

extension Store {
  /// Returns when the writer has done all that follows the commits before: their answers leave earlier.
  func writerIsIdle() async throws {
    _ = try await write { _ throws(StoreError) in 0 }
  }
}
