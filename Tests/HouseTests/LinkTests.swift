// SPDX-License-Identifier: Apache-2.0
import Testing

/// A link of a page leads to a file of the project and to a heading of that file.
@Suite("Links")
struct LinkTests {
  /// What is wrong with a link of the page at `path`; nil if it leads somewhere.
  private static func problem(with link: String, on path: String) -> String? {
    if link.contains("://") { return nil }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    guard let target = parts[0].isEmpty ? path : MarkdownPage.resolve(parts[0], from: path) else {
      return "leads out of the project"
    }
    if !SourceTree.exists(target) { return "there is no \(target)" }
    if parts.count == 1 || MarkdownPage(SourceTree.text(target)).anchors.contains(String(parts[1])) { return nil }
    return "\(target) has no heading #\(parts[1])"
  }

  @Test("of a page lead to a file and to a heading", arguments: SourceTree.pages)
  func targets(path: String) {
    for link in MarkdownPage(SourceTree.text(path)).links {
      if let problem = Self.problem(with: link, on: path) { Issue.record("\(path) has the link \(link): \(problem)") }
    }
  }

  @Test("to nothing are found")
  func missing() {
    #expect(SourceTree.pages.count > 20)
    #expect(Self.problem(with: "numbering.md", on: "docs/protocol.md") == nil)
    #expect(Self.problem(with: "../README.md#the-drop-in", on: "docs/protocol.md") == nil)
    #expect(Self.problem(with: "decisions/", on: "docs/protocol.md") == nil)
    #expect(Self.problem(with: "#limits", on: "docs/protocol.md") == nil)
    #expect(Self.problem(with: "numbers.md", on: "docs/protocol.md") == "there is no docs/numbers.md")
    #expect(Self.problem(with: "#limit", on: "docs/protocol.md") == "docs/protocol.md has no heading #limit")
    #expect(Self.problem(with: "../../x.md", on: "docs/protocol.md") == "leads out of the project")
  }

  @Test("and headings are read as GitHub reads them")
  func reading() {
    let page = MarkdownPage(
      """
      # The keys of `/api/status`, and [more](a.md#b)
      ## Back up -- and_restore
      ## Again
      ## Again
      A [link over
      two lines](c.md), `[no](link.md)` and [`code`](d.md).

          ```sh
          # no heading, [no](link.md)
          ```
      """)
    #expect(page.anchors == ["the-keys-of-apistatus-and-more", "back-up----and_restore", "again", "again-1"])
    #expect(page.links == ["a.md#b", "c.md", "d.md"])
  }

  /// The paths of source files that a page names, as it names them.
  private static func sources(namedIn text: String) -> [String] {
    text.matches(of: /`((?:Sources\/|Tests\/|PR\w+\/|headwater\/|bitbake-prserv\/)[\w\/+-]+\.swift)`/).map {
      String($0.1)
    }
  }

  @Test("and paths of source files lead to files", arguments: SourceTree.pages)
  func paths(page: String) {
    for path in Self.sources(namedIn: SourceTree.text(page)) {
      let isThere = SourceTree.exists(path) || SourceTree.exists("Sources/\(path)")
      #expect(isThere, "\(page) names \(path), which is not there")
    }
  }

  @Test("to source files are found")
  func examplesOfPaths() {
    #expect(
      Self.sources(namedIn: "**`PRStore/Store.swift`** and `Store.swift`, `PRNode/Core`") == ["PRStore/Store.swift"])
    #expect(SourceTree.pages.contains { !Self.sources(namedIn: SourceTree.text($0)).isEmpty })
  }

  private static let files = (SourceTree.sources + SourceTree.tests).filter { !$0.path.hasSuffix("/LinkTests.swift") }

  @Test("of comments and messages name pages and headings that there are", arguments: files)
  func mentions(file: SourceTree.File) {
    for line in file.lines where line.contains("docs/") {
      guard let match = line.firstMatch(of: /(docs\/[\w\/-]+\.md)(?:, "([^"]+)")?/) else { continue }
      let page = MarkdownPage(SourceTree.text(String(match.1)))
      #expect(!page.anchors.isEmpty, "\(file) names \(match.1), which is not there")
      guard let heading = match.2.map(String.init) else { continue }
      let hasHeading = page.anchors.contains(MarkdownPage.anchor(of: heading))
      #expect(hasHeading, "\(file) names '\(heading)' of \(match.1), which has no such heading")
    }
  }
}
