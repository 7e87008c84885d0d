// SPDX-License-Identifier: Apache-2.0
import PRNode

/// Turns counts that only grow into what happened between two looks, and keeps the last of it.
struct RateSampler: Sendable {
  private(set) var samples: [StatusReport.Sample] = []
  private var last: (counters: RequestCounters, at: Int64)?

  /// So many are kept: ten minutes of one each five seconds.
  static let maximum = 120

  /// - Parameter now: milliseconds since 1970.
  mutating func take(_ counters: RequestCounters, at now: Int64) {
    defer { last = (counters, now) }
    guard let last else { return }
    let seconds = max(Double(now - last.at) / 1000, 0.001)
    var sample = StatusReport.Sample(at: now)
    // A server that is stopping shows nothing any more: less than before is no rate.
    func rate(_ count: (RequestCounters) -> Int) -> Double {
      Double(max(count(counters) - count(last.counters), 0)) / seconds
    }
    sample.rate = rate(\.requests)
    sample.rateAtOnce = rate(\.answeredAtOnce)
    sample.rateRefused = rate(\.refusals)
    let latencies = counters.latencies(.getPR) - last.counters.latencies(.getPR)
    sample.medianMilliseconds = latencies.milliseconds(0.5)
    sample.slowestPercentMilliseconds = latencies.milliseconds(0.99)
    samples.append(sample)
    if samples.count > Self.maximum { samples.removeFirst() }
  }
}
