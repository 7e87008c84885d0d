// SPDX-License-Identifier: Apache-2.0

/// What a search found: each package with its history, the newest first.
struct SearchResults {
  let report: FindReport
  let now: Int64

  private struct Package: Hashable {
    let version: String
    let pkgarch: String
  }

  var html: HTML {
    if let problem = report.problem, report.rows.isEmpty {
      return "<p class=\"problem\">Nothing was found: \(problem).</p>"
    }
    guard !report.rows.isEmpty else {
      return "<p class=\"quiet\">Nothing has <strong>\(report.query)</strong> in its name or checksum.</p>"
    }
    var order: [Package] = []
    var histories: [Package: [StatusReport.RowPart]] = [:]
    for row in report.rows {
      let package = Package(version: row.version, pkgarch: row.pkgarch)
      if histories[package] == nil { order.append(package) }
      histories[package, default: []].append(row)
    }
    let found = order.map { history($0, histories[$0] ?? []) }.joined()
    let rest: HTML =
      report.problem.map { "<p class=\"problem\">There may be more: \($0).</p>" }
      ?? (report.isPartial ? "<p class=\"quiet\">There are more; a longer word finds fewer.</p>" : "")
    let (rows, packages) = (report.rows.count, order.count)
    return """
      <p class="quiet" role="status">\(rows) \(rows == 1 ? "row" : "rows") of \(packages) \(packages == 1 ? "package" : "packages")</p>\(found)\(rest)
      """
  }

  private func history(_ package: Package, _ rows: [StatusReport.RowPart]) -> HTML {
    let lines = rows.map { row -> HTML in
      let time: HTML =
        row.at.map { "<time datetime=\"\(Formatting.iso($0))\">\(Formatting.time($0, now: now))</time>" }
        ?? "at an unknown time"
      let asker: HTML = row.asker.map { " for \($0)" } ?? ""
      let chosen: HTML = Formatting.chosen(row.chosen, now: now).map { "<p class=\"quiet\">\($0)</p>" } ?? ""
      return """
        <li><span class="value"><span>\(row.value)</span></span><div><code class="sum"><bdi>\(row.checksum)</bdi></code>
        <p>\(Formatting.origin(row.origin))</p><p class="quiet">\(time)\(asker)</p>\(chosen)</div></li>
        """
    }
    return """
      <article class="history"><h3><bdi>\(package.version)</bdi> <span class="arch"><bdi>\(package.pkgarch)</bdi></span></h3>
      <ol reversed>\(lines.joined())</ol></article>
      """
  }
}
