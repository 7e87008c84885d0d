// SPDX-License-Identifier: Apache-2.0
import PRStore

extension StatusReport {
  /// A store on database servers.
  package struct ServerPart: Codable, Hashable, Sendable {
    /// Transactions that wrote no row, and the decisions in them.
    package var looks = 0
    package var lookedDecisions = 0
    package var lookSeconds: Double = 0
    /// Transactions that ran again, by cause.
    package var reruns: [String: Int] = [:]
    /// Connections that were made, or tried.
    package var connections = 0
    /// Commits that no standby has confirmed in time, and that may still be.
    package var parked = 0
    package var standbys: [Standby] = []

    package struct Standby: Codable, Hashable, Sendable {
      package var name: String
      /// As PostgreSQL's `sync_state` has it.
      package var state: String
      package var lagBytes: Int
    }

    package init() {}

    /// In a line.
    var words: String {
      let waiting = parked == 0 ? [] : ["\(parked) commits wait for a standby"]
      let standbys = standbys.map { "\($0.name) \($0.state) and \(Formatting.bytes($0.lagBytes)) behind" }
      return (standbys.isEmpty ? ["no standby to be seen"] : standbys).joined(separator: ", ")
        + waiting.map { ", " + $0 }.joined()
    }
  }
}

extension StatusReport.ServerPart {
  init(_ figures: ServerFigures) {
    (looks, lookedDecisions) = (figures.looks, figures.lookedDecisions)
    lookSeconds = Double(figures.lookNanoseconds) / 1_000_000_000
    for cause in RerunCause.allCases { reruns[cause.rawValue] = figures.reruns[cause] ?? 0 }
    (connections, parked) = (figures.connections, figures.parked)
    standbys = figures.standbys.map { Standby(name: $0.name, state: $0.state, lagBytes: $0.lagBytes) }
  }
}
