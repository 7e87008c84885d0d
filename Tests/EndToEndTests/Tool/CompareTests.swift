// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("headwater compare", .ownThreads)
struct CompareTests {
  private static func row(_ version: String, _ checksum: String, _ value: String, pkgarch: String = "p") throws
    -> String
  {
    try JSONValue.object([
      "version": .string(version), "pkgarch": .string(pkgarch), "checksum": .string(checksum), "value": .string(value),
    ]).text + "\n"
  }

  /// A folder with the databases `old` and `new`, their exports, and their frozen files `one` and `two`.
  private func releases() throws -> Tool {
    let tool = try Tool()
    let kept = try Self.row("same", "c", "1") + Self.row("more", "c", "9")
    let floor = #"{"version":"same","pkgarch":"p","floor":"7"}"# + "\n"
    let old = try kept + Self.row("gone", "c", "3") + Self.row("back", "c", "2") + Self.row("back", "d", "5")
    let new = try kept + Self.row("more", "d", "10") + Self.row("back", "c", "2") + Self.row("first", "c", "0") + floor
    for (name, frozen, text) in [("old", "one", old), ("new", "two", new)] {
      try tool.folder.write(text, to: "rows.jsonl")
      try tool.run("import", "--database", "\(name).sqlite3", "rows.jsonl").succeeded()
      try tool.run("export", "--history", "--database", "\(name).sqlite3", "-o", "\(name).jsonl").succeeded()
      try tool.run("freeze", "--database", "\(name).sqlite3", "\(frozen).sqlite3").succeeded()
    }
    return tool
  }

