// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

/// Metrics as Prometheus reads them: https://prometheus.io/docs/instrumenting/exposition_formats/
struct MetricsText {
  private(set) var text = ""

  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  /// Writes a metric with all its values; one without any is left out.
  mutating func add(_ metric: Metric, _ values: [(labels: [String], value: Double)]) {
    guard !values.isEmpty else { return }
    begin(metric)
    for (labels, value) in values { line(metric.name, metric.labels, labels, Self.number(value)) }
  }

  mutating func add(_ metric: Metric, _ value: Double?) { add(metric, value.map { [([], $0)] } ?? []) }

  mutating func add(_ metric: Metric, _ value: Int) { add(metric, Double(value)) }

  /// Writes a histogram.
  mutating func add(_ metric: Metric, _ values: [(labels: [String], latencies: Latencies)]) {
    guard !values.isEmpty else { return }
    begin(metric)
    for (labels, latencies) in values {
      var below = 0
      for (index, count) in latencies.buckets.enumerated() {
        below += count
        let bound = index < Latencies.bounds.count ? Self.seconds(Latencies.bounds[index]) : "+Inf"
        line("\(metric.name)_bucket", metric.labels + ["le"], labels + [bound], "\(below)")
      }
      line("\(metric.name)_sum", metric.labels, labels, Self.seconds(latencies.sum))
      line("\(metric.name)_count", metric.labels, labels, "\(below)")
    }
  }

  private mutating func begin(_ metric: Metric) {
    text += "# HELP \(metric.name) \(Self.escaped(metric.help))\n# TYPE \(metric.name) \(metric.kind.rawValue)\n"
  }

  private mutating func line(_ name: String, _ labels: [String], _ values: [String], _ number: String) {
    text += name
    if !labels.isEmpty {
      let pairs = zip(labels, values).map { "\($0)=\"\(Self.escaped($1).replacing("\"", with: "\\\""))\"" }
      text += "{\(pairs.joined(separator: ","))}"
    }
    text += " \(number)\n"
  }

  private static func number(_ value: Double) -> String {
    // Exactly, where a whole number is meant.
    value == value.rounded() && abs(value) < 9e15 ? "\(Int64(clamping: value))" : "\(value)"
  }

  private static func seconds(_ nanoseconds: Int64) -> String { number(Double(nanoseconds) / 1_000_000_000) }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }
}
