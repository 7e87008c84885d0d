// SPDX-License-Identifier: Apache-2.0
import PRFederation

extension Sections {
  /// The tree as a picture where there is room for one, and all members as a table, which is a list on a phone.
  var federation: HTML {
    guard let part = report.federation else { return .nothing }
    let rows = part.inOrder.map { row($0.member, depth: $0.depth) }
    return """
      <h2>Federation \(part.name)</h2>
      \(FederationDrawing(part: part).html)
      <div class="scroll long" tabindex="0" role="region" aria-label="Members of the federation"><table class="members"><thead><tr><th scope="col">member</th><th scope="col">state</th><th scope="col">level</th>
      <th scope="col">lane</th><th scope="col">version</th><th scope="col">seen</th><th scope="col" class="number">copy lag</th>
      <th scope="col" class="number">requests/s</th><th scope="col" class="number">known</th></tr></thead>
      <tbody>\(rows.joined())</tbody></table></div>
      """
  }

  private func row(_ member: FederationReport.Entry, depth: Int) -> HTML {
    let now = report.node.at
    let name: HTML = member.link.map { "<a href=\"\($0)\">\(member.name)</a>" } ?? "\(member.name)"
    let here: HTML = member.isHere ? " <small>this node</small>" : ""
    // The name begins in the line of its dots.
    let branch = String(repeating: "·\u{A0}", count: min(depth, 16))
    let alarms: HTML = member.alarms.isEmpty ? "" : " <small>\(member.alarms.joined(separator: ", "))</small>"
    let cells = [
      cell("level", member.level.map { "\($0)" }), cell("lane", member.lane), cell("version", member.version),
      cell("seen", member.seenAt.map { Formatting.time($0.multipliedClamped(by: 1000), now: now) }),
      cell("copy lag", member.copyLagSeconds.map { Formatting.span($0) }, isNumber: true),
      cell("requests/s", member.requestsPerSecond.map { Formatting.rate($0) }, isNumber: true),
      cell("known", member.hitRatio.map { Formatting.percent($0) }, isNumber: true),
    ]
    return """
      <tr><th scope="row"><span class="quiet" aria-hidden="true">\(branch)</span>\(name)\(here)</th>
      <td data-label="state"><span class="\(member.tone)">\(member.words)</span>\(alarms)</td>\(cells.joined())</tr>
      """
  }

  /// A list on a phone leaves out what has no value.
  private func cell(_ label: HTML, _ value: String?, isNumber: Bool = false) -> HTML {
    let style: HTML = isNumber ? (value == nil ? "number none" : "number") : (value == nil ? "none" : "")
    return "<td data-label=\"\(label)\" class=\"\(style)\">\(value ?? "–")</td>"
  }
}
