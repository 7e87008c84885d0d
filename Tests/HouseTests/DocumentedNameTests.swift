// SPDX-License-Identifier: Apache-2.0
import Testing

/// docs/glossary.md and docs/machines.md name things as the code does.
@Suite("Names in the docs")
struct DocumentedNameTests {
  /// The words of the code, comments left out.
  private static let words: Set<Substring> = {
    let code = SourceTree.sources.lazy.flatMap(\.lines).filter { !$0.drop { $0 == " " }.hasPrefix("//") }
    return code.reduce(into: []) { words, line in
      words.formUnion(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" })
    }
  }()

  @Test("a name in the last column of the glossary is one of the code")
  func glossary() {
    let rows = SourceTree.text("docs/glossary.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(rows.count > 60)
    for row in rows {
      let names = row.split(separator: "|").last?.matches(of: /`([^`]+)`/).map(\.1) ?? []
      for word in names.flatMap({ $0.split(separator: ".") }) {
        let isOfCode = Self.words.contains(word)
        #expect(isOfCode, "the glossary names \(word), which the code does not have")
      }
    }
  }

  /// The sections of docs/machines.md by the machine that they draw.
  private static let machines: [String: Substring] = {
    let sections = SourceTree.text("docs/machines.md").split(separator: "\n### ").dropFirst()
    return Dictionary(sections.map { (String($0.prefix { $0 != "\n" }), $0) }) { $1 }
  }()

  @Test("a machine is drawn with all of its states", arguments: SourceTree.sources.filter(\.isCore))
  func states(file: SourceTree.File) {
    let states = Self.states(in: file.lines)
    guard !states.isEmpty else { return }
    let type = file.path.split(separator: "/").last?.dropLast(".swift".count) ?? ""
    guard let section = Self.machines[String(type)] else {
      Issue.record("docs/machines.md has no section about \(type)")
      return
    }
    for state in states where !section.contains("\(state)") {
      Issue.record("docs/machines.md does not draw the state \(state) of \(type)")
    }
  }

  @Test("a machine that is drawn is one of the code")
  func sections() {
    #expect(Self.machines.count > 10)
    for name in Self.machines.keys.sorted() {
      let isOfCode = Self.words.contains(Substring(name))
      #expect(isOfCode, "docs/machines.md draws \(name), which the code does not have")
    }
  }

  @Test("the states of a machine are found")
  func reading() {
    let lines = [
      "  enum State: Hashable {", "    /// case no", "    case idle, ready", "    case sent(Int, at: Instant)", "  }",
      "  enum Event { case begun }",
    ]
    #expect(Self.states(in: lines) == ["idle", "ready", "sent"])
  }

  /// The cases of the type `State`.
  private static func states(in lines: [String]) -> [Substring] {
    guard let start = lines.firstIndex(where: { $0.contains(/\benum State\b/) }) else { return [] }
    let indent = lines[start].prefix { $0 == " " }
    return lines[start...].dropFirst().prefix { $0 != indent + "}" }.flatMap { line -> [Substring] in
      guard let cases = line.wholeMatch(of: #/ *case (.*)/#) else { return [] }
      return cases.1.replacing(/\(.*\)/, with: "").split(separator: ", ").map { $0.prefix { $0 != " " } }
    }
  }
}
