// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRStatus

@Suite("The page")
struct PageTests {
  private static let reports = [StatusSnapshot.eventful.report, StatusSnapshot.eventfulOnServers.report]

  private var page: String { Self.page(Self.reports[0]) }

  private static func page(_ report: StatusReport) -> String {
    var page = StatusPage(report: report, nonce: "NONCE")
    page.found = FindReport(
      query: hostileName, rows: StatusSnapshot.eventful.report.rows, isPartial: true, problem: nil)
    return page.html.text
  }

  @Test("what anybody sent is text and never markup", arguments: reports)
  func escapes(report: StatusReport) {
    let page = Self.page(report)
    #expect(HTML.escaped("<a href=\"x\">'&") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;")
    #expect(HTML.escaped("a\u{202E}b\u{7}c\u{200B}") == "a\u{FFFD}b\u{FFFD}c\u{FFFD}", "what misleads the eye is shown")
    #expect(!page.contains("<script>alert"))
    #expect(!page.contains("alert('x')"))
    #expect(!page.contains("\u{202E}"))
    #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"))
  }

  @Test("the title and the heading say which node it is, if anybody has named it")
  func name() {
    var report = StatusSnapshot.eventful.report
    func says(_ words: String) -> Bool { StatusPage(report: report, nonce: "n").html.text.contains(words) }
    report.node.name = "toronto"
    #expect(says("<title>toronto, Headwater, mirror at level 2</title>"))
    #expect(says("<h1>toronto</h1><p>Headwater, mirror at level 2</p>"))
    report.node.name = "</title><b>&"
    #expect(says("<title>&lt;/title&gt;&lt;b&gt;&amp;, Headwater"))
    #expect(says("<h1>&lt;/title&gt;&lt;b&gt;&amp;</h1>"))
    report.node.name = nil
    #expect(says("<title>Headwater, mirror at level 2</title>"))
    #expect(says("<h1>Headwater</h1><p>mirror at level 2</p>"))
  }

  @Test("a part that is sent to an open page is as harmless", arguments: reports)
  func sections(report: StatusReport) {
    for (name, html) in Sections(report: report).all {
      #expect(!html.text.contains("<script"), "\(name)")
      #expect(page.contains("id=\"\(name)\""), "the page has a place for \(name)")
    }
  }

  @Test("nothing comes from anywhere else, and nothing runs that the policy does not name")
  func selfContained() throws {
    for forbidden in ["src=", "@import", "url(", " style=\"", " onclick", "javascript:"] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
    // The namespace of the icon is a name, not an address that anybody asks.
    let addresses = page.matches(of: /https?:\/\/[^\s"'<)]+/).map { String(page[$0.range]) }
    #expect(addresses == ["http://www.w3.org/2000/svg"])
    #expect(page.matches(of: /<(script|style)[ >]/).count == page.matches(of: /<(script|style) nonce="NONCE">/).count)
  }

  @Test("names and labels are there for those who do not see it")
  func accessible() {
    #expect(page.contains("<html lang=\"en\">"))
    #expect(page.contains("<label for=\"q\">"))
    for landmark in ["<header>", "<main id=\"main\">", "<footer>", "<nav aria-label="] {
      #expect(page.contains(landmark))
    }
    let identifiers = page.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
    #expect(identifiers.count == Set(identifiers).count, "an id stands for one thing")
    for label in page.matches(of: /aria-labelledby="([^"]+)"/) { #expect(identifiers.contains(String(label.1))) }
  }

  @Test("every tag that is opened is closed")
  func wellFormed() throws {
    let empty: Set = ["meta", "link", "input", "br", "path", "rect", "circle"]
    var open: [String] = []
    let body = page.replacing(/<(style|script) nonce[\s\S]*?<\/(style|script)>/, with: "")
    for tag in body.matches(of: /<(\/?)([a-z0-9]+)[^>]*>/) where !empty.contains(String(tag.2)) {
      if tag.1.isEmpty { open.append(String(tag.2)) } else { #expect(open.popLast() == String(tag.2)) }
    }
    #expect(open == [])
  }

  @Test(
    "text is as dark on its ground as WCAG wants it, by day and by night",
    arguments: [
      ("ink", "ground"), ("ink", "card"), ("quiet", "ground"), ("quiet", "card"), ("one", "ground"), ("one", "card"),
      ("good", "card"), ("good", "good-ground"), ("warn", "card"), ("warn", "warn-ground"), ("bad", "card"),
      ("bad", "bad-ground"), ("ink", "bad-ground"), ("ground", "one"),
    ])
  func contrast(text: String, ground: String) throws {
    let style = PageStyle.style.text
    let night = try #require(style.range(of: "prefers-color-scheme: dark"))
    for palette in [style[..<night.lowerBound], style[night.upperBound...]] {
      let (one, other) = (try Self.luminance(text, palette), try Self.luminance(ground, palette))
      #expect((max(one, other) + 0.05) / (min(one, other) + 0.05) >= 4.5)
    }
  }

  /// Relative luminance: https://www.w3.org/TR/WCAG21/#dfn-relative-luminance
  private static func luminance(_ name: String, _ palette: Substring) throws -> Double {
    let start = try #require(palette.range(of: "--\(name): #")).upperBound
    var digits = String(palette[start...].prefix { $0.isHexDigit })
    if digits.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
    let number = try #require(Int(digits, radix: 16))
    let parts = [16, 8, 0].map { shift -> Double in
      let part = Double(number >> shift & 0xFF) / 255
      return part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }
}
