// SPDX-License-Identifier: Apache-2.0

/// What a simulated farm did.
package struct FarmReport: Hashable, Sendable, Encodable {
  package var title: String?
  package var seed: UInt64
  package var days: Int
  package var builders: Int
  package var nodes: [Node] = []
  package var links: [Link] = []
  /// Laws that did not hold. Empty, or there is a fault in the program.
  package var violations: [String] = []
  /// Of all bytes that arrived anywhere: the same plan has the same digest on every machine.
  package var digest = ""
  package var requests = 0
  /// What the loss of each machine for an hour would do.
  package var outages: [Outage] = []

  /// An hour without a machine, in a day of its own.
  package struct Outage: Hashable, Sendable, Encodable {
    package var node: String
    /// Questions to the node itself that had no answer.
    package var lost: Int
    /// Questions to other nodes that were refused or had no answer.
    package var refusedElsewhere: Int
    /// Values that other nodes numbered without their upstream.
    package var mintedAlone: Int
    /// Of builders of other nodes, in milliseconds; nil where there are none.
    package var latencyElsewhere: Percentiles?
  }

  package struct Node: Hashable, Sendable, Encodable {
    package var name: String
    package var level: Int
    package var builders: Int
    package var requests = 0
    package var refused = 0
    /// Questions whose connection ended before the answer.
    package var lost = 0
    /// The share of the builders' questions that the node answered from its own rows; nil where there were no questions.
    package var hitRatio: Double?
    /// From a builder's connection to its answer, in milliseconds; nil where there were no questions.
    package var latency: Percentiles?
    /// Values that the node numbered itself, and those of them without the upstream.
    package var minted = 0
    package var mintedAlone = 0
    /// Values of the upstream that it gave out.
    package var adopted = 0
    package var ownRows = 0
    package var copiedRows = 0
    /// How old the copy was, in seconds, over all moments; nil where there is none.
    package var staleness: Percentiles?
    /// Own rows at the end of each day.
    package var rowsByDay: [Int] = []
    package var requestsByDay: [Int] = []
    /// The number with the most components and the greatest last one.
    package var longestValue: String?
  }

  package struct Percentiles: Hashable, Sendable, Encodable {
    package var p50: Double
    package var p90: Double
    package var p99: Double
    package var max: Double
  }

  package struct Link: Hashable, Sendable, Encodable {
    package var from: String
    package var to: String
    package var bytesUp: Int
    package var bytesDown: Int
    package var connections: Int
    /// How long it was cut, in seconds.
    package var cutSeconds: Double
  }
}

/// Many numbers, of which percentiles are wanted. It keeps a few thousand of them, chosen evenly.
struct Sample {
  private(set) var count = 0
  private var kept: [Double] = []
  private var greatest = 0.0
  private var random: SimulationRandom

  private static let size = 8192

  init(seed: UInt64) { random = SimulationRandom(seed: seed) }

  mutating func add(_ value: Double) {
    count += 1
    greatest = max(greatest, value)
    if kept.count < Self.size { return kept.append(value) }
    let place = random.below(count)
    if place < Self.size { kept[place] = value }
  }

  var percentiles: FarmReport.Percentiles? {
    guard !kept.isEmpty else { return nil }
    let sorted = kept.sorted()
    func at(_ share: Double) -> Double {
      // The share is at most 1.
      sorted[min(Int(exactly: (Double(sorted.count) * share).rounded(.down)) ?? 0, sorted.count - 1)]
    }
    return FarmReport.Percentiles(p50: at(0.5), p90: at(0.9), p99: at(0.99), max: greatest)
  }
}
