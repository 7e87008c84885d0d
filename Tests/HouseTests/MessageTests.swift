// SPDX-License-Identifier: Apache-2.0
import Testing

/// Messages, help, the status page and the docs name their subjects: a program does not know, hear or believe, and
/// "somebody" is a client, a node or an operator. The rule is in docs/contributing.md.
@Suite("Messages")
struct MessageTests {
  /// The texts of a file that are meant for reading: literals with a blank, without their interpolations.
  private static func texts(_ lines: [String]) -> [(line: Int, text: String)] {
    var (texts, isBlock) = ([(line: Int, text: String)](), false)
    for (index, line) in lines.enumerated() {
      if line.contains(#"""""#) {
        isBlock.toggle()
      } else if isBlock {
        texts.append((index + 1, line))
      } else if !line.drop(while: { $0 == " " }).hasPrefix("//") {
        texts += line.matches(of: #/"((?:[^"\\]|\\.)*)"/#).map { (index + 1, String($0.1)) }
      }
    }
    return texts.map { ($0.line, $0.text.replacing(#/\\\([^)]*\)/#, with: "…")) }.filter { $0.text.contains(" ") }
  }

  private static func isVague(_ text: String) -> Bool { !vagueWords(of: text).isEmpty }

  private static func vagueWords(of text: String) -> [Substring] {
    let words =
      #/\b(?:whoever|nobody|somebody|everybody|anybody|those who|whom|(?:is|are|be|been) told|told by|knows?|thinks?|believed?s?|hears?|heard|mends?)\b/#
    return text.matches(of: words.ignoresCase()).map(\.0)
  }

  @Test("do without words that leave their subject open")
  func subjects() {
    for file in SourceTree.sources {
      for part in Self.texts(file.lines) where Self.isVague(part.text) {
        Issue.record("\(file):\(part.line) says '\(part.text)'")
      }
    }
  }

  @Test("and pages do without them", arguments: SourceTree.pages)
  func pages(path: String) {
    for paragraph in MarkdownPage(SourceTree.text(path)).prose {
      for word in Self.vagueWords(of: paragraph) {
        Issue.record("\(path) says '\(word)' in '\(paragraph.prefix(200))'")
      }
    }
  }

  @Test("are found in literals and in blocks, and not in comments or interpolations")
  func search() {
    let block = #"""""#
    let lines = [
      #"throw Problem("nobody answers at \(server)")"#, #"let a = "known", b = "they know it""#,
      "// nobody \"is told\"",
      "discussion: \(block)", "  Whoever reads this.", block, #"log("asked \(nobody) twice")"#,
    ]
    #expect(Self.texts(lines).filter { Self.isVague($0.text) }.map(\.line) == [1, 2, 5])
  }
}
