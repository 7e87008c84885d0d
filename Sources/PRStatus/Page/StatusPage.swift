// SPDX-License-Identifier: Apache-2.0

/// The page as one document, which needs nothing else: no file, no other server, and no script to be read.
struct StatusPage {
  let report: StatusReport
  /// Nil without a search.
  var found: FindReport?
  /// What the style and the script of this one answer are known by.
  let nonce: String

  var html: HTML {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>\(title)</title>
    <link rel="icon" href="\(PageStyle.icon)">
    <style nonce="\(nonce)">\(PageStyle.style)</style>
    </head>
    <body>
    <a class="skip" href="#main">Skip to the figures</a>
    \(header)
    <main id="main">
    \(section("alarms", "alarms", "role=\"status\" aria-label=\"Alarms\"", Sections(report: report).alarms))
    \(cards)
    \(section("federation", "federation", "aria-label=\"Federation\"", Sections(report: report).federation))
    \(search)
    \(tables)
    </main>
    \(footer)
    <script nonce="\(nonce)">\(LiveUpdateScript.script)</script>
    </body>
    </html>
    """
  }

  /// Many pages may be open side by side: what tells them apart comes first.
  private var title: HTML { report.node.name.map { name -> HTML in "\(name), \(kind)" } ?? kind }

  private var kind: HTML { "Headwater, \(place)" }
  private var place: HTML { "\(report.node.role.rawValue) at level \(report.node.level)" }

  private var header: HTML {
    let sections = Sections(report: report)
    let (heading, subheading): (HTML, HTML) = report.node.name.map { ("\($0)", kind) } ?? ("Headwater", place)
    return """
      <header>
      <div class="brand">\(PageStyle.mark)<div><h1>\(heading)</h1><p>\(subheading)</p></div></div>
      <p class="states" aria-live="polite"><span id="state">\(sections.state)</span> <span id="live" class="pill off">as of \(Formatting.time(report.node.at, now: report.node.at)) UTC; reload for fresh figures</span></p>
      <nav aria-label="Place in the hierarchy" id="place">\(sections.place)</nav>
      </header>
      """
  }

  private var cards: HTML {
    let sections = Sections(report: report)
    return """
      <div class="cards">
      \(card("traffic", "Requests", sections.traffic))\(card("latency", "Time to decide", sections.latency))\(card("hits", "Known tuples", sections.hits))
      \(card("upstream", "Upstream", sections.upstream))\(card("store", "Database", sections.store))
      </div>
      """
  }

  private var search: HTML {
    let result: HTML = found.map { SearchResults(report: $0, now: report.node.at).html } ?? ""
    return """
      <section id="find" aria-labelledby="find-title"><h2 id="find-title">Find a package</h2>
      <form action="/#find" method="get" role="search"><label for="q">Parts of its version, architecture or checksum</label>
      <div class="field"><input id="q" name="q" type="search" value="\(found?.query ?? "")" autocomplete="off" spellcheck="false" placeholder="busybox core2-64">
      <button type="submit">Find</button></div></form>\(result)</section>
      """
  }

  private var tables: HTML {
    let sections = Sections(report: report)
    return """
      <section aria-labelledby="rows-title"><h2 id="rows-title">Last rows</h2><div id="rows">\(sections.rows)</div></section>
      \(section("misses", "", "aria-label=\"Missed tuples\"", sections.misses))
      <div class="pair">
      <section aria-labelledby="requests-title"><h2 id="requests-title">Requests by kind</h2><div id="requests">\(sections.requests)</div></section>
      <section aria-labelledby="facts-title"><h2 id="facts-title">This node</h2><div id="facts" class="card">\(sections.facts)</div></section>
      </div>
      """
  }

  private var footer: HTML {
    """
    <footer><nav aria-label="For programs"><a href="/metrics">metrics</a> <a href="/api/status">status as JSON</a>
    <a href="/readyz">readiness</a> <a href="/healthz">health</a></nav></footer>
    """
  }

  private func section(_ id: HTML, _ style: HTML, _ attributes: HTML, _ content: HTML) -> HTML {
    "<section id=\"\(id)\" class=\"\(style)\" \(attributes)>\(content)</section>"
  }

  private func card(_ id: HTML, _ title: HTML, _ content: HTML) -> HTML {
    "<section class=\"card\" aria-labelledby=\"\(id)-title\"><h2 id=\"\(id)-title\">\(title)</h2><div id=\"\(id)\">\(content)</div></section>"
  }
}
