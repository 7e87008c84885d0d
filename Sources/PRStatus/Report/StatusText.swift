// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A report for a terminal, in columns.
package struct StatusText {
  private let report: StatusReport

  package init(_ report: StatusReport) { self.report = report }

  package var text: String {
    var parts = [facts, alarms, upstreams, requests, rows, misses]
    parts.removeAll(where: \.isEmpty)
    return parts.joined(separator: "\n")
  }

  private var facts: String {
    let (node, traffic, store) = (report.node, report.traffic, report.store)
    let path = report.path.map { place in
      place.isHere ? "this node (level \(place.level))" : place.server ?? place.name
    }
    var lines = [
      ["state", report.readiness.isReady ? (report.openAlarms.isEmpty ? "ready" : "ready, with alarms") : "not ready"],
      ["place", path.joined(separator: " > ")],
      [
        "node",
        "\(node.role.rawValue), \(node.numbering)\(node.laneWords.map { ", lane \($0)" } ?? ""), \(node.policy)",
      ],
      ["listens on", node.listeners.joined(separator: ", ")],
      [
        "running for",
        "\(Formatting.span(node.uptimeSeconds)), version \(node.version), \(Formatting.bytes(node.residentBytes)) of memory",
      ],
      [
        "database",
        store.server.map { server in
          "\(Formatting.bytes(store.databaseBytes)) on PostgreSQL, newest serial \(store.lastSerial), \(server.words)"
        }
          ?? "\(Formatting.bytes(store.databaseBytes)) and \(Formatting.bytes(store.logBytes)) of log, newest serial \(store.lastSerial), \(Formatting.bytes(store.freeBytes)) left on its disk",
      ],
      ["connections", "\(traffic.connections) open, \(traffic.connectionsAccepted) so far"],
      [
        "known",
        "\(traffic.hitRatio.map(Formatting.percent) ?? "nothing asked") (\(traffic.known) known, \(traffic.minted) new, \(traffic.misses) missed, \(traffic.refused) refused)",
      ],
    ]
    if report.traffic.mintedAlone > 0 {
      lines.append(["minted alone", report.traffic.wordsAlone(now: report.node.at)])
    }
    if let floor = store.lastFloor { lines.append(["floors", floor.words(now: node.at)]) }
    if let name = node.name { lines.insert(["name", name], at: 1) }
    if let last = report.history.last { lines.append(["rate", "\(Formatting.rate(last.rate)) requests/s"]) }
    if let copy = report.copy {
      // While the copy fails, its alarm has the reason.
      let lag =
        copy.lagSeconds.map { lag in
          let span = Formatting.span(Int64(clamping: lag))
          return copy.problem == nil ? "complete \(span) ago" : "not updated for \(span)"
        } ?? copy.unconfirmed
      lines.append(["copy", (copy.position.map { "position \($0), " } ?? "") + lag])
    }
    return Columns(lines).text
  }

  private var alarms: String {
    let reasons = report.readiness.reasons.map { "! not ready: \(Self.plain($0))\n" }
    let alarms = report.alarms.map { alarm in
      "\(alarm.isAcknowledged ? "-" : "!") \(Self.plain(alarm.id)): \(Self.plain(alarm.text))\n"
        + "  \(Self.plain(alarm.remark(now: report.node.at)))\n"
    }
    return (reasons + alarms).joined()
  }

  private var upstreams: String {
    guard !report.upstreams.isEmpty else { return "" }
    let lines = report.upstreams.map { part in
      [
        part.server, part.state.rawValue, part.sinceSeconds.map(Formatting.span) ?? "–", "\(part.asked)",
        "\(part.failed)",
        part.problem ?? part.program ?? "",
      ]
    }
    return Columns([["UPSTREAM", "STATE", "FOR", "ASKED", "FAILED", "WHAT"]] + lines, numbers: [3, 4]).text
  }

  private var requests: String {
    guard !report.traffic.requests.isEmpty else { return "" }
    let lines = report.traffic.requests.map { part in
      [
        part.request, "\(part.answered)", "\(part.refused)", Formatting.milliseconds(part.medianMilliseconds),
        Formatting.milliseconds(part.slowestPercentMilliseconds),
      ]
    }
    return Columns([["REQUEST", "ANSWERED", "REFUSED", "MEDIAN", "SLOWEST 1 %"]] + lines, numbers: [1, 2, 3, 4]).text
  }

  private var rows: String {
    guard !report.rows.isEmpty else { return "" }
    let lines = report.rows.prefix(10).map { row in
      [
        row.at.map { Formatting.time($0, now: report.node.at) } ?? "–", row.value, row.version, row.pkgarch,
        String(row.checksum.prefix(16)), row.origin, row.asker ?? "–",
      ]
    }
    return Columns([["TIME (UTC)", "VALUE", "VERSION", "ARCH", "CHECKSUM", "RULE", "ASKER"]] + lines).text
  }

  private var misses: String {
    guard !report.misses.isEmpty else { return "" }
    let lines = report.misses.prefix(10).map { miss in
      [
        Formatting.time(miss.at, now: report.node.at), "\(miss.times)", miss.version, miss.pkgarch,
        String(miss.checksum.prefix(16)), miss.asker ?? "–",
      ]
    }
    return Columns([["MISSED (UTC)", "TIMES", "VERSION", "ARCH", "CHECKSUM", "ASKER"]] + lines, numbers: [1]).text
  }

  /// What would move a terminal's cursor is not printed.
  static func plain(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isTreacherous ? "\u{FFFD}" : $0 }))
  }
}

/// Lines whose cells stand below each other.
private struct Columns {
  private let lines: [[String]]
  private let numbers: Set<Int>

  /// - Parameter numbers: the columns that are set to the right.
  init(_ lines: [[String]], numbers: Set<Int> = []) {
    self.lines = lines.map { $0.map(StatusText.plain) }
    self.numbers = numbers
  }

  var text: String {
    var widths: [Int] = []
    for line in lines {
      for (index, cell) in line.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], cell.count)
      }
    }
    return lines.map { line in
      let cells = line.enumerated().map { index, cell in
        // A column is as wide as its widest cell.
        let gap = String(repeating: " ", count: widths[index] - cell.count)
        return numbers.contains(index) ? gap + cell : index == line.count - 1 ? cell : cell + gap
      }
      return cells.joined(separator: "  ") + "\n"
    }.joined()
  }
}
