// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("headwater raise", .ownThreads)
struct RaiseTests {
  private let tool: Tool
  private let note = "note: f.sqlite3 did not exist; it is a new database now\n"

  init() throws { tool = try Tool() }

  private func raise(_ arguments: String...) throws -> Outcome {
    try tool.run(["raise", "--database", "f.sqlite3"] + arguments)
  }

  /// The floors of the database, as an export has them.
  private func floors(_ database: String = "f.sqlite3") throws -> Set<String> {
    let lines = try tool.run("export", "--history", "--database", database).succeeded().outputLines
    return Set(
      try lines.map { line in
        let floor = try JSONValue(line)
        return [floor["version"], floor["pkgarch"], floor["floor"]].map { $0?.string ?? "none" }.joined(separator: " ")
      })
  }

  private func counts(raised: Int, ahead: Int, known: Int) -> [String] {
    [
      "floors raised: \(raised); of them above all that the database has of the package: \(ahead)",
      "floors that were as high already: \(known)",
    ]
  }

  @Test("--to sets a floor, in a database that it may have to make; nothing lowers it, and twice is once")
  func to() throws {
    let first = try raise("--to", "7.1", "a-1.0-r0", "p")
    #expect(
      first.ending == .exit(0) && first.errors == note && first.outputLines == counts(raised: 1, ahead: 1, known: 0))
    for value in ["7.1", "6", "7.0.9"] {
      #expect(
        try raise("--to", value, "a-1.0-r0", "p").succeeded().outputLines == counts(raised: 0, ahead: 0, known: 1))
    }
    #expect(try floors() == ["a-1.0-r0 p 7.1"])
    #expect(
      try raise("--to", "7.1.0", "a-1.0-r0", "p").succeeded().outputLines == counts(raised: 1, ahead: 1, known: 0))
    let json = try raise("--json", "--to", "8", "a-1.0-r0", "p").succeeded().output
    #expect(json == #"{"dry_run":false,"floors":{"ahead":1,"known":0,"raised":1}}"# + "\n")
    try tool.folder.write(#"{"version":"b","pkgarch":"p","checksum":"c","value":"5"}"#, to: "rows.jsonl")
    try tool.run("import", "--database", "f.sqlite3", "rows.jsonl").succeeded()
    #expect(try raise("--to", "5", "b", "p").succeeded().outputLines == counts(raised: 1, ahead: 0, known: 0))
  }

  @Test("explain tells the whole story of a floor, as text and as JSON")
  func explained() throws {
    for value in ["3", "7.2"] { _ = try raise("--to", value, "a", "p") }
    let lines = try tool.run("explain", "--database", "f.sqlite3", "a", "p").succeeded().outputLines
    #expect(lines.count == 2 && lines[0].hasPrefix("3  floor  ") && lines[1].hasPrefix("7.2  floor  "), "\(lines)")
    #expect(lines.allSatisfy { $0.contains(", set by hand, by ") && $0.contains("@") }, "\(lines)")
    let story = try tool.run("explain", "--database", "f.sqlite3", "--json", "a", "p").succeeded().outputLines
    let last = try JSONValue(try #require(story.last))
    #expect(last["floor"]?.string == "7.2" && last["origin"]?.string == "operator" && last["serial"]?.string == "2")
    #expect(last["setter"]?.string?.contains("@") == true && last["time"]?.string?.hasSuffix("Z") == true)
  }

  @Test("--dry-run shows the floors, and makes and changes nothing")
  func dryRun() throws {
    try tool.folder.write(TemporaryFolder.opkg("a", "1.0-r0.7"), to: "Packages")
    for option in [["--from-feed", "Packages"], ["--to", "7", "a-1.0-r0", "core2-64"]] {
      let outcome = try tool.run(["raise", "--database", "f.sqlite3", "--dry-run"] + option).succeeded()
      #expect(outcome.outputLines.first?.hasPrefix("7  a-1.0-r0 core2-64") == true, "\(outcome.output)")
      #expect(outcome.output.contains("floors to raise: 1; of them above all"))
    }
    #expect(try tool.folder.names == ["Packages"])
    _ = try raise("--to", "6", "a-1.0-r0", "core2-64")
    let outcome = try raise("--dry-run", "--json", "--from-feed", "Packages").succeeded()
    let report = try JSONValue(outcome.output)
    #expect(report["dry_run"] == .bool(true) && report["floors"]?["raised"] == .integer(1), "\(outcome.output)")
    #expect(try raise("--dry-run", "--to", "5", "a-1.0-r0", "core2-64").succeeded().output.contains("to raise: 0"))
    #expect(try floors() == ["a-1.0-r0 core2-64 6"])
  }

  @Test("--like goes on from the greatest value of another package, or of all that match")
  func like() throws {
    let rows = ["kernel-a-1", "kernel-b-1", "other"].enumerated().flatMap { number, name in
      ["2", "\(number + 3)"].map { #"{"version":"\#(name)","pkgarch":"old","checksum":"c\#($0)","value":"\#($0)"}"# }
    }
    try tool.folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    try tool.run("import", "--database", "f.sqlite3", "rows.jsonl").succeeded()
    _ = try raise("--to", "9", "kernel-b-1", "old")
    _ = try raise("--to", "1", "kernel-c-1", "old")
    let before: Set = ["kernel-b-1 old 9", "kernel-c-1 old 1"]
    func news() throws -> Set<String> {
      try floors().filter { $0.split(separator: " ").count == 3 }.subtracting(before)
    }
    let dry = try raise("--dry-run", "--like", "kernel-*,old", "linux-*,all").succeeded()
    #expect(dry.output.contains("floors to raise: 3") || dry.output.contains("floors to raise: 4"), "\(dry.output)")
    try raise("--like", "kernel-*-*,old", "*-kernel-*,all").succeeded()
    let expected: Set = ["a-kernel-1 all 3", "b-kernel-1 all 9", "c-kernel-1 all 1"]
    #expect(try news().filter { !$0.hasSuffix("none") } == expected)
    #expect(try raise("--like", "kernel-*-*,old", "*-kernel-*,all").succeeded().output.hasPrefix("floors raised: 0"))
    let story = try tool.run("explain", "--database", "f.sqlite3", "b-kernel-1", "all").succeeded().output
    #expect(story.contains("it goes on from the package kernel-b-1 old"), "\(story)")
  }

  @Test("what a --like cannot mean is refused")
  func unlike() throws {
    try raise("--like", "a,p", "b,p").failed(saying: "there is no database f.sqlite3", "'a,p'")
    #expect(try tool.folder.names.isEmpty)
    _ = try raise("--to", "9", "a", "p")
    try raise("--like", "a*,*", "b*,q").failed(saying: "'a*,*' has 2 * and 'b*,q' has 1")
    try raise("--like", "a,p", "b*,q").failed(saying: "'a,p' has 0 * and 'b*,q' has 1")
    try raise("--like", "a", "b,q").failed(saying: "'a' names no package", "VERSION,PKGARCH")
    try raise("--like", "z*,p", "b*,q").failed(
      saying: "no value of a package that matches 'z*,p'",
      "'headwater export --database \(tool.folder.path)/f.sqlite3'")
    #expect(try floors() == ["a p 9"])
  }

  static let senseless: [(arguments: [String], words: String)] = [
    ([], "nothing to raise"),
    (["--to", "1"], "--to needs the package"),
    (["--to", "1", "a"], "--to needs the package"),
    (["--to", "1", "a", "p", "q"], "--to needs the package"),
    (["--like", "a,p"], "--like needs the other package"),
    (["--to", "1", "--like", "a,p", "b,p"], "--to and --like exclude each other"),
    (["--to", "1", "a", "p", "--from-feed", "x"], "leave them out where packages are read"),
    (["--like", "a,p", "b,p", "--from-buildhistory", "x"], "leave them out where packages are read"),
    (["--from-feed", "x", "y"], "'y' has no meaning here"),
    (["--from-feed", "x", "--levels", "0"], "--levels 0"),
    (["--from-feed", "x", "--levels", "17"], "--levels 17"),
    (["--from-feed", "x", "--release", "none"], "--release none is not known"),
    (["--to", "1", "a", "p", "--levels", "2"], "--levels is for packages that are read"),
    (["--to", "1", "a", "p", "--release", "scarthgap"], "--release is for packages that are read"),
    (["--like", "a,p", "b,p", "--architecture", "x"], "--architecture is for packages that are read"),
    (["--like", "a,p", "b,p", "--pkgdata", "x"], "--pkgdata is for packages that are read"),
    (["--from-feed", "x", "--target-vendor", "-poky"], "--target-vendor is for --from-buildhistory"),
    (["--from-buildhistory", "x", "--target-vendor", "poky"], "begins with a hyphen, such as -poky"),
  ]

  @Test("options without sense are refused, with the reason", arguments: senseless.indices)
  func refused(index: Int) throws {
    let (arguments, words) = Self.senseless[index]
    try tool.run(["raise"] + arguments).failed(64, saying: words)
    #expect(try tool.folder.names.isEmpty)
  }

  @Test("a database that cannot be made is named, as is a value that is none")
  func noDatabase() throws {
    try tool.run("raise", "--database", "none/f.sqlite3", "--to", "1", "a", "p").failed(saying: "none/f.sqlite3")
    try raise("--to", "x", "a", "p").failed(saying: "--to x: a floor is a revision")
    try raise("--to", "-1", "a", "p").failed(64, saying: "--to")
    #expect(try tool.folder.names.isEmpty)
  }

  @Test("floors go through an export in JSON Lines; csv and .inc say that they have none")
  func exchange() throws {
    _ = try raise("--to", "7.2", "a \"b\"", "p")
    _ = try raise("--to", "3", "c", "p")
    try tool.run("export", "--database", "f.sqlite3", "-o", "x.jsonl").succeeded()
    let dry = try tool.run("import", "--dry-run", "--database", "g.sqlite3", "x.jsonl").succeeded()
    #expect(dry.output.contains("floors to raise: 2") && !tool.folder.exists("g.sqlite3"), "\(dry.output)")
    let imported = try tool.run("import", "--database", "g.sqlite3", "x.jsonl").succeeded()
    #expect(imported.output.contains("floors raised: 2"), "\(imported.output)")
    #expect(try floors("g.sqlite3") == floors() && floors().count == 2)
    #expect(try tool.run("import", "--database", "g.sqlite3", "x.jsonl").succeeded().output.contains("floors") == false)
    let story = try tool.run("explain", "--database", "g.sqlite3", "c", "p").succeeded().output
    #expect(story.contains("imported: x.jsonl"), "\(story)")
    for format in ["csv", "inc"] {
      let outcome = try tool.run("export", "--database", "f.sqlite3", "--format", format)
      #expect(outcome.ending == .exit(0) && outcome.errors.hasPrefix("note: 2 floors are not in this format"))
    }
    try tool.folder.write(#"{"version":"a","pkgarch":"p","floor":"x"}"#, to: "bad.jsonl")
    let bad = try tool.run("import", "--database", "g.sqlite3", "x.jsonl", "bad.jsonl")
    #expect(bad.ending == .exit(1) && bad.errors.hasPrefix("bad.jsonl:1: "), "\(bad.errors)")
  }

  @Test("what a server answers next is above a floor that was raised meanwhile")
  func whileServing() throws {
    try withServer(in: tool.folder) { server in
      let connection = try server.connect()
      #expect(try connection.ask(Requests.getPR("a", "c")) == .value("0"))
      #expect(try connection.ask(Requests.getPR("a", "c")) == .value("0"), "known")
      try tool.run("raise", "--to", "7.2", "a", "core2-64").succeeded()
      try tool.run("raise", "--to", "4", "b", "core2-64").succeeded()
      let exists = try connection.ask(#"{"test-package":{"version":"b","pkgarch":"core2-64"}}"#)
      #expect(exists == .object(["value": .bool(true)]))
      #expect(try connection.ask(Requests.maxPackagePR("a")) == .value("7.2"))
      #expect(try connection.ask(Requests.maxPackagePR("b")) == .value("4"))
      #expect(try connection.ask(Requests.getPR("a", "c", history: true)) == .value("0"))
      #expect(try connection.ask(Requests.getPR("a", "c")) == .value("8"))
      #expect(try connection.ask(Requests.getPR("a", "d")) == .value("9"))
      #expect(try connection.ask(Requests.getPR("b", "c")) == .value("5"))
      let asked = try tool.run("max", "--server", "\(server.address)", "b", "core2-64").succeeded().output
      #expect(asked == "5\n")
    }
  }
}
