// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@Suite("headwater audit, explain and backup", .ownThreads)
struct CareTests {
  /// A tool in a folder whose `prserv.sqlite3` holds three values of one package.
  private func filled() throws -> Tool {
    let server = try ServerProcess()
    let connection = try server.connect()
    for checksum in ["c0", "c1", "c0"] { _ = try connection.ask(Requests.getPR("a", checksum)) }
    try server.stop()
    return try Tool(in: server.folder)
  }

  private func row(_ checksum: String, _ value: String) -> String {
    #"{"version":"a","pkgarch":"core2-64","checksum":"\#(checksum)","value":"\#(value)"}"# + "\n"
  }

  @Test("audit finds nothing in a sound database, as text and as JSON")
  func soundDatabase() throws {
    let tool = try filled()
    let text = try tool.run("audit", "prserv.sqlite3").succeeded().output
    #expect(text == "3 rows of 1 packages in PRMAIN: nothing is wrong\n")
    let report = try JSONValue(tool.run("audit", "--json", "prserv.sqlite3").succeeded().output)
    #expect(report["clean"] == .bool(true) && report["rows"] == .integer(3) && report["packages"] == .integer(1))
  }

  @Test("audit finds duplicates and counts text orders, and exit 1 tells")
  func findings() throws {
    let tool = try filled()
    try tool.folder.write(row("d", "2") + row("e", "9") + row("f", "10"), to: "x.jsonl")
    try tool.run("import", "--allow-duplicates", "x.jsonl").succeeded()
    let text = try tool.run("audit", "prserv.sqlite3")
    #expect(text.ending == .exit(1) && text.errors == "")
    #expect(text.outputLines.contains { $0.hasPrefix("duplicate: 2 of a") && $0.contains("c0, d") }, "\(text.output)")
    #expect(text.outputLines.contains { $0.hasPrefix("text order: 1 packages") }, "\(text.output)")
    for (options, expected) in [([], ["duplicate"]), (["--all"], ["duplicate", "text-order"])] {
      let json = try tool.run(["audit", "--json", "prserv.sqlite3"] + options)
      #expect(json.ending == .exit(1) && json.errors == "")
      let report = try JSONValue(json.output)
      #expect(report["findings"]?.elements.compactMap { $0["kind"]?.string } == expected)
      #expect(report["text_order"] == .integer(1))
    }
  }

