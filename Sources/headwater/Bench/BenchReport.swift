// SPDX-License-Identifier: Apache-2.0
import Foundation
import Histogram
import PRRevision

/// What a bench measured.
struct BenchReport: Encodable {
  let workload: String
  let connections: Int
  let inFlight: Int
  let seconds: Double
  let requests: Int
  let requestsPerSecond: Double
  /// In microseconds.
  let mean, p50, p90, p99, p999, max: Double

  init(
    workload: BenchWorkload, connections: Int, inFlight: Int, seconds: Double, recorder: BenchRecorder
  ) {
    let histogram = recorder.histogram
    func microseconds(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1000 }
    self.workload = workload.rawValue
    self.connections = connections
    self.inFlight = inFlight
    self.seconds = (seconds * 1000).rounded() / 1000
    requests = recorder.replies
    requestsPerSecond = (Double(recorder.replies) / seconds).rounded()
    mean = (histogram.mean / 10).rounded() / 100
    p50 = microseconds(50)
    p90 = microseconds(90)
    p99 = microseconds(99)
    p999 = microseconds(99.9)
    max = microseconds(100)
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  var text: String {
    """
    \(workload), \(connections) connections, \(inFlight) in flight each, \(seconds) s
      \(Int(clamping: requestsPerSecond)) requests/s
      latency in µs: mean \(mean), 50 % \(p50), 90 % \(p90), 99 % \(p99), 99.9 % \(p999), max \(max)
    """
  }
}
