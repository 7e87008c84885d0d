// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

extension StatusReport {
  /// What was asked, and how it was answered.
  package struct TrafficPart: Codable, Hashable, Sendable {
    package var connections = 0
    package var connectionsAccepted = 0
    /// `get-pr` that were answered in the read that brought them.
    package var answeredAtOnce = 0
    /// By request; those that were never asked are left out.
    package var requests: [RequestPart] = []
    /// By reason; those that never came up are left out.
    package var refusals: [String: Int] = [:]
    /// By the rule that chose: see docs/numbering.md.
    package var decisions: [String: Int] = [:]
    /// `get-pr` that found their value on record, and those for which a row was written.
    package var known = 0
    package var minted = 0
    package var misses = 0
    /// Values that were minted while no upstream answered.
    package var mintedAlone = 0
    /// Those of them since the upstream last answered, and when the first of them was, in milliseconds since 1970; nil
    /// where there is none.
    package var mintedAloneNow = 0
    package var mintedAloneSince: Int64?
    /// `get-pr` that were refused for another reason than that they were missed.
    package var refused = 0
    /// Known among known, minted, missed and refused; nil before the first.
    package var hitRatio: Double?

    package init() {}
  }

  package struct RequestPart: Codable, Hashable, Sendable {
    package var request: String
    package var answered: Int
    package var refused: Int
    /// Of those that were not answered at once, in milliseconds; nil where there are none.
    package var medianMilliseconds: Double?
    package var slowestPercentMilliseconds: Double?
  }

  /// What happened within some seconds.
  package struct Sample: Codable, Hashable, Sendable {
    /// When it ended.
    package var at: Int64
    /// Requests a second.
    package var rate: Double
    /// Of them, those that were answered at once, and those that were refused.
    package var rateAtOnce: Double
    package var rateRefused: Double
    /// Of the `get-pr` that took a decision, in milliseconds; nil where there were none.
    package var medianMilliseconds: Double?
    package var slowestPercentMilliseconds: Double?

    package init(at: Int64) {
      self.at = at
      (rate, rateAtOnce, rateRefused) = (0, 0, 0)
    }
  }
}

extension StatusReport.TrafficPart {
  package init(_ counters: RequestCounters, _ log: DecisionLog) {
    connections = counters.open
    connectionsAccepted = counters.accepted
    answeredAtOnce = counters.answeredAtOnce
    for request in (RequestKind?).counted {
      let refused = RefusalKind.allCases.reduce(0) { $0 + counters.refused(request, $1) }
      let answered = counters.answered(request) + (request == .getPR ? counters.answeredAtOnce : 0)
      guard answered + refused > 0 else { continue }
      let latencies = counters.latencies(request)
      requests.append(
        StatusReport.RequestPart(
          request: request.label, answered: answered, refused: refused, medianMilliseconds: latencies.milliseconds(0.5),
          slowestPercentMilliseconds: latencies.milliseconds(0.99)))
    }
    for kind in RefusalKind.allCases {
      let refused = (RequestKind?).counted.reduce(0) { $0 + counters.refused($1, kind) }
      if refused > 0 { refusals[kind.name] = refused }
    }
    for (reason, count) in log.counts { decisions[reason.rawValue] = count }
    known = counters.answeredAtOnce + log.known
    minted = log.minted
    misses = log.misses
    mintedAlone = log.mintedAlone
    mintedAloneNow = log.alone?.values ?? 0
    mintedAloneSince = log.alone?.since
    refused = RefusalKind.allCases.reduce(0) { $0 + ($1 == .unrecorded ? 0 : counters.refused(.getPR, $1)) }
    let asked = known + minted + misses + refused
    hitRatio = asked > 0 ? Double(known) / Double(asked) : nil
  }
}

extension StatusReport.TrafficPart {
  /// How many values were minted while no upstream answered, as a sentence.
  func wordsAlone(now: Int64) -> String {
    let all = "\(Formatting.count(mintedAlone)) without the upstream since the counters began"
    return mintedAloneSince.map {
      "\(Formatting.count(mintedAloneNow)) without the upstream since \(Formatting.time($0, now: now)) UTC; \(all)"
    } ?? all
  }
}

extension Latencies {
  /// - Parameter share: from 0 to 1.
  func milliseconds(_ share: Double) -> Double? { quantile(share).map { Double($0) / 1_000_000 } }
}
