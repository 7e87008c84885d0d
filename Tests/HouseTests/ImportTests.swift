// SPDX-License-Identifier: Apache-2.0
import Testing

/// Imports go down the picture in docs/architecture.md, and only down.
@Suite("Imports")
struct ImportTests {
  /// Each target's level, read from the table in docs/architecture.md.
  private static let levels: [String: Int] = {
    var levels: [String: Int] = [:]
    for line in SourceTree.text("docs/architecture.md").split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.trimmingBlanks }
      guard cells.count >= 2, let level = Int(cells[1]) else { continue }
      levels[cells[0].replacing("`", with: "")] = level
    }
    return levels
  }()

  @Test("the architecture's table names exactly the folders of Sources")
  func tableIsTrue() {
    #expect(Self.levels.keys.sorted() == SourceTree.names(in: "Sources"))
  }

  @Test("a file imports targets of lower levels only", arguments: SourceTree.sources)
  func downOnly(file: SourceTree.File) throws {
    let own = try #require(Self.levels[file.target])
    for name in file.imports {
      guard let level = Self.levels[name] else { continue }
      #expect(level < own, "\(file) of level \(own) imports \(name) of level \(level)")
    }
  }

  @Test(
    "a Core folder imports the rules and the wire's values, and nothing else",
    arguments: SourceTree.sources.filter(\.isCore))
  func pureCore(file: SourceTree.File) {
    #expect(file.imports.allSatisfy { ["PRRevision", "PRWire"].contains($0) })
  }

  @Test("the rules import nothing", arguments: SourceTree.sources.filter { $0.target == "PRRevision" })
  func pureRules(file: SourceTree.File) { #expect(file.imports.isEmpty) }

  @Test("only SQLite's engine imports SQLite")
  func sqlStaysInside() {
    let strangers = SourceTree.sources.filter { file in
      file.target != "PRStoreSQLite" && file.imports.contains { ["GRDB", "GRDBSQLite", "CSQLiteTuning"].contains($0) }
    }
    #expect(strangers.map(\.path) == [])
  }

  @Test("what answers requests names no engine")
  func engineStaysOutside() {
    let commands = ["PRStoreSQLite", "PRAssembly", "headwater", "bitbake-prserv"]
    let strangers = SourceTree.sources.filter { file in
      !commands.contains(file.target) && file.imports.contains("PRStoreSQLite")
    }
    #expect(strangers.map(\.path) == [])
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
