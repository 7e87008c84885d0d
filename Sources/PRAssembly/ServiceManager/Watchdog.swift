// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import ServiceLifecycle

/// Tells the service manager's watchdog that the server is alive, as long as its database answers and its writer gets on.
struct Watchdog: Service {
  private let period: Duration
  private let store: Store
  private let notifier: ServiceNotifier

  /// - Parameter environment: `WATCHDOG_USEC`, how often the manager wants to hear, and `WATCHDOG_PID`, from whom.
  /// - Returns: nil where no manager asked for it.
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
      var last = store.writerProgress
      while !Task.isCancelled {
        if await self.reads, !self.isWriterStuck(&last) { self.notifier.tell(.alive) }
        try? await Task.sleep(for: self.period)  // ends early when the task is cancelled, which the loop looks at
      }
    }
  }

  /// Whether the writer has worked on one transaction for a whole period.
  private func isWriterStuck(_ last: inout WriterProgress?) -> Bool {
    let now = store.writerProgress
    defer { last = now }
    guard let now, let last else { return false }
    return now.isStuck(since: last)
  }

  private var reads: Bool {
    get async {
      do throws(StoreError) {
        _ = try await store.read(in: .watchdog) { reader throws(StoreError) in try reader.note(.level) }
        return true
      } catch {
        return false
      }
    }
  }
}
