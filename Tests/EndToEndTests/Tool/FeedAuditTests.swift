// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("headwater audit --feed", .ownThreads)
struct FeedAuditTests {
  private let tool: Tool
  private var folder: TemporaryFolder { tool.folder }

  init() throws { tool = try Tool() }

  /// A database with two values of busybox and one of tzdata.
  private func build() throws {
    let rows = [
      ("busybox-1.36.1-r0", "core2-64", "c0", "0"), ("busybox-1.36.1-r0", "core2-64", "c1", "1"),
      ("tzdata-1_2026a-r0", "all", "c", "0"),
    ]
    let lines = rows.map { #"{"version":"\#($0)","pkgarch":"\#($1)","checksum":"\#($2)","value":"\#($3)"}"# + "\n" }
    try folder.write(lines.joined(), to: "rows.jsonl")
    try tool.run("import", "rows.jsonl").succeeded()
  }

  private static let busybox = ["busybox", "busybox-syslog"].map { ListedPackage($0, "1.36.1-r0.1", of: "busybox") }
  private static let healthy = busybox + [ListedPackage("tzdata", "1:2026a-r0.0", arch: "all")]

  private func kinds(_ outcome: Outcome) throws -> [String] {
    let lines = outcome.outputLines
    return try JSONValue(lines.last ?? "")["findings"]?.elements.compactMap { $0["kind"]?.string } ?? ["no findings"]
  }

  @Test("nothing is wrong with a feed whose values are in the database")
  func healthyFeed() throws {
    try build()
    try folder.writeIndex(Self.healthy, to: "feed/all/Packages")
    try folder.writeIndex(Self.busybox.map { ListedPackage($0.name, "1.36.1-r0.0", of: "busybox") }, to: "old/Packages")
    let alone = try tool.run("audit", "--feed", "feed").succeeded()
    #expect(alone.output == "packages of 1 indexes: 3: nothing is wrong\n")
    let all = ["audit", "--feed", "feed", "--against", "old", "--database", "prserv.sqlite3"]
    let text = try tool.run(all).succeeded()
    #expect(text.outputLines.first == "packages of 1 indexes: 3: nothing is wrong")
    #expect(text.outputLines.last?.hasPrefix("values: 2; in prserv.sqlite3: 2;") == true, "\(text.output)")
    let report = try JSONValue(tool.run(all + ["--json"]).succeeded().output)
    #expect(report["clean"] == .bool(true) && report["packages"] == .integer(3), "\(report)")
    #expect(report["values"]?["known"] == .integer(2) && report["values"]?["lost"] == .integer(0), "\(report)")
    #expect(report["against"]?["packages"] == .integer(2) && report["against"]?["gone"] == .integer(0), "\(report)")
  }

  static let faults: [(kind: String, new: [ListedPackage], old: [ListedPackage], words: String)] = [
    (
      "two-contents", [ListedPackage("a", "1-r0.1"), ListedPackage("a", "1-r0.1", content: "b")], [],
      "Packages:9: a 1-r0.1 (core2-64) has another content than at Packages:1"
    ),
    (
      "differing-values", [ListedPackage("a", "1-r0.2"), ListedPackage("a-doc", "1-r0.1", of: "a")], [],
      "Packages:9: the packages of a 1-r0 (core2-64) have two values: 1 here, 2 at Packages:1"
    ),
    ("unreadable-value", [ListedPackage("a", "1-r0.x")], [], "Packages:1: the release of a 1-r0.x"),
    (
      "downgrade", [ListedPackage("a", "1-r0.9")], [ListedPackage("a", "1-r0.10")],
      "Packages:1: a 1-r0.9 (core2-64) is below 1-r0.10 at old:1"
    ),
    (
      "downgrade-elsewhere", [ListedPackage("a", "1-r0.0", arch: "all")], [ListedPackage("a", "1-r0.4")],
      "Packages:1: a 1-r0.0 (all) is below 1-r0.4 of the architecture core2-64 at old:1"
    ),
    (
      "changed-content", [ListedPackage("a", "1-r0.1", content: "b")], [ListedPackage("a", "1-r0.1")],
      "Packages:1: a 1-r0.1 (core2-64) has another content than 1-r0.1 at old:1"
    ),
  ]

  @Test("each fault is found, and is the only one", arguments: faults.indices)
  func fault(index: Int) throws {
    let (kind, new, old, words) = Self.faults[index]
    try folder.writeIndex(new)
    try folder.writeIndex(old, to: "old")
    let against = old.isEmpty ? [] : ["--against", "old"]
    let text = try tool.run(["audit", "--feed", "Packages"] + against)
    #expect(text.ending == .exit(1) && text.errors == "")
    #expect(text.outputLines.last?.hasPrefix(words) == true, "\(text.output)")
    #expect(text.outputLines.count == (old.isEmpty ? 2 : 3) && !text.output.contains("nothing is wrong"))
    let json = try tool.run(["audit", "--json", "--feed", "Packages"] + against)
    #expect(json.ending == .exit(1))
    #expect(try kinds(json) == [kind] && JSONValue(json.output)["clean"] == .bool(false), "\(json.output)")
    // The other way round it is an upgrade.
    guard kind.hasPrefix("downgrade") else { return }
    try tool.run("audit", "--feed", "old", "--against", "Packages").succeeded()
  }

  @Test("an entry that cannot be used is found; a package of sources is only counted")
  func unusable() throws {
    try folder.writeIndex([ListedPackage("a", "1-r0.1"), ListedPackage("b b", "1-r0.1")])
    let text = try tool.run("audit", "--feed", "Packages")
    #expect(text.ending == .exit(1) && text.errors == "")
    #expect(text.outputLines == ["packages of 1 indexes: 2", "Packages:9: its Package contains a blank"])
    let json = try tool.run("audit", "--json", "--feed", "Packages")
    #expect(try kinds(json) == ["unusable-entry"])
    let primary = TemporaryFolder.dnf([("a", "1.0", "r0.7", "noarch"), ("b", "2", "r0.3", "src")])
    try folder.write(primary, to: "primary.xml")
    let sources = try tool.run("audit", "--feed", "primary.xml")
    #expect(sources.ending == .exit(0), "\(sources.errors)")
    #expect(sources.output.hasSuffix("nothing is wrong\nrefused: 1\n"), "\(sources.output)")
  }

  @Test("two feeds that have another content of one version are found together, and not alone")
  func acrossFeeds() throws {
    try folder.writeIndex([ListedPackage("a", "1-r0.1")], to: "one")
    try folder.writeIndex([ListedPackage("a", "1-r0.1", content: "b")], to: "two")
    for feed in ["one", "two"] { try tool.run("audit", "--feed", feed).succeeded() }
    let both = try tool.run("audit", "--feed", "one", "--feed", "two")
    #expect(both.ending == .exit(1))
    #expect(both.outputLines.last == "two:1: a 1-r0.1 (core2-64) has another content than at one:1")
  }

  @Test("a value that the database or the server has lost is found once for its recipe, until a floor covers it")
  func lostRow() throws {
    try build()
    let lost = Self.healthy.map { package in
      ListedPackage(
        package.name, package.version.replacing("r0.1", with: "r0.3"), arch: package.arch, of: package.recipe)
    }
    try folder.writeIndex(lost)
    let words =
      "Packages:1: busybox 1.36.1-r0.3 (core2-64) has the value 3 of busybox-1.36.1-r0 core2-64, and the database has not; "
      + "the greatest one there is 1"
    func expectLoss(_ source: String...) throws {
      let text = try tool.run(["audit", "--feed", "Packages"] + source)
      #expect(text.ending == .exit(1) && text.errors == "")
      #expect(text.outputLines.last == words, "\(text.output)")
      #expect(text.output.contains("values: 2; in \(source[1]): 1; lost, and covered by a floor: 0; lost: 1"))
      let json = try tool.run(["audit", "--json", "--feed", "Packages"] + source)
      #expect(try kinds(json) == ["lost-row"])
    }
    try expectLoss("--database", "prserv.sqlite3")
    let server = try ServerProcess(in: folder)
    try expectLoss("--server", "\(server.address)")
    try tool.run("raise", "--from-feed", "Packages").succeeded()
    for source in [["--database", "prserv.sqlite3"], ["--server", "\(server.address)"]] {
      let text = try tool.run(["audit", "--feed", "Packages"] + source).succeeded()
      #expect(text.output.contains("in \(source[1]): 1; lost, and covered by a floor: 1; lost: 0"), "\(text.output)")
    }
    try server.stop()
  }

  @Test("an empty database has lost the whole feed")
  func lostDatabase() throws {
    try ServerProcess(in: folder).stop()
    try folder.writeIndex(Self.healthy)
    let outcome = try tool.run("audit", "--json", "--feed", "Packages", "--database", "prserv.sqlite3")
    #expect(outcome.ending == .exit(1))
    #expect(try kinds(outcome) == ["lost-row", "lost-row"])
  }

  @Test("with FILE the database is audited as well, and its faults count")
  func fileAndFeed() throws {
    try build()
    try folder.writeIndex(Self.healthy)
    let sound = try tool.run("audit", "prserv.sqlite3", "--feed", "Packages").succeeded()
    #expect(sound.outputLines.first == "3 rows of 2 packages in PRMAIN: nothing is wrong")
    #expect(sound.outputLines.dropFirst().first == "packages of 1 indexes: 3: nothing is wrong")
    try folder.write(
      #"{"version":"b","pkgarch":"p","checksum":"c","value":"1"}"# + "\n"
        + #"{"version":"b","pkgarch":"p","checksum":"d","value":"1"}"# + "\n", to: "x.jsonl")
    try tool.run("import", "--allow-duplicates", "x.jsonl").succeeded()
    let json = try tool.run("audit", "--json", "prserv.sqlite3", "--feed", "Packages")
    #expect(json.ending == .exit(1) && json.outputLines.count == 2)
    #expect(try json.outputLines.map { try JSONValue($0)["clean"] } == [.bool(false), .bool(true)])
  }

  @Test("packages that cannot be mapped are counted with the reason, and are no findings")
  func refused() throws {
    try build()
    try folder.writeIndex(Self.healthy + [ListedPackage("own", "1"), ListedPackage("plain", "1-r0")])
    let outcome = try tool.run("audit", "--feed", "Packages", "--database", "prserv.sqlite3")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errorLines == ["Packages:25: own 1 (core2-64): the version has no release", "no-release: 1"])
    #expect(outcome.output.contains("packages with a value: 3; without one: 1; refused: 1"), "\(outcome.output)")
  }

  /// The indexes that the readers are tested with.
  private static let indexes = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("PRPackageIndexTests/Indexes")

  @Test(
    "values of rpm and deb indexes are found in the database, and the lost one is found",
    arguments: [
      ("rpm/primary.xml", "lib32-zlib-1.3.1-r0", "core2-32", "4", 2),
      ("deb/Packages", "base-files-3.0.14-r0", "qemux86-64", "3", 1),
    ])
  func otherKinds(index: String, version: String, pkgarch: String, value: String, packages: Int) throws {
    let index = Self.indexes.appendingPathComponent(index).path
    func importRow(_ version: String) throws {
      let row = #"{"version":"\#(version)","pkgarch":"\#(pkgarch)","checksum":"c","value":"\#(value)"}"#
      try folder.write(row + "\n", to: "x.jsonl")
      try tool.run("import", "x.jsonl").succeeded()
    }
    try importRow("other")
    let lost = try tool.run("audit", "--json", "--feed", index, "--database", "prserv.sqlite3")
    #expect(lost.ending == .exit(1))
    let finding = try JSONValue(lost.output)["findings"]?.elements.first
    #expect(finding?["kind"] == .string("lost-row") && finding?["pr_version"] == .string(version), "\(lost.output)")
    #expect(finding?["pkgarch"] == .string(pkgarch) && finding?["value"] == .string(value), "\(lost.output)")
    try importRow(version)
    let report = try JSONValue(
      tool.run("audit", "--json", "--feed", index, "--database", "prserv.sqlite3").succeeded().output)
    #expect(report["packages"] == .integer(Int64(clamping: packages)) && report["values"]?["known"] == .integer(1))
  }

  @Test("the new feed may come through a pipe, and is then read once for all")
  func pipe() throws {
    try build()
    try folder.writeIndex(Self.busybox)
    try folder.writeIndex([ListedPackage("busybox", "1.36.1-r0.2")], to: "old")
    let program = try Product.headwater.path
    let command = "\(program) audit --feed - --against old --database prserv.sqlite3 < Packages"
    let process = try ChildProcess("/bin/sh", ["-c", command], in: folder.path)
    #expect(try process.wait() == .exit(1))
    let words = "standard input:1: busybox 1.36.1-r0.1 (core2-64) is below 1.36.1-r0.2 at old:1"
    #expect(process.output.lines.last?.hasPrefix(words) == true, "\(process.output.text)\(process.errors.text)")
    #expect(process.output.text.contains("values: 1; in prserv.sqlite3: 1;"), "\(process.output.text)")
  }

  @Test("an index that is cut off is an error, and none of its findings is printed")
  func cutOff() throws {
    try folder.writeIndex([ListedPackage("a", "1-r0.1"), ListedPackage("a", "1-r0.1", content: "b")])
    let text = try folder.read("Packages")
    try folder.write(text + "no field\n", to: "Packages")
    try tool.run("audit", "--feed", "Packages").failed(saying: "Packages:17: the line has no field")
  }

  static let senseless: [(arguments: [String], words: String)] = [
    ([], "nothing to audit"),
    (["--against", "x", "x.sqlite3"], "give --feed"),
    (["--database", "x", "x.sqlite3"], "--database is for package feeds"),
    (["--levels", "2", "x.sqlite3"], "--levels is for package feeds"),
    (["--feed", "x", "--all"], "--all is for the rows of a database"),
    (["--feed", "-", "--against", "-"], "standard input can be read once"),
    (["--feed", "x", "--database", "y", "x.sqlite3"], "two databases"),
    (["--feed", "x", "--database", "y", "--server", "tcp://127.0.0.1:1"], "two sources"),
    (["--feed", "x", "--release", "scarthgap"], "give --database or --server"),
  ]

  @Test("options that make no sense together are refused", arguments: senseless.indices)
  func senselessOptions(index: Int) throws {
    try tool.run(["audit"] + Self.senseless[index].arguments).failed(64, saying: Self.senseless[index].words)
  }

  @Test("what is not there is an error that names it")
  func missing() throws {
    try folder.writeIndex(Self.healthy)
    try folder.write("", to: "empty.sqlite3")
    try tool.run("audit", "--feed", "none").failed(saying: "there is no none")
    try tool.run("audit", "--feed", "Packages", "--against", "none").failed(saying: "there is no none")
    try tool.run("audit", "--feed", "Packages", "--database", "none.sqlite3").failed(saying: "none.sqlite3")
    try tool.run("audit", "--feed", "Packages", "--database", "empty.sqlite3").failed(saying: "holds no PR table")
    try tool.run("audit", "--feed", "Packages", "--server", "tcp://127.0.0.1:1").failed(saying: "no server")
  }
}
