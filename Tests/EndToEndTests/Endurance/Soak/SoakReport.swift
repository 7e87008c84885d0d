// SPDX-License-Identifier: Apache-2.0

/// How what was sampled changes with time.
struct SoakReport {
  /// A line through the samples after the first tenth, by least squares.
  struct Slope {
    let mean: Double
    /// What an hour adds.
    let perHour: Double
    /// The half of the interval that holds the slope of 95 in 100 such runs, if what lies off the line is independent.
    let uncertainty: Double

    init(_ samples: [SoakNode.Sample], _ value: (SoakNode.Sample) -> Double) {
      let settled = samples.dropFirst(samples.count / 10)
      let count = Double(max(settled.count, 1))
      let hours = settled.map { $0.seconds / 3600 }
      let values = settled.map(value)
      let middle = hours.reduce(0, +) / count
      let mean = values.reduce(0, +) / count
      let spread = hours.map { ($0 - middle) * ($0 - middle) }.reduce(0, +)
      let together = zip(hours, values).map { ($0 - middle) * ($1 - mean) }.reduce(0, +)
      let slope = spread > 0 ? together / spread : 0
      let off = zip(hours, values).map { hour, value in value - mean - slope * (hour - middle) }
      let variance = off.map { $0 * $0 }.reduce(0, +) / max(count - 2, 1)
      self.mean = mean
      perHour = slope
      uncertainty = spread > 0 ? 1.96 * (variance / spread).squareRoot() : 0
    }

    var text: String { "\(Self.round(mean)) \(Self.round(perHour)) ± \(Self.round(uncertainty)) an hour" }

    private static func round(_ value: Double) -> Double { (value * 10).rounded() / 10 }
  }

  let name: String
  let memory: Slope
  let descriptors: Slope
  let p99: Slope
  /// Microseconds of processor time that a request takes.
  let processor: Slope
  let requests: Int

  init(_ name: String, _ samples: [SoakNode.Sample]) {
    self.name = name
    memory = Slope(samples, \.memory)
    descriptors = Slope(samples, \.descriptors)
    p99 = Slope(samples, \.p99)
    requests = samples.map(\.requests).reduce(0, +)
    let steps = zip(samples, samples.dropFirst()).map { before, after in
      (after.seconds, (after.processor - before.processor) * 1_000_000 / Double(max(after.requests, 1)))
    }
    processor = Slope(
      steps.map { seconds, cost in
        SoakNode.Sample(
          seconds: seconds, requests: 0, median: 0, p99: 0, memory: 0, descriptors: 0, processor: cost)
      }, \.processor)
  }

  var text: String {
    """
    \(name): \(requests) requests
      memory, KiB: \(memory.text)
      descriptors: \(descriptors.text)
      p99, us: \(p99.text)
      processor time a request, us: \(processor.text)
    """
  }
}
