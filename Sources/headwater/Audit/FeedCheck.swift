// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex

/// Looks for what is wrong with package feeds.
struct FeedCheck {
  /// Indexes, folders that have some, or - for standard input.
  let feeds: [String]
  /// The feeds as devices have them; empty where there is nothing to compare with.
  let against: [String]
  /// Folders of pkgdata, which complete what the feeds say.
  let pkgdata: [String]
  /// Nil where no database is asked for the values.
  let mapping: RevisionMapping?

  /// Standard input can be read only once.
  private var isReadOnce: Bool { feeds.contains("-") }

  func run(_ findings: inout FindingSpool, _ values: inout ValueSpool) async throws -> FeedAuditReport {
    var report = FeedAuditReport()
    guard !against.isEmpty else {
      try await audit(into: &report, &findings, &values)
      return report
    }
    // The audit and the comparison need about the same memory: only one of them is there at a time, unless a feed can be read
    // only once.
    if !isReadOnce { try await audit(into: &report, &findings, &values) }
    var compared = FeedAuditReport.Against()
    var comparison: FeedComparison? = FeedComparison(old: try await snapshot(&compared, &report.feed))
    if isReadOnce {
      try await audit(into: &report, &findings, &values, beside: &comparison)
    } else {
      var reading = try FeedReading()
      for feed in feeds {
        try await reading.read(.feed(feed)) { _ in
        } _: { package, kind, _ in
          try findings.add(comparison?.take(package, kind: kind) ?? [])
        }
      }
    }
    if let outcome = comparison?.finish() {
      try findings.add(outcome.findings)
      (compared.gone, compared.moved) = (outcome.gone, outcome.moved)
    }
    report.against = compared
    return report
  }

  private func audit(
    into report: inout FeedAuditReport, _ findings: inout FindingSpool, _ values: inout ValueSpool
  ) async throws {
    var none: FeedComparison?
    try await audit(into: &report, &findings, &values, beside: &none)
  }

  private func audit(
    into report: inout FeedAuditReport, _ findings: inout FindingSpool, _ values: inout ValueSpool,
    beside comparison: inout FeedComparison?
  ) async throws {
    var (audit, reading) = (FeedAudit(), try FeedReading(pkgdata: pkgdata))
    for entry in reading.unusableRecords { report.feed.refuse(entry) }
    for feed in feeds {
      try await reading.read(.feed(feed)) { entry in
        // A feed may have packages of sources, which no device installs.
        if entry.reason == .sources { report.feed.refuse(entry) } else { try findings.add([.unusableEntry(entry)]) }
      } _: { package, kind, index in
        try findings.add(audit.take(package, kind: kind, index: index))
        try findings.add(comparison?.take(package, kind: kind) ?? [])
        guard let mapping else { return }
        let mapped = mapping(package, kind)
        report.feed.take(mapped, of: package)
        for revision in mapped.revisions { try values.add(revision, of: package) }
      }
    }
    try findings.add(audit.finish())
    report.feed.indexes = reading.summary.indexes
    report.feed.packages = reading.summary.packages + reading.summary.refused
  }

  private func snapshot(
    _ compared: inout FeedAuditReport.Against, _ report: inout FeedReport
  ) async throws -> FeedSnapshot {
    var (snapshot, reading) = (FeedSnapshot(), try FeedReading())
    for feed in against {
      try await reading.read(.feed(feed)) { entry in
        report.refuse(entry)
      } _: { package, kind, _ in
        snapshot.take(package, kind: kind)
      }
    }
    (compared.indexes, compared.packages) = (reading.summary.indexes, reading.summary.packages)
    return snapshot
  }
}
