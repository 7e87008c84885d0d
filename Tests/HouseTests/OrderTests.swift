// SPDX-License-Identifier: Apache-2.0
import Testing

/// The order of a dictionary or a set is another one in each process. What is decided in that order cannot be replayed.
@Suite("Order")
struct OrderTests {
  /// Files that decide: values without I/O, and the store.
  private static let deciding = SourceTree.sources.filter {
    $0.isCore || ["PRRevision", "PRStore", "PRStoreSQLite"].contains($0.target)
  }

  @Test("deciding code goes through no dictionary or set in its own order", arguments: deciding.map(\.path))
  func iteration(path: String) throws {
    let file = try #require(Self.deciding.first { $0.path == path })
    let found = Self.iterations(in: file.lines)
    #expect(found.isEmpty, "\(path):\(found.map { $0 + 1 }): sort it first, or keep an array")
  }

  /// The lines that go through a collection without an order which the same lines declare.
  private static func iterations(in lines: [String]) -> [Int] {
    let names = Set(
      lines.compactMap { line in
        line.firstMatch(
          of: #/\b(?:var|let) (\w+)(?:: \[[\w.<>]+: |: Set<|: Dictionary<| = Set[<(]| = \[[A-Z][\w.]*: [\w.\[\]]+\]\()/#
        ).map { String($0.1) }
      })
    return lines.indices.filter { index in
      let line = lines[index].prefix { $0 != "/" }
      guard !line.contains(".sorted") else { return false }
      return names.contains { name in
        line.contains("in \(name) ") || line.contains("in \(name).") && !line.contains("in \(name).sorted")
          || ["in state.\(name) ", "in self.\(name) "].contains { line.contains($0) }
          || Self.walks.contains { line.contains("\(name).\($0)") && !line.contains("\(name).values.reduce") }
      }
    }
  }

  private static let walks = [
    "values", "keys", "map", "flatMap", "compactMap", "forEach", "first", "min", "max", "popFirst", "randomElement",
    "removeFirst", "prefix", "filter",
  ]

  @Test(
    "the search finds what it is for",
    arguments: [
      (["var a: [Int: String] = [:]", "for (key, value) in a {"], [1]),
      (["let a: Set<Int> = []", "a.first"], [1]), (["let a = Set<Int>()", "for one in a where true {"], [1]),
      (["var a = [Int: [String]]()", "a.values.first"], [1]), (["var a: [Int: Int] = [:]", "a.keys.sorted()"], []),
      (["var a: [Int: Int] = [:]", "a[1] = 2", "a.count", "a.removeValue(forKey: 1)"], []),
      (["var a: [Int] = []", "for one in a {"], []), (["var a: [Int: Int] = [:]", "// for one in a {"], []),
    ])
  func examples(lines: [String], found: [Int]) { #expect(Self.iterations(in: lines) == found) }
}
