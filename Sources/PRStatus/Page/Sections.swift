// SPDX-License-Identifier: Apache-2.0

/// The parts of the page that change while it is open, each with the name under which it is replaced.
struct Sections {
  let report: StatusReport

  var all: [(name: String, html: HTML)] {
    [
      ("state", state), ("place", place), ("alarms", alarms), ("traffic", traffic), ("latency", latency),
      ("hits", hits),
      ("federation", federation), ("upstream", upstream), ("store", store), ("rows", rows), ("misses", misses),
      ("requests", requests),
      ("facts", facts),
    ]
  }

  private var now: Int64 { report.node.at }

  var state: HTML {
    let readiness = report.readiness
    guard readiness.isReady else { return "<span class=\"pill bad\">not ready</span>" }
    return report.openAlarms.isEmpty
      ? "<span class=\"pill good\">ready</span>" : "<span class=\"pill warn\">ready, with alarms</span>"
  }

  // MARK: Place

  var place: HTML {
    let places = report.path.map { place -> HTML in
      let here: HTML = place.isHere ? " class=\"here\" aria-current=\"true\"" : ""
      let health: HTML =
        place.isHere
        ? "" : place.isWell.map { $0 ? "<span class=\"good\">answers</span>" : "<span class=\"bad\">away</span>" } ?? ""
      let name = place.isHere && place.level == 0 ? "this node, the root" : place.name
      let server: HTML = place.server.map { "<code>\($0)</code>" } ?? ""
      return """
        <li\(here)><span class="level">level \(place.level)</span><span class="name">\(name)</span>\(server)\(health)</li>
        """
    }
    return "<ol class=\"path\">\(places.joined())</ol>"
  }

  var alarms: HTML {
    let reasons = report.readiness.reasons.map { text -> HTML in "<li>Not ready: \(text)</li>" }
    let alarms = report.alarms.map { alarm -> HTML in
      let style: HTML = alarm.isAcknowledged ? " class=\"quiet\"" : ""
      return "<li\(style)>\(alarm.text) <small>\(alarm.remark(now: now)) <code>\(alarm.id)</code></small></li>"
    }
    let items = reasons + alarms
    return items.isEmpty ? .nothing : "<ul>\(items.joined())</ul>"
  }

  // MARK: Traffic

  var traffic: HTML {
    let last = report.history.last
    let chart = Chart(
      title: "Requests a second",
      lines: [
        Chart.Line(name: "all", style: "one", values: report.history.map(\.rate), isFilled: true),
        Chart.Line(name: "known, at once", style: "two", values: report.history.map(\.rateAtOnce)),
        Chart.Line(name: "refused", style: "bad", values: report.history.map(\.rateRefused)),
      ], capacity: RateSampler.maximum, scale: { "\(Formatting.rate($0))/s" })
    let connections = report.traffic.connections
    return """
      <p class="big">\(last.map { Formatting.rate($0.rate) } ?? "–")<small>requests/s, last 5 s</small></p>
      <p class="sub">\(Formatting.count(connections)) \(connections == 1 ? "connection" : "connections") open</p>
      \(chart.html)
      """
  }

  var latency: HTML {
    let decided = report.traffic.requests.first { $0.request == "get-pr" }
    let last = report.history.last { $0.medianMilliseconds != nil }
    let chart = Chart(
      title: "Time to decide",
      lines: [
        Chart.Line(name: "slowest 1 %", style: "two", values: report.history.map(\.slowestPercentMilliseconds)),
        Chart.Line(name: "median", style: "one", values: report.history.map(\.medianMilliseconds)),
      ], capacity: RateSampler.maximum, scale: { Formatting.milliseconds($0) })
    return """
      <p class="big">\(Formatting.milliseconds(last?.medianMilliseconds ?? decided?.medianMilliseconds))<small>median</small></p>
      <p class="sub">slowest 1 %: \(Formatting.milliseconds(last?.slowestPercentMilliseconds ?? decided?.slowestPercentMilliseconds))</p>
      \(chart.html)
      """
  }

  var hits: HTML {
    let traffic = report.traffic
    let share = traffic.hitRatio ?? 0
    let width = Formatting.decimal(share * 100, 1)
    let alone: HTML =
      traffic.mintedAlone > 0 ? "<dt>minted alone</dt><dd>\(traffic.wordsAlone(now: now))</dd>" : .nothing
    return """
      <p class="big">\(traffic.hitRatio.map(Formatting.percent) ?? "–")<small>known</small></p>
      <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="rail" width="100" height="4"/><rect class="fill" width="\(width)" height="4"/></svg>
      <dl><dt>known</dt><dd>\(Formatting.count(traffic.known))</dd><dt>new rows</dt><dd>\(Formatting.count(traffic.minted))</dd>
      <dt>missed</dt><dd>\(Formatting.count(traffic.misses))</dd><dt>refused</dt><dd>\(Formatting.count(traffic.refused))</dd>\(alone)</dl>
      """
  }

  var requests: HTML {
    guard !report.traffic.requests.isEmpty else { return "<p class=\"quiet\">No requests yet.</p>" }
    let rows = report.traffic.requests.map { part -> HTML in
      """
      <tr><th scope="row"><code>\(part.request)</code></th><td class="number">\(Formatting.count(part.answered))</td>
      <td class="number">\(Formatting.count(part.refused))</td><td class="number">\(Formatting.milliseconds(part.medianMilliseconds))</td>
      <td class="number">\(Formatting.milliseconds(part.slowestPercentMilliseconds))</td></tr>
      """
    }
    let refusals = report.traffic.refusals.sorted { $0.key < $1.key }.map { "\($0.key) \(Formatting.count($0.value))" }
    let reasons: HTML =
      refusals.isEmpty ? .nothing : "<p class=\"quiet\">Refused: \(refusals.joined(separator: ", "))</p>"
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Requests by kind"><table><thead><tr><th scope="col">request</th>
      <th scope="col" class="number">answered</th><th scope="col" class="number">refused</th><th scope="col" class="number">median</th>
      <th scope="col" class="number">slowest 1 %</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>\(reasons)
      """
  }
}
