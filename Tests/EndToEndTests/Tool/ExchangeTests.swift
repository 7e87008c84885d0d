// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Rows out of one database and into another.
@Suite("headwater export and import", .ownThreads)
struct ExchangeTests {
  private static func row(_ version: String, _ checksum: String, _ value: String, pkgarch: String = "p") -> String {
    try! JSONValue.object([
      "version": .string(version), "pkgarch": .string(pkgarch), "checksum": .string(checksum), "value": .string(value),
    ]).text + "\n"
  }

  /// A folder with `a.sqlite3` that holds rows of several packages.
  private func filled(_ rows: String) throws -> Tool {
    let tool = try Tool()
    try tool.folder.write(rows, to: "rows.jsonl")
    try tool.run("import", "--database", "a.sqlite3", "--allow-lower", "rows.jsonl").succeeded()
    return tool
  }

  private static let plainRows =
    (0..<700).map { row("v\($0 % 60)", "c\($0)", "\($0 / 60)") }.joined()
    + row("dotted", "c1", "1.2.3") + row("dotted", "c2", "1.10") + row("zeros", "c", "007")

  private static let awkwardRows = [
    "", "quote \" comma , semicolon ;", "line\nbreak", "back\\slash", "é", "e\u{301}", "日本", "😀", " blanks ", "\t",
    "$dollar",
    "'single'", "=", "#hash", "{\"json\":1}",
  ].map { row($0, $0, "1.2", pkgarch: $0) }.joined()

  @Test(
    "rows that left one database are the same in another, in every format",
    arguments: [
      ("jsonl", plainRows), ("csv", plainRows), ("inc", plainRows), ("jsonl", awkwardRows), ("csv", awkwardRows),
    ])
  func roundTrip(format: String, rows: String) throws {
    let tool = try filled(rows)
    let count = rows.split(separator: "\n").count
    let written = try tool.run("export", "--history", "--database", "a.sqlite3", "-o", "out.\(format)")
    #expect(written.ending == .exit(0), "\(written.errors)")
    let imported = try tool.run("import", "--allow-lower", "--database", "b.sqlite3", "out.\(format)").succeeded()
    #expect(imported.output.hasPrefix("added \(count) rows; 0 were there already"), "\(imported.output)")
    for database in ["a", "b"] {
      try tool.run("export", "--history", "--database", "\(database).sqlite3", "-o", "\(database).jsonl").succeeded()
    }
    let exported = try tool.folder.read("a.jsonl")
    #expect(exported.split(separator: "\n").count == count)
    #expect(try tool.folder.read("b.jsonl") == exported)
    let again = try tool.run("import", "--allow-lower", "--database", "b.sqlite3", "out.\(format)").succeeded()
    #expect(again.output.hasPrefix("added 0 rows; \(count) were there already"), "\(again.output)")
    #expect(try tool.folder.names.filter { $0.contains("partial") }.isEmpty)
  }

