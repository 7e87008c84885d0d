// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRSimulation

/// The report of a simulated farm as one page that needs nothing else: tables, and charts drawn as SVG.
struct FarmPage {
  private let report: FarmReport

  init(_ report: FarmReport) { self.report = report }

  var text: String {
    """
    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <title>\(title) - simulation</title>
    \(FarmPageStyle.text)
    <main>
    <header>
    <p class="kicker">Headwater simulation</p>
    <h1>\(title)</h1>
    <p class="facts">\(report.builders) builders &middot; \(report.days) days &middot; \(FarmText.grouped(report.requests)) requests
    &middot; seed \(report.seed) &middot; digest <code>\(report.digest)</code></p>
    \(verdict)
    </header>
    <section class="charts">
    \(charts.joined(separator: "\n"))
    </section>
    \(tables)
    </main>
    </html>

    """
  }

  private var title: String { (report.title ?? "A federation").escapedForHTML }

  private var verdict: String {
    guard !report.violations.isEmpty else {
      return #"<p class="verdict good">No value has named two contents, and no answer has gone down.</p>"#
    }
    let list = report.violations.prefix(20).map { "<li>\($0.escapedForHTML)</li>" }.joined()
    return #"<div class="verdict bad"><p>Promises were broken:</p><ul>\#(list)</ul></div>"#
  }

  // MARK: Charts

  private var asked: [FarmReport.Node] { report.nodes.filter { $0.requests > 0 } }

  private var charts: [String] {
    var charts: [String] = []
    if !asked.isEmpty {
      charts.append(
        BarChart(
          "Requests a day", unit: "", note: "The strong part needed no answer of the upstream.",
          bars: asked.map { node in
            let perDay = Double(node.requests) / Double(report.days)
            return BarChart.Bar(
              name: node.name, parts: [perDay * (node.hitRatio ?? 0), perDay * (1 - (node.hitRatio ?? 0))])
          }
        ).text)
      charts.append(
        RangeChart(
          "Time to the answer, as builders see it", unit: "ms", note: "Half, nine of ten, and 99 of 100 answers.",
          rows: asked.compactMap { node in node.latency.map { (node.name, [$0.p50, $0.p90, $0.p99]) } }
        ).text)
    }
    let links = report.links.map { link in
      BarChart.Bar(
        name: "\(link.from) \u{2192} \(link.to)",
        parts: [Double(link.bytesUp), Double(link.bytesDown)].map { $0 / Double(report.days) / 1000 })
    }
    if !links.isEmpty {
      charts.append(
        BarChart(
          "On the lines, a day", unit: "KB", note: "The strong part goes up, the other one comes down.", bars: links
        )
        .text)
    }
    let copies = report.nodes.compactMap { node in node.staleness.map { (node.name, [$0.p50, $0.p99, $0.max]) } }
    if !copies.isEmpty {
      charts.append(
        RangeChart(
          "Age of the copies", unit: "s", note: "Half and 99 of 100 moments, and the oldest. Seen every five minutes.",
          rows: copies
        ).text)
    }
    let growth = report.nodes.filter { $0.rowsByDay.last ?? 0 > 0 }
    if report.days > 1, !growth.isEmpty {
      charts.append(
        LineChart(
          "Rows of each node, by day", lines: growth.map { ($0.name, $0.rowsByDay.map { Double($0) }) }
        ).text)
    }
    return charts
  }

  // MARK: Tables

  private var tables: String {
    var parts = [
      table(
        "Nodes",
        [
          "Node", "Level", "Builders", "Requests", "Refused", "Lost", "Minted", "Alone", "Adopted", "Rows", "Copied",
          "Longest value",
        ],
        report.nodes.map { node in
          [
            node.name, "\(node.level)", "\(node.builders)", FarmText.grouped(node.requests),
            FarmText.grouped(node.refused),
            FarmText.grouped(node.lost), FarmText.grouped(node.minted), FarmText.grouped(node.mintedAlone),
            FarmText.grouped(node.adopted), FarmText.grouped(node.ownRows), FarmText.grouped(node.copiedRows),
            node.longestValue ?? "-",
          ]
        }),
      table(
        "Lines", ["Line", "KB up a day", "KB down a day", "Connections", "Hours cut"],
        report.links.map { link in
          [
            "\(link.from) \u{2192} \(link.to)", FarmText.short(Double(link.bytesUp) / Double(report.days) / 1000),
            FarmText.short(Double(link.bytesDown) / Double(report.days) / 1000), FarmText.grouped(link.connections),
            FarmText.short(link.cutSeconds / 3600),
          ]
        }),
    ]
    if !report.outages.isEmpty {
      parts.append(
        table(
          "An hour without the machine of a node, in a day of its own",
          ["Node", "Its own builders lost", "Refused elsewhere", "Minted alone elsewhere", "p99 elsewhere, ms"],
          report.outages.map { outage in
            [
              outage.node, FarmText.grouped(outage.lost), FarmText.grouped(outage.refusedElsewhere),
              FarmText.grouped(outage.mintedAlone), FarmText.short(outage.latencyElsewhere?.p99),
            ]
          }))
    }
    return parts.joined(separator: "\n")
  }

  private func table(_ title: String, _ titles: [String], _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "" }
    let head = titles.map { "<th>\($0)</th>" }.joined()
    let body = rows.map { "<tr>" + $0.map { "<td>\($0.escapedForHTML)</td>" }.joined() + "</tr>" }.joined(
      separator: "\n")
    return """
      <section class="card"><h2>\(title)</h2><div class="scroll"><table>
      <thead><tr>\(head)</tr></thead><tbody>
      \(body)
      </tbody></table></div></section>
      """
  }
}

extension String {
  /// As text of a page.
  var escapedForHTML: String {
    reduce(into: "") { text, character in
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.append(character)
      }
    }
  }
}