  @Test("audit of healthy packages past 9 says so in one line, lists them when asked to, and exits 0")
  func textOrder() throws {
    let tool = try Tool()
    let rows = (0..<30).flatMap { package in
      ["9", "10"].map { #"{"version":"a\#(package)","pkgarch":"x","checksum":"c\#($0)","value":"\#($0)"}"# + "\n" }
    }
    try tool.folder.write(rows.joined(), to: "x.jsonl")
    try tool.run("import", "x.jsonl").succeeded()
    let text = try tool.run("audit", "prserv.sqlite3").succeeded()
    #expect(text.outputLines.count == 2 && text.output.contains("nothing is wrong"), "\(text.output)")
    #expect(try tool.run("audit", "--all", "prserv.sqlite3").succeeded().outputLines.count == 32)
  }

  @Test("audit says in one line why it cannot read a file")
  func auditErrors() throws {
    let tool = try Tool()
    try tool.folder.write(String(repeating: "rubbish ", count: 100), to: "rubbish")
    try tool.run("audit", "none.sqlite3").failed(saying: "none.sqlite3")
    try tool.run("audit", "rubbish").failed(saying: "not an SQLite database")
    try tool.run("audit", "/tmp").failed(saying: "/tmp is a folder")
  }

  @Test("explain tells how each value came to be, as text and as JSON")
  func explain() throws {
    let tool = try filled()
    try tool.folder.write(row("d", "9"), to: "x.jsonl")
    try tool.run("import", "x.jsonl").succeeded()
    let lines = try tool.run("explain", "a", "core2-64").succeeded().outputLines
    #expect(lines.count == 4)
    let words = [("0  c0", "first"), ("1  c1", "next"), ("2  c0", "superseded"), ("9  d", "imported")]
    for (line, (beginning, reason)) in zip(lines, words) {
      #expect(line.hasPrefix(beginning) && line.contains(reason), "\(line)")
    }
    #expect(lines[0].contains("127.0.0.1") && lines[3].contains("headwater import"), "\(lines)")
    let only = try tool.run("explain", "a", "core2-64", "c0", "--json").succeeded().outputLines.map {
      try JSONValue($0)
    }
    #expect(only.map(\.value) == ["0", "2"])
    for row in only { for name in ["checksum", "origin", "serial", "time"] { #expect(row[name] != nil, "\(row)") } }
  }

  @Test("explain says in one line that there is nothing to tell")
  func explainNothing() throws {
    let tool = try filled()
    try tool.run("explain", "b", "core2-64").failed(
      saying: "prserv.sqlite3 has no row of b core2-64", "'headwater export --database")
    try tool.run("explain", "a", "core2-64", "none").failed(saying: "prserv.sqlite3 has no row of a core2-64 none")
    try tool.run("explain", "a", "core2-64", "--database", "none.sqlite3").failed(saying: "none.sqlite3")
  }

  @Test("backup copies a database that is being written, and the copy serves")
  func backup() throws {
    try withServer { server in
      let tool = try Tool(in: server.folder)
      let connection = try server.connect()
      for number in 0..<50 { #expect(try connection.ask(Requests.getPR("a", "c\(number)")) == .value("\(number)")) }
      let address = server.address
      let done = Counter()
      let writing = ParallelWork(2) { number in
        let connection = try RawConnection(to: address)
        var asked = 0
        while done.value == 0 || asked < 10 {
          guard try connection.ask(Requests.getPR("w\(number)", "c\(asked)")) == .value("\(asked)") else { break }
          asked += 1
        }
        return asked
      }
      let outcome = Result { try tool.run("backup", "copy.sqlite3").succeeded() }
      done.increment()
      #expect(try writing.finish().allSatisfy { $0 >= 10 })
      _ = try outcome.get()
      try expectNoDuplicates(in: tool.folder, database: "copy.sqlite3")
      let copy = try ServerProcess(in: server.folder, database: "copy.sqlite3")
      #expect(try copy.connect().ask(Requests.maxPackagePR("a")) == .value("49"))
      let rows = try copy.connect().rows()
      #expect(try Set(rows).isSubset(of: connection.rows()))
      try copy.stop()
      #expect(try tool.folder.names.filter { $0.contains("partial") }.isEmpty)
    }
  }

  @Test("backup replaces nothing unless it is told to")
  func backupOver() throws {
    let tool = try filled()
    try tool.folder.write("precious", to: "copy.sqlite3")
    try tool.run("backup", "copy.sqlite3").failed(saying: "copy.sqlite3", "--force")
    #expect(try tool.folder.read("copy.sqlite3") == "precious")
    try tool.run("backup", "--force", "copy.sqlite3").succeeded()
    try tool.run("audit", "copy.sqlite3").succeeded()
    try tool.run("backup", "--force", "prserv.sqlite3").failed(saying: "name of its own")
    try tool.run("backup", "--database", "none.sqlite3", "x").failed(saying: "none.sqlite3")
    try tool.run("backup", "/nonexistent/x").failed(saying: "/nonexistent/x")
  }

  @Test("bench measures a server, as text and as JSON", arguments: ["known", "new", "new-package", "mixed"])
  func bench(workload: String) throws {
    try withServer { server in
      let options = [
        "--server", "\(server.address)", "--connections", "2", "--in-flight", "4", "--packages", "5",
        "--warm-up", "50ms", "--duration", "200ms",
      ]
      let text = try Tool().run(["bench", workload] + options).succeeded().output
      #expect(!text.isEmpty)
      let report = try JSONValue(Tool().run(["bench", workload, "--json"] + options).succeeded().output)
      guard case .object(let members) = report else { throw Failure("no report: \(report)") }
      #expect(!members.isEmpty)
    }
  }
}