  @Test("rows whose names .inc cannot hold are left out, and the exit code tells")
  func tooAwkward() throws {
    let tool = try filled(Self.row("a$b", "c", "1") + Self.row("plain", "c", "2"))
    let outcome = try tool.run("export", "--history", "--database", "a.sqlite3", "--format", "inc")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains("1 rows") && outcome.errors.contains("jsonl"))
    #expect(outcome.output.contains("PRAUTO$plain$p$c = \"2\""))
    try tool.run("export", "--history", "--database", "a.sqlite3", "-o", "x.inc")
      .failed(saying: "1 rows", "nothing was written", "jsonl")
    #expect(try tool.folder.names.filter { $0.hasPrefix("x.inc") }.isEmpty, "what appears is whole")
  }

  @Test("an export for OE-Core says which values its import passes over, and locks builds down if it is told to")
  func forOECore() throws {
    let tool = try filled(Self.row("a", "c", "1.0") + Self.row("b", "c", "2"))
    let outcome = try tool.run("export", "--database", "a.sqlite3", "--format", "inc", "--lockdown")
    #expect(
      outcome.ending == .exit(0) && outcome.errors.hasPrefix("note: 1 of 2 values have dots"), "\(outcome.errors)")
    #expect(outcome.outputLines.contains("PRSERV_LOCKDOWN = \"1\"") && outcome.output.contains("= \"1.0\""))
    try tool.folder.write(outcome.output, to: "x.inc")
    try tool.run("import", "--database", "b.sqlite3", "x.inc").succeeded()
    try tool.run("export", "--database", "a.sqlite3", "--lockdown").failed(64, saying: "--lockdown is for --format inc")
    try tool.run("export", "--database", "a.sqlite3", "--package-version", "b", "--format", "inc").succeeded()
  }

  @Test("a file without a PR table, or two sources, is no export")
  func noTable() throws {
    let tool = try Tool()
    try tool.folder.write("", to: "empty.sqlite3")
    try tool.run("export", "--database", "empty.sqlite3").failed(saying: "empty.sqlite3 holds no PR table")
    try tool.run("export", "--database", "empty.sqlite3", "--server", "tcp://127.0.0.1:1")
      .failed(64, saying: "--server and --database")
    let variables = ["HEADWATER_SERVER": "tcp://127.0.0.1:1"]
    try tool.run(["export", "--database", "empty.sqlite3"], environment: variables).failed(saying: "no PR table")
  }

  @Test("a server and its database export the same", arguments: ["jsonl", "csv", "inc"])
  func serverOrFile(format: String) throws {
    let tool = try filled(Self.plainRows)
    let server = try ServerProcess(in: tool.folder, database: "a.sqlite3")
    for options in [
      ["--history"], [], ["--package-version", "v7"], ["--history", "--checksum", "c7"], ["--pkgarch", "x"],
    ] {
      let asked = try tool.run(["export", "--format", format, "--server", "\(server.address)"] + options)
      let read = try tool.run(["export", "--format", format, "--database", "a.sqlite3"] + options)
      #expect(asked.ending == .exit(0) && read.ending == .exit(0), "\(asked.errors)\(read.errors)")
      #expect(asked.output == read.output && asked.errors == read.errors, "\(options)")
      #expect(asked.errors.isEmpty || format == "inc", "\(asked.errors)")
    }
    try server.stop()
  }

  @Test("without --history, the greatest value of each package, as a number")
  func greatest() throws {
    let rows = ["9", "10", "2"].map { Self.row("a", "c\($0)", $0) }.joined() + Self.row("b", "c", "1.2")
    let outcome = try filled(rows).run("export", "--database", "a.sqlite3").succeeded()
    let expected = [JSONValue]([try JSONValue(Self.row("a", "c10", "10")), try JSONValue(Self.row("b", "c", "1.2"))])
    #expect(try outcome.outputLines.map { try JSONValue($0) } == expected)
  }

  @Test("a dry run tells what would be, and makes nothing")
  func dryRun() throws {
    let tool = try Tool()
    try tool.folder.write(Self.row("a", "c", "1") + Self.row("a", "d", "2"), to: "rows.jsonl")
    let outcome = try tool.run("import", "--dry-run", "rows.jsonl").succeeded()
    #expect(outcome.output.contains("would add 2 rows"), "\(outcome.output)")
    #expect(try tool.folder.names == ["rows.jsonl"])
    try tool.run("import", "rows.jsonl").succeeded()
    try tool.folder.write(Self.row("a", "e", "3"), to: "more.jsonl")
    let more = try tool.run("import", "--dry-run", "--json", "rows.jsonl", "more.jsonl").succeeded()
    let report = try JSONValue(more.output)
    #expect(report["added"] == .integer(1) && report["known"] == .integer(2) && report["dry_run"] == .bool(true))
    #expect(try tool.run("export", "--history", "--database", "prserv.sqlite3").succeeded().outputLines.count == 2)
  }

  static let refused: [(name: String, text: String, line: Int, words: String)] = [
    ("x.jsonl", row("a", "e", "3") + "nonsense\n", 2, "not valid JSON"),
    ("x.jsonl", row("a", "e", "3") + #"{"version":"a","pkgarch":"p","checksum":"c"}"#, 2, "must be there"),
    ("x.jsonl", #"{"version":"a","pkgarch":"p","checksum":"c","value":3}"#, 1, "as strings"),
    ("x.jsonl", row("a", "e", "3") + "\n" + row("b", "c", "x"), 3, "not a revision"),
    ("x.jsonl", row("a\u{0}b", "c", "1"), 1, "version contains a NUL"),
    ("x.jsonl", row("a", "c\u{0}", "1"), 1, "checksum contains a NUL"),
    ("x.jsonl", row("b", "c", "0") + row("a", "e", "0"), 2, "below 2"),
    ("x.jsonl", row("b", "c", "0") + row("a", "e", "2"), 2, "belongs to the checksum d"),
    ("x.jsonl", row("b", "c", "1") + row("b", "d", "01"), 2, "belongs to the checksum c"),
    ("x.csv", "version,pkgarch,checksum\na,p,e\n", 1, "the first line must name"),
    ("x.csv", "version,pkgarch,checksum,value\na,p,e,3\na,p\n", 3, "2 fields"),
    ("x.csv", "version,pkgarch,checksum,value\nb,p,e,3\n\"a,p,f,4\n", 3, "quote is not closed"),
    ("x.inc", "PRAUTO$b$p$e = \"3\"\nPRAUTO$b$p = \"4\"\n", 2, "expected PRAUTO$"),
    ("x.inc", "PRAUTO$b$p$e = 3\n", 1, "quotes"), ("x.inc", "include other.inc\n", 1, "expected PRAUTO$"),
  ]

  @Test("one line that is wrong keeps all others out, and is named by its number", arguments: refused.indices)
  func allOrNothing(index: Int) throws {
    let (name, text, line, words) = Self.refused[index]
    let tool = try Tool()
    try tool.folder.write(Self.row("a", "c", "1") + Self.row("a", "d", "2"), to: "first.jsonl")
    try tool.run("import", "first.jsonl").succeeded()
    try tool.folder.write(Self.row("good", "c", "7"), to: "good.jsonl")
    try tool.folder.write(text, to: name)
    let outcome = try tool.run("import", "good.jsonl", name)
    #expect(outcome.ending == .exit(1) && outcome.output == "")
    let lines = outcome.errorLines
    #expect(lines.count == 2 && lines[0].hasPrefix("\(name):\(line): "), "\(lines)")
    #expect(lines[0].contains(words), "\(lines)")
    #expect(lines.last?.contains("nothing was imported: 1 line was refused") == true, "\(lines)")
    #expect(try tool.run("export", "--history", "--database", "prserv.sqlite3").succeeded().outputLines.count == 2)
  }

  @Test("lower values and duplicates come in when they are allowed")
  func allowed() throws {
    let tool = try filled(Self.row("a", "c", "5"))
    try tool.folder.write(Self.row("a", "d", "3") + Self.row("a", "e", "5"), to: "x.jsonl")
    let outcome = try tool.run("import", "--database", "a.sqlite3", "--allow-lower", "--allow-duplicates", "x.jsonl")
      .succeeded()
    #expect(
      outcome.output.contains("added 2 rows") && outcome.output.contains("1 of them lie below"), "\(outcome.output)")
  }

  @Test("a file that is not there is an error that names it")
  func missingFiles() throws {
    let tool = try Tool()
    let outcome = try tool.run("import", "none.jsonl")
    outcome.failed(saying: "cannot read none.jsonl: no such file")
    try tool.run("import", "/tmp").failed(saying: "cannot read /tmp: it is a folder")
    #expect(try tool.folder.names.isEmpty, "nothing was opened for it")
    try tool.run("export", "--database", "none.sqlite3").failed(saying: "none.sqlite3")
    try tool.folder.write(Self.row("a", "c", "1"), to: "x.jsonl")
    try tool.run("import", "--database", "/nonexistent/a.sqlite3", "x.jsonl").failed(saying: "/nonexistent")
    try tool.run("import", "x.jsonl").succeeded()
    try tool.run("export", "--database", "prserv.sqlite3", "-o", "/nonexistent/x").failed(saying: "/nonexistent/x")
  }

  @Test("rows go into a database that is being served, and are served at once")
  func whileServing() throws {
    try withServer { server in
      let connection = try server.connect()
      #expect(try connection.ask(Requests.getPR("a", "c0")) == .value("0"))
      let tool = try Tool(in: server.folder)
      try tool.folder.write(Self.row("a", "c7", "7", pkgarch: "core2-64"), to: "x.jsonl")
      try tool.run("import", "x.jsonl").succeeded()
      #expect(try connection.ask(Requests.getPR("a", "c7")) == .value("7"))
      #expect(try connection.ask(Requests.getPR("a", "c0")) == .value("8"))
    }
  }
}
