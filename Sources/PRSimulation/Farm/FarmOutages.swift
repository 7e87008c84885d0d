// SPDX-License-Identifier: Apache-2.0

extension FarmRun {
  /// What the loss of each machine for an hour does, each in a day of its own.
  package static func outages(of plan: FarmPlan, progress: (Double) -> Void = { _ in }) -> [FarmReport.Outage] {
    plan.nodes.enumerated().map { index, node in
      var day = plan
      (day.days, day.cuts) = (1, [])
      day.outage = FarmPlan.Outage(node.name, at: .seconds(9 * 3600), for: .seconds(3600))
      let report = play(day)
      progress(Double(index + 1) / Double(plan.nodes.count))
      return FarmReport.Outage(node.name, in: report)
    }
  }
}

extension FarmReport.Outage {
  fileprivate init(_ name: String, in report: FarmReport) {
    let others = report.nodes.filter { $0.name != name }
    self.init(
      node: name, lost: report.nodes.first { $0.name == name }?.lost ?? 0,
      refusedElsewhere: others.reduce(0) { $0 + $1.refused + $1.lost },
      mintedAlone: others.reduce(0) { $0 + $1.mintedAlone },
      latencyElsewhere: others.compactMap(\.latency).max { $0.p99 < $1.p99 })
  }
}
