// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRSimulation

/// The report of a simulated farm for a terminal.
struct FarmText {
  private let report: FarmReport

  init(_ report: FarmReport) { self.report = report }

  var text: String {
    var parts = [head, table(Self.nodeTitles, report.nodes.map(Self.nodeRow))]
    if !report.links.isEmpty {
      parts.append(table(Self.linkTitles, report.links.map { Self.linkRow($0, days: report.days) }))
    }
    if !report.outages.isEmpty {
      parts.append(
        "An hour without the machine of a node:\n" + table(Self.outageTitles, report.outages.map(Self.outageRow)))
    }
    parts.append(verdict)
    return parts.joined(separator: "\n\n")
  }

  private var head: String {
    "\(report.title ?? "A federation"): \(report.builders) builders, \(report.days) days, \(report.requests) requests, seed "
      + "\(report.seed), digest \(report.digest)"
  }

  private var verdict: String {
    report.violations.isEmpty
      ? "No value has named two contents, and no answer has gone down."
      : "BROKEN PROMISES:\n" + report.violations.prefix(20).joined(separator: "\n")
  }

  private static let nodeTitles = [
    "node", "level", "builders", "requests", "refused", "lost", "without upstream", "p50 ms", "p99 ms", "minted",
    "alone",
    "adopted", "rows", "copied", "copy age p50 s", "max s", "longest",
  ]

  private static func nodeRow(_ node: FarmReport.Node) -> [String] {
    [
      node.name, "\(node.level)", "\(node.builders)", "\(node.requests)", "\(node.refused)", "\(node.lost)",
      node.hitRatio.map { percent($0) } ?? "-", short(node.latency?.p50), short(node.latency?.p99), "\(node.minted)",
      "\(node.mintedAlone)", "\(node.adopted)", "\(node.ownRows)", "\(node.copiedRows)", short(node.staleness?.p50),
      short(node.staleness?.max), node.longestValue ?? "-",
    ]
  }

  private static let linkTitles = ["line", "KB up a day", "KB down a day", "connections", "cut hours"]

  private static func linkRow(_ link: FarmReport.Link, days: Int) -> [String] {
    [
      "\(link.from) -> \(link.to)", short(Double(link.bytesUp) / Double(days) / 1000),
      short(Double(link.bytesDown) / Double(days) / 1000), "\(link.connections)", short(link.cutSeconds / 3600),
    ]
  }

  private static let outageTitles = [
    "node", "its builders lost", "refused elsewhere", "minted alone elsewhere", "p99 ms elsewhere",
  ]

  private static func outageRow(_ outage: FarmReport.Outage) -> [String] {
    [
      outage.node, "\(outage.lost)", "\(outage.refusedElsewhere)", "\(outage.mintedAlone)",
      short(outage.latencyElsewhere?.p99),
    ]
  }

  static func percent(_ share: Double) -> String { "\(short(share * 100)) %" }

  /// With as many digits as tell something.
  static func short(_ number: Double?) -> String {
    guard let number else { return "-" }
    return String(format: number >= 100 ? "%.0f" : number >= 10 ? "%.1f" : "%.2f", number)
  }

  /// With a comma behind thousands.
  static func grouped(_ number: Int) -> String {
    var (text, rest) = ("", String(number.magnitude))
    while rest.count > 3 {
      text = ",\(rest.suffix(3))\(text)"
      rest.removeLast(3)
    }
    return (number < 0 ? "-" : "") + rest + text
  }

  static func grouped(_ number: Double) -> String { grouped(Int(clamping: number)) }

  /// Columns of equal width, the first one to the left.
  private func table(_ titles: [String], _ rows: [[String]]) -> String {
    let all = [titles] + rows
    let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      row.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: max(widths[column] - cell.count, 0))
        return column == 0 ? cell + blanks : blanks + cell
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
