// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension Sections {
  // MARK: Above

  var upstream: HTML {
    guard !report.upstreams.isEmpty else {
      let why = report.node.role == .frozen ? "A frozen file has none." : "This node has no upstream."
      return "<p class=\"quiet\">\(why)</p>"
    }
    let parts = report.upstreams.map { part -> HTML in
      let since = part.sinceSeconds.map { "for \(Formatting.span($0))" } ?? "since the start"
      let state: HTML =
        switch part.state {
        case .connected: "<span class=\"good\">answers</span>"
        case .connecting: "<span class=\"warn\">connecting</span>"
        case .away: "<span class=\"bad\">away</span>"
        }
      // Its alarm has the reason.
      return """
        <div class="peer"><p class="headline"><code>\(part.server)</code> \(state) <span class="quiet">\(since)</span></p>
        <dl><dt>asked</dt><dd>\(Formatting.count(part.asked))</dd><dt>no answer</dt><dd>\(Formatting.count(part.failed))</dd>
        <dt>program</dt><dd>\(part.program ?? "–")</dd></dl></div>
        """
    }
    return parts.joined() + copy
  }

  private var copy: HTML {
    guard let copy = report.copy else { return .nothing }
    // The upstream answers a question for news when there is some, or after the interval: a minute is not a lag yet. While
    // the copy fails, its alarm has the reason.
    let lag =
      copy.lagSeconds.map { lag in
        if copy.problem != nil { return "not updated for \(Formatting.span(Int64(clamping: lag)))" }
        return lag < 90 ? "up to date" : "\(Formatting.span(Int64(clamping: lag))) behind"
      } ?? copy.unconfirmed
    return """
      <div class="peer"><p class="headline">Copy <span class="\(copy.problem == nil && copy.lagSeconds != nil ? "good" : "warn")">\(lag)</span></p>
      <dl><dt>position</dt><dd>\(copy.position.map { Formatting.count($0) } ?? "–")</dd><dt>new rows</dt><dd>\(Formatting.count(copy.news))</dd></dl></div>
      """
  }

  // MARK: Below

  var store: HTML {
    let store = report.store
    let shared = store.commits > 0 ? Formatting.decimal(Double(store.decisions) / Double(store.commits), 1) : "–"
    let floors: HTML = store.lastFloor.map { "<dt>floors</dt><dd>\($0.words(now: report.node.at))</dd>" } ?? ""
    let commit = store.commits > 0 ? store.commitSeconds * 1000 / Double(store.commits) : nil
    if let server = store.server { return self.server(server, shared, commit, floors) }
    return """
      <p class="big">\(Formatting.bytes(store.bytesOnDisk))<small>on disk</small></p>
      <dl><dt>newest serial</dt><dd>\(Formatting.count(store.lastSerial))</dd><dt>commits</dt><dd>\(Formatting.count(store.commits))</dd>
      <dt>write-ahead log</dt><dd>\(Formatting.bytes(store.logBytes))</dd><dt>answers per commit</dt><dd>\(shared)</dd>
      <dt>time per commit</dt><dd>\(Formatting.milliseconds(commit))</dd>
      <dt>disk left</dt><dd>\(Formatting.bytes(store.freeBytes))</dd>\(floors)</dl>
      """
  }

  private func server(
    _ server: StatusReport.ServerPart, _ shared: String, _ commit: Double?, _ floors: HTML
  ) -> HTML {
    let look = server.looks > 0 ? server.lookSeconds * 1000 / Double(server.looks) : nil
    let standbys = server.standbys.map { standby -> HTML in
      "<dt>standby \(standby.name)</dt><dd>\(standby.state), \(Formatting.bytes(standby.lagBytes)) behind</dd>"
    }
    let parked: HTML =
      server.parked == 0
      ? "" : "<dt>waiting for a standby</dt><dd class=\"warn\">\(Formatting.count(server.parked))</dd>"
    return """
      <p class="big">\(Formatting.bytes(report.store.databaseBytes))<small>on PostgreSQL</small></p>
      <dl><dt>newest serial</dt><dd>\(Formatting.count(report.store.lastSerial))</dd><dt>commits</dt><dd>\(Formatting.count(report.store.commits))</dd>
      <dt>time per commit</dt><dd>\(Formatting.milliseconds(commit))</dd><dt>answers per commit</dt><dd>\(shared)</dd>
      <dt>time per look</dt><dd>\(Formatting.milliseconds(look))</dd>
      <dt>run again</dt><dd>\(Formatting.count(server.reruns.values.reduce(0, +)))</dd>\(parked)\(standbys.joined())\(floors)</dl>
      """
  }

  // MARK: Rows

  var rows: HTML {
    guard !report.rows.isEmpty else { return "<p class=\"quiet\">There are no rows yet.</p>" }
    let rows = report.rows.map { row -> HTML in
      let chosen: HTML = Formatting.chosen(row.chosen, now: report.node.at).map { "<br><small>\($0)</small>" } ?? ""
      return """
        <tr data-serial="\(row.serial)">\(Self.packageCell(row.version, row.pkgarch, row.checksum))
        <td class="value"><span>\(row.value)</span></td><td>\(Formatting.origin(row.origin))\(chosen)</td>
        <td>\(row.asker ?? "–")</td>\(timeCell(row.at))</tr>
        """
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="Last rows"><table class="rows"><thead><tr><th scope="col">package and checksum</th>
      <th scope="col">value</th><th scope="col">how it came to be</th><th scope="col">asker</th><th scope="col">time (UTC)</th></tr></thead>
      <tbody>\(rows.joined())</tbody></table></div>
      """
  }

  var misses: HTML {
    guard !report.misses.isEmpty else { return .nothing }
    let rows = report.misses.map { miss -> HTML in
      """
      <tr>\(Self.packageCell(miss.version, miss.pkgarch, miss.checksum))<td class="number">\(Formatting.count(miss.times))</td>
      <td>\(miss.asker ?? "–")</td>\(timeCell(miss.at))</tr>
      """
    }
    return """
      <h2>Missed</h2><p class="quiet">This node stores nothing, and has no value for these.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Missed tuples"><table class="rows"><thead><tr><th scope="col">package and checksum</th>
      <th scope="col" class="number">times</th><th scope="col">asker</th><th scope="col">time (UTC)</th></tr></thead>
      <tbody>\(rows.joined())</tbody></table></div>
      """
  }

  private func timeCell(_ at: Int64?) -> HTML {
    guard let at else { return "<td>–</td>" }
    return
      "<td class=\"time\"><time datetime=\"\(Formatting.iso(at))\">\(Formatting.time(at, now: report.node.at))</time></td>"
  }

  static func packageCell(_ version: String, _ pkgarch: String, _ checksum: String) -> HTML {
    """
    <th scope="row"><a href="/?q=\(Query.encoded(version))#find"><bdi>\(version)</bdi></a> <span class="arch"><bdi>\(pkgarch)</bdi></span>
    <code class="sum"><bdi>\(checksum)</bdi></code></th>
    """
  }

  // MARK: Facts

  var facts: HTML {
    let node = report.node
    let lane: HTML = node.laneWords.map { "<dt>lane</dt><dd>\($0)</dd>" } ?? ""
    return """
      <dl class="facts"><dt>version</dt><dd>\(node.version)</dd><dt>numbering</dt><dd>\(node.numbering)</dd>\(lane)
      <dt>policy</dt><dd>\(node.policy)</dd><dt>listens on</dt><dd>\(node.listeners.joined(separator: ", "))</dd>
      <dt>database</dt><dd>\(report.store.path)</dd><dt>store</dt><dd>\(node.store ?? "never written by a node")</dd>
      <dt>running for</dt><dd>\(Formatting.span(node.uptimeSeconds))</dd><dt>memory</dt><dd>\(Formatting.bytes(node.residentBytes))</dd></dl>
      """
  }
}
