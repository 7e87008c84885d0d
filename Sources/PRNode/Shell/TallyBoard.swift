// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Where those who count and those who look meet: neither knows the other.
public final class TallyBoard: Sendable {
  private let counters = Mutex<[@Sendable () async -> Tally]>([])

  public init() {}

  /// From now on `tally` is part of the whole.
  public func show(_ tally: @escaping @Sendable () async -> Tally) { counters.withLock { $0.append(tally) } }

  /// Those who count are about to end.
  public func clear() { counters.withLock { $0 = [] } }

  /// All that was counted.
  public var total: Tally {
    get async {
      var total = Tally()
      for tally in counters.withLock({ $0 }) { total = total + (await tally()) }
      return total
    }
  }
}
