// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Adds up what the event loops count. Each loop shows its counters here; the status page reads the sum.
package final class CounterRegistry: Sendable {
  private let sources = Mutex<[@Sendable () async -> RequestCounters]>([])

  package init() {}

  /// From now on `counters` are part of the whole.
  package func show(_ counters: @escaping @Sendable () async -> RequestCounters) {
    sources.withLock { $0.append(counters) }
  }

  /// The loops that count are about to end.
  package func clear() { sources.withLock { $0 = [] } }

  /// All that was counted.
  package var total: RequestCounters {
    get async {
      var total = RequestCounters()
      for source in sources.withLock({ $0 }) { total = total + (await source()) }
      return total
    }
  }
}