  @Test("two frozen releases: what is new, changed and gone, counts first")
  func releasesAsText() throws {
    let tool = try releases()
    let names = try tool.folder.names
    let outcome = try tool.run("compare", "one.sqlite3", "two.sqlite3").succeeded()
    #expect(
      outcome.output == """
        old: 4 packages, 5 contents, 0 floors
        new: 4 packages, 5 contents, 1 floors
        packages: 1 new, 1 gone, 1 with a greater value, 1 with a smaller value, 1 with other contents or floors, 0 the same
        contents: 2 new, 2 gone, 0 with other values
        floors: 1 new, 0 gone, 0 raised, 0 lower

        packages whose greatest value is smaller: devices do not upgrade to it:
          back p  5 -> 2
            gone d  5

        packages that are gone:
          gone p  3, 1 contents

        packages whose greatest value is greater:
          more p  9 -> 10
            new d  10

        new packages:
          first p  0, 1 contents

        packages with the same greatest value, and other contents or another floor:
          same p  1
            floor  none -> 7

        """)
    #expect(try tool.folder.names == names, "nothing is written beside the files")
  }

  @Test("and as JSON, an object a line, the package in front of its contents")
  func releasesAsJSON() throws {
    let lines = try releases().run("compare", "--json", "one.sqlite3", "new.jsonl").succeeded().outputLines
    let objects = try lines.map { try JSONValue($0) }
    #expect(objects.count == 10)
    #expect(objects.first?["kind"] == .string("counts"))
    #expect(objects.first?["packages"]?["lowered"] == .integer(1) && objects.first?["floors"]?["new"] == .integer(1))
    #expect(
      lines.dropFirst().prefix(2) == [
        #"{"change":"lowered","kind":"package","new":"2","old":"5","pkgarch":"p","version":"back"}"#,
        #"{"change":"gone","checksum":"d","kind":"content","new":[],"old":["5"],"pkgarch":"p","version":"back"}"#,
      ])
    #expect(lines.last == #"{"change":"new","kind":"floor","new":"7","pkgarch":"p","version":"same"}"#)
  }

  @Test("a database is the same as its export, its frozen file and itself", arguments: ["jsonl", "csv", "inc"])
  func noDifference(format: String) throws {
    let tool = try releases()
    // Only JSON Lines have floors: the old database has none.
    try tool.run("export", "--history", "--database", "old.sqlite3", "-o", "export.\(format)").succeeded()
    for other in ["export.\(format)", "old.sqlite3", "one.sqlite3"] {
      for files in [["old.sqlite3", other], [other, "old.sqlite3"], [other, other]] {
        let outcome = try tool.run(["compare", "--exit-code"] + files).succeeded()
        #expect(outcome.outputLines.count == 5 && outcome.output.contains("4 the same"), "\(outcome.output)")
      }
    }
  }

  @Test("the exit status tells of differences only where it is asked to, and of failures always")
  func exitStatus() throws {
    let tool = try releases()
    try tool.run("compare", "old.sqlite3", "new.sqlite3").succeeded()
    #expect(try tool.run("compare", "--exit-code", "old.sqlite3", "new.sqlite3").ending == .exit(1))
    try tool.run("compare", "old.sqlite3", "none.sqlite3").failed(1, saying: "there is no database", "none.sqlite3")
    try tool.run("compare", "--exit-code", "old.sqlite3", "none.sqlite3").failed(
      2, saying: "there is no database", "none.sqlite3")
    try tool.run("compare", "none.jsonl", "old.sqlite3").failed(1, saying: "cannot read none.jsonl: no such file")
    try tool.run("compare", "-", "-").failed(64, saying: "standard input")
    try tool.run("compare", "old.sqlite3").failed(64, saying: "headwater compare --help")
    try tool.run("compare", tool.folder.path, "old.sqlite3").failed(saying: "is a folder")
  }

  @Test("a frozen file that is not the one of its manifest is refused, and named")
  func damaged() throws {
    let tool = try releases()
    let path = tool.folder.path("two.sqlite3")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.removeItem(atPath: path)
    try bytes.write(to: URL(fileURLWithPath: path))
    try tool.run("compare", "one.sqlite3", "two.sqlite3")
      .failed(saying: "two.sqlite3: it is not the file that its manifest describes")
    try tool.folder.write("", to: "two.sqlite3")
    try tool.run("compare", "two.sqlite3", "one.sqlite3").failed(saying: "two.sqlite3: it is not the file")
    try tool.folder.write("{}", to: "one.sqlite3.manifest.json")
    try tool.run("compare", "one.sqlite3", "old.sqlite3").failed(
      saying: "manifest one.sqlite3.manifest.json cannot be read")
  }

  @Test("a line that holds no row ends the comparison, and is named by its number")
  func brokenExport() throws {
    let tool = try releases()
    try tool.folder.write(try Self.row("a", "c", "1") + "nonsense\n", to: "broken.jsonl")
    try tool.run("compare", "old.jsonl", "broken.jsonl").failed(saying: "broken.jsonl:2: not valid JSON")
    try tool.folder.write("nonsense", to: "letter.txt")
    try tool.run("compare", "letter.txt", "old.jsonl").failed(saying: "letter.txt is not an SQLite database")
    try tool.folder.write("", to: "empty.sqlite3")
    try tool.run("compare", "empty.sqlite3", "old.jsonl").failed(saying: "empty.sqlite3 holds no PR table")
  }

  /// More rows than are sorted in memory at once.
  @Test("an export may be in any order")
  func unsorted() throws {
    let tool = try Tool()
    let rows = try (0..<70_000).map { try Self.row("v\($0 % 9_000)", "c\($0)", "\($0 / 9_000)") }
    let floors = (0..<300).map { #"{"version":"v\#($0)","pkgarch":"p","floor":"\#($0)"}"# + "\n" }
    var random = SystemRandomNumberGenerator()
    try tool.folder.write((rows + floors).shuffled(using: &random).joined(), to: "old.jsonl")
    try tool.folder.write((rows.dropFirst() + floors).shuffled(using: &random).joined(), to: "new.rows")
    let outcome = try tool.run("compare", "old.jsonl", "new.rows").succeeded()
    #expect(outcome.outputLines.first == "old: 9000 packages, 70000 contents, 300 floors")
    #expect(outcome.output.contains("1 with other contents or floors, 8999 the same"), "\(outcome.output)")
    #expect(outcome.outputLines.suffix(2) == ["  v0 p  7", "    gone c0  0"], "\(outcome.output)")
  }

  @Test("names with odd characters are told apart by their bytes, and stay on their line")
  func awkwardNames() throws {
    let tool = try Tool()
    let names = [
      "", "line\nbreak", "é", "e\u{301}", "日本", "😀", " blanks ", "\t", "\u{1B}[31m", "\"quote\"", "\u{202E}",
    ]
    try tool.folder.write(try names.map { try Self.row($0, $0, "1.2", pkgarch: $0) }.joined(), to: "old.jsonl")
    try tool.folder.write("", to: "new.jsonl")
    try tool.run("import", "--database", "old.sqlite3", "old.jsonl").succeeded()
    let same = try tool.run("compare", "--exit-code", "old.sqlite3", "old.jsonl").succeeded()
    #expect(same.output.contains("\(names.count) the same"))
    let gone = try tool.run("compare", "old.sqlite3", "new.jsonl").succeeded()
    #expect(gone.outputLines.count == 5 + 2 + names.count, "\(gone.output)")
    #expect(!gone.output.contains("\u{1B}") && !gone.output.contains("\u{202E}"))
    let objects = try tool.run("compare", "--json", "new.jsonl", "old.sqlite3").succeeded().outputLines
    let found = try objects.dropFirst().map { try JSONValue($0) }.filter { $0["kind"] == .string("package") }
    #expect(Set(found.compactMap { $0["version"]?.string.map { Array($0.utf8) } }) == Set(names.map { Array($0.utf8) }))
  }

  @Test("lists are cut, and say by how much, unless all is asked for")
  func limit() throws {
    let tool = try Tool()
    let old = try Self.row("busy", "c", "1")
    let busy = try (0..<50).map { try Self.row("busy", "d\($0)", "\($0 + 2)") }.joined()
    try tool.folder.write(old, to: "old.jsonl")
    try tool.folder.write(try old + busy + (0..<25).map { try Self.row("v\($0)", "c", "0") }.joined(), to: "new.jsonl")
    let cut = try tool.run("compare", "old.jsonl", "new.jsonl").succeeded()
    #expect(cut.outputLines.count == 5 + (2 + 20 + 1) + (2 + 20 + 1), "\(cut.output)")
    #expect(cut.output.contains("    and 31 contents more; --all lists them\n"))
    #expect(cut.output.hasSuffix("  and 5 packages more; --all lists them\n"))
    let all = try tool.run("compare", "--all", "old.jsonl", "new.jsonl").succeeded()
    #expect(all.outputLines.count == 5 + (2 + 51) + (2 + 25) && !all.output.contains("--all"))
  }

  @Test("rows that were copied from the upstream count, unless only own ones are asked for")
  func copy() throws {
    let folder = try TemporaryFolder()
    try folder.fill("root.sqlite3", 100)
    let root = try ServerProcess(in: folder, database: "root.sqlite3")
    var mirror = try Follower(below: "\(root.address)", with: ["--read-only"], in: folder)
    try mirror.feed.wait { $0.count == 100 }
    let tool = try Tool(in: folder)
    // Servers have both files open.
    try tool.run("compare", "--exit-code", "root.sqlite3", "copy.sqlite3").succeeded()
    let own = try tool.run("compare", "--own", "root.sqlite3", "copy.sqlite3").succeeded()
    #expect(own.outputLines.prefix(2).last == "new: 0 packages, 0 contents, 0 floors", "\(own.output)")
    for server in [mirror.server, root] { try server.stop() }
  }
}
