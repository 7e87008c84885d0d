// SPDX-License-Identifier: Apache-2.0

/// How long things took, in buckets of which each reaches twice to five times as far as the one before.
package struct Latencies: Hashable, Sendable {
  /// Where the buckets end, in nanoseconds; what took longer than the last is in one more.
  package static let bounds: [Int64] = [
    50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000,
    100_000_000, 500_000_000, 2_000_000_000, 10_000_000_000,
  ]

  /// How many ended in each bucket, none counted twice.
  package private(set) var buckets = [Int](repeating: 0, count: bounds.count + 1)
  /// All of them together, in nanoseconds.
  package private(set) var sum: Int64 = 0

  package init() {}

  package var count: Int { buckets.reduce(0, +) }

  package mutating func add(_ nanoseconds: Int64) {
    var index = 0
    while index < Self.bounds.count, Self.bounds[index] < nanoseconds { index += 1 }
    buckets[index] &+= 1
    sum &+= nanoseconds
  }

  /// The time that a share of them did not exceed, as far as the buckets tell: evenly spread within each.
  ///
  /// - Parameter share: from 0 to 1.
  /// - Returns: nanoseconds; nil where nothing was counted.
  package func quantile(_ share: Double) -> Int64? {
    let wanted = Double(count) * share
    guard wanted > 0 else { return nil }
    var before = 0.0
    for (index, bucket) in buckets.enumerated() where bucket > 0 {
      let within = Double(bucket)
      if before + within >= wanted {
        let low = index == 0 ? 0 : Self.bounds[index - 1]
        let high = index < Self.bounds.count ? Self.bounds[index] : low * 2
        return low + Int64(clamping: Double(high - low) * (wanted - before) / within)
      }
      before += within
    }
    return Self.bounds.last
  }

  package static func + (one: Latencies, other: Latencies) -> Latencies { one.combined(with: other, +) }

  /// What was added since `other` was taken.
  package static func - (one: Latencies, other: Latencies) -> Latencies { one.combined(with: other, -) }

  private func combined(with other: Latencies, _ operation: (Int, Int) -> Int) -> Latencies {
    var result = self
    for index in buckets.indices { result.buckets[index] = operation(buckets[index], other.buckets[index]) }
    result.sum = Int64(clamping: operation(Int(clamping: sum), Int(clamping: other.sum)))
    return result
  }
}
