// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import Subprocess
import TestSeed
import TestStore
import TestThreads
import Testing

@Suite("Several that number in one file", .ownThreads)
struct SharedFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  private static func tuple(_ numbers: inout SeededNumbers) -> TupleKey {
    TupleKey("package-\(Int.random(in: 0..<3, using: &numbers))", "all", "c\(Int.random(in: 0..<12, using: &numbers))")
  }

  /// What must hold of a file, whoever wrote it: no value has two checksums, values of a package only rise from commit to
  /// commit, and every row is in the feed once.
  private func check(_ rows: [Row], _ comment: Comment) throws {
    var holders: [[String]: String] = [:]
    var last: [PackageKey: Revision] = [:]
    for row in rows {
      let value = revision(row.value)
      let key = [row.tuple.package.version, row.tuple.package.pkgarch, "\(value.components)"]
      #expect(holders.updateValue(row.tuple.checksum, forKey: key) == nil, comment)
      if let before = last.updateValue(value, forKey: row.tuple.package) { #expect(before < value, comment) }
    }
    let file = try ForeignProcess(path)
    #expect(try file.feed().map(\.row) == rows, comment)
    #expect(try file.ask("PRAGMA integrity_check") == [["ok"]], comment)
  }

  @Test("two nodes, many at once: no value gets two checksums, and every answer is on disk", arguments: Seed.several(2))
  func twoNodes(seed: Seed) async throws {
    let nodes = [try Node.node(path, durability: .full), try Node.node(path, durability: .full)]
    let answers = try await withThrowingTaskGroup(of: [Row].self) { group in
      for task in 0..<16 {
        group.addTask {
          var numbers = Seed(seed.number &+ UInt64(task)).numbers
          var answers: [Row] = []
          var last: [PackageKey: Revision] = [:]
          for _ in 0..<25 {
            let tuple = Self.tuple(&numbers)
            let answer = try await nodes[task % 2].get(tuple)
            answers.append(Row(tuple: tuple, value: answer))
            // One who asks one thing after the other is never answered less than before.
            if let before = last.updateValue(revision(answer), forKey: tuple.package) {
              #expect(before <= revision(answer), "\(seed)")
            }
          }
          return answers
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    for node in nodes { node.store.close() }
    let rows = try ForeignProcess(path).rows()
    #expect(answers.count == 400)
    #expect(Set(answers) == Set(rows), "what was answered is what is on disk; \(seed)")
    try check(rows, "\(seed)")
  }

  @Test("a node and a foreign writer that counts as BitBake does", arguments: Seed.several(2))
  func withForeign(seed: Seed) async throws {
    let node = try Node.node(path)
    let other = try ForeignProcess(path)
    let answers = try await withThrowingTaskGroup(of: [Row].self) { group in
      for task in 0..<6 {
        group.addTask {
          var numbers = Seed(seed.number &+ UInt64(task)).numbers
          var answers: [Row] = []
          for _ in 0..<30 {
            let tuple = Self.tuple(&numbers)
            answers.append(Row(tuple: tuple, value: try await node.get(tuple)))
          }
          return answers
        }
      }
      group.addTask {
        var numbers = Seed(~seed.number).numbers
        var answers: [Row] = []
        for turn in 0..<120 {
          let tuple = TupleKey(Self.tuple(&numbers).package.version, "all", "foreign-\(turn)")
          // Reads in one transaction and writes in another, as BitBake's server does; a refusal sends it round again.
          while true {
            let greatest = try other.ask(
              "SELECT max(CAST(value AS INTEGER)) FROM PRMAIN WHERE version = ?", [tuple.package.version])
            let value = greatest.first?.first?.flatMap { Int($0) }.map { "\($0 + 1)" } ?? "0"
            if (try? other.insert(tuple, value)) != nil {
              answers.append(Row(tuple: tuple, value: value))
              break
            }
          }
        }
        return answers
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    node.store.close()
    #expect(answers.count == 300)
    let rows = try ForeignProcess(path).rows()
    #expect(Set(rows) == Set(answers), "\(seed)")
    try check(rows, "\(seed)")
    #expect(try other.feed().filter { $0.origin == "foreign" }.count == 120)
  }

  @Test(
    "a node and another process of the operating system",
    .enabled("needs python3 with sqlite3") { try await python("import sqlite3").isSuccess })
  func otherProcess() async throws {
    let node = try Node.node(path)
    _ = try await node.get(TupleKey("v", "p", "begin"))
    let script = """
      import sqlite3, sys
      db = sqlite3.connect(sys.argv[1], timeout=600, isolation_level=None)
      turn = 0
      while turn < 150:
          top = db.execute("SELECT max(CAST(value AS INTEGER)) FROM PRMAIN WHERE version='v'").fetchone()[0]
          try:
              db.execute("INSERT INTO PRMAIN VALUES ('v', 'p', ?, ?)", ("python-%d" % turn, str(top + 1)))
              turn += 1
          except sqlite3.IntegrityError:
              pass
      """
    let path = path
    async let status = python(script, path)
    for number in 0..<150 { _ = try await node.get(TupleKey("v", "p", "ours-\(number)")) }
    #expect(try await status == .exited(0))
    node.store.close()
    let rows = try ForeignProcess(path).rows()
    #expect(rows.count == 301)
    try check(rows, "in commit order")
  }
}

private func python(_ script: String, _ arguments: String...) async throws -> TerminationStatus {
  try await run(
    .path("/usr/bin/env"), arguments: Arguments(["python3", "-c", script] + arguments), output: .currentStandardOutput,
    error: .currentStandardError
  ).terminationStatus
}
