// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import ServiceLifecycle

/// Tells the service manager's watchdog that the server is alive, as long as its database answers.
struct Watchdog: Service {
  private let period: Duration
  private let store: Store
  private let notifier: ServiceNotifier

  /// - Parameter environment: `WATCHDOG_USEC`, how often the manager wants to hear, and `WATCHDOG_PID`, from whom.
  /// - Returns: nil where nobody wants to.
  init?(_ store: Store, _ notifier: ServiceNotifier, environment: [String: String]) {
    guard let period = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), period > 0,
      environment["WATCHDOG_PID"].map({ $0 == "\(getpid())" }) ?? true
    else { return nil }
    // Twice as often as needed, as sd_watchdog_enabled(3) advises.
    self.period = .microseconds(period) / 2
    self.store = store
    self.notifier = notifier
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        if await self.isAlive { self.notifier.tell(.alive) }
        try? await Task.sleep(for: self.period)  // ends early when the task is cancelled, which the loop looks at
      }
    }
  }

  private var isAlive: Bool {
    get async {
      do throws(StoreError) {
        _ = try await store.read { reader throws(StoreError) in try reader.note(.level) }
        return true
      } catch {
        return false
      }
    }
  }
}
