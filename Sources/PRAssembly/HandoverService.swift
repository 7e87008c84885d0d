// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle

/// A service that two generations must not run at once: it begins with its generation's turn, and is cancelled when that
/// makes room for another.
struct HandoverService: Service {
  let service: any Service
  let turn: GenerationHandover
  /// The next generation waits until it has ended.
  var isHolder = false

  func run() async throws {
    await turn.wait()
    // It may have been stopped before it began.
    if !Task.isShuttingDownGracefully, !Task.isCancelled {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        group.addTask { await turn.waitForEnd() }
        try await group.next()
        group.cancelAll()
      }
    }
    if isHolder { turn.leave() }
    // The others are stopped before it is. To end without being stopped would be a failure.
    try? await gracefulShutdown()  // cancelled, it has nothing left to do
  }
}
