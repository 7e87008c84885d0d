// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

@Suite("headwater raise with packages that were published", .ownThreads)
struct RaiseFromFeedTests {
  private let tool: Tool
  private var folder: TemporaryFolder { tool.folder }

  init() throws {
    tool = try Tool()
    // A database that is there: nothing is said of a new one.
    try tool.run("import", "--database", "f.sqlite3", folder.write("", to: "none.jsonl")).succeeded()
  }

  private func raise(_ arguments: String...) throws -> Outcome {
    try tool.run(["raise", "--database", "f.sqlite3"] + arguments)
  }

  private func floors() throws -> Set<String> {
    let lines = try tool.run("export", "--database", "f.sqlite3").succeeded().outputLines
    return Set(
      try lines.map { line in
        let floor = try JSONValue(line)
        return [floor["version"], floor["pkgarch"], floor["floor"]].map { $0?.string ?? "none" }.joined(separator: " ")
      })
  }

  private func expectNoFloors(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try floors() == [], sourceLocation: sourceLocation)
  }

  // MARK: Kinds of indexes

  @Test("refuses a deb package that has dpkg's architecture alone")
  func foreignArchitecture() throws {
    let fields = "Package: a\nVersion: 1.0-r0.7\nArchitecture: armhf\nOE: a\nFilename: ./a_1.0-r0.7_armhf.deb\n"
    try folder.write(fields + "\n", to: "Packages")
    let refused = try raise("--from-feed", "Packages")
    #expect(refused.ending == .exit(0) && refused.errorLines.last == "no-architecture: 1", "\(refused.errors)")
    try folder.write(fields + "PackageArch: cortexa7\n\n", to: "Packages")
    try raise("--from-feed", "Packages", "--architecture", "cortexa7").succeeded()
    #expect(try floors() == ["a-1.0-r0 cortexa7 7"])
  }

  @Test("reads an opkg index, plain or compressed, and from standard input", arguments: ["", "gzip", "xz", "zstd -q"])
  func opkg(program: String) throws {
    let entries = ["1.0-r0.7", "1.0-r0.12", "1:2.0-r1.3", "3.0-r0"].map { TemporaryFolder.opkg("a", $0) }
    try folder.write(entries.joined() + TemporaryFolder.opkg("b", "1-r0.2", architecture: "all"), to: "Packages")
    let path = program.isEmpty ? "Packages" : "Packages.compressed"
    if !program.isEmpty { try folder.shell("\(program) -c Packages > \(path)") }
    let outcome = try raise("--from-feed", path).succeeded()
    #expect(
      outcome.outputLines == [
        "packages of 1 indexes: 5; with a value: 4; without one: 1; refused: 0",
        "mapped by the index alone, with PKGV for PV: 4; --pkgdata or --from-buildhistory say what PV is",
        "floors raised: 3; of them above all that the database has of the package: 3",
        "floors that were as high already: 0",
      ])
    let expected: Set = ["a-1.0-r0 core2-64 12", "a-1_2.0-r1 core2-64 3", "b-1-r0 all 2"]
    #expect(try floors() == expected)
    let story = try tool.run("explain", "--database", "f.sqlite3", "a-1.0-r0", "core2-64").succeeded().output
    #expect(story.contains("a package feed has it: \(path):9"), "\(story)")
    let again = try folder.shell(
      "'\(Product.headwater.path)' raise --database f.sqlite3 --json --from-feed - < \(path)")
    let report = try JSONValue(again)
    #expect(report["floors"]?["raised"] == .integer(0) && report["floors"]?["known"] == .integer(3), "\(again)")
    #expect(report["feed"]?["assumed_version"] == .integer(4))
    #expect(report["feed"]?["without_value"] == .integer(1) && report["feed"]?["packages"] == .integer(5), "\(again)")
  }

  @Test("reads an apt index; the architecture is that of the database, of the folder, or given")
  func apt() throws {
    let entry = TemporaryFolder.apt("a", "1.0-r0.7", architecture: "qemux86-64")
    try folder.write(entry, to: "Packages")
    let refused = try raise("--from-feed", "Packages")
    #expect(refused.ending == .exit(0) && refused.output.contains("refused: 1"), "\(refused.output)")
    #expect(
      refused.errorLines.count == 2
        && refused.errors.hasPrefix("Packages:1: a 1.0-r0.7 (qemux86-64): the index writes one sign for")
        && refused.errorLines.last == "ambiguous-architecture: 1", "\(refused.errors)")
    try expectNoFloors()
    try raise("--from-feed", "Packages", "--architecture", "qemux86_64").succeeded()
    #expect(try floors() == ["a-1.0-r0 qemux86_64 7"])
    try folder.makeFolder("qemux86-64")
    try folder.write(TemporaryFolder.apt("b", "1.0-r0.7", architecture: "qemux86-64"), to: "qemux86-64/Packages")
    try raise("--from-feed", "qemux86-64").succeeded()
    #expect(try floors().contains("b-1.0-r0 qemux86-64 7"))
    // The database has both spellings now.
    #expect(try raise("--from-feed", "Packages").errors.contains("ambiguous-architecture: 1"))
    try folder.write(TemporaryFolder.apt("c", "1.0-r0.7", architecture: "qemux86-64"), to: "Packages")
    try raise("--from-feed", "Packages", "--architecture", "qemux86_64").succeeded()
    #expect(try floors().contains("c-1.0-r0 qemux86_64 7"))
  }

  @Test("reads an rpm index, by its folder, its repomd.xml or its primary.xml")
  func dnf() throws {
    let primary = TemporaryFolder.dnf([("a", "1.0", "r0.7", "core2_64"), ("b", "2", "r0.3", "noarch")])
    try folder.makeRepository(of: primary)
    try folder.write(primary, to: "primary.xml")
    for path in [".", "repodata/repomd.xml", "primary.xml", "repodata/primary.xml.gz"] {
      let outcome = try raise("--from-feed", path, "--architecture", "core2-64").succeeded()
      #expect(outcome.output.hasPrefix("packages of 1 indexes: 2; with a value: 2;"), "\(outcome.output)")
    }
    let expected: Set = ["a-1.0-r0 core2-64 7", "b-2-r0 all 3"]
    #expect(try floors() == expected)
  }

  @Test("searches a folder for indexes, and reads several feeds")
  func several() throws {
    for (name, value) in [("deploy/ipk/all", 1), ("deploy/ipk/core2-64", 4), ("mirror", 3)] {
      try folder.makeFolder(name)
      try folder.write(TemporaryFolder.opkg("a", "1-r0.\(value)"), to: "\(name)/Packages")
    }
    try folder.shell("gzip mirror/Packages")
    let outcome = try raise("--from-feed", "deploy", "--from-feed", "mirror").succeeded()
    #expect(outcome.output.hasPrefix("packages of 3 indexes: 3; with a value: 3;"), "\(outcome.output)")
    #expect(try floors() == ["a-1-r0 core2-64 4"])
  }

  @Test("--levels and --release say what an index does not")
  func whatIndexesDoNotSay() throws {
    try folder.write(TemporaryFolder.opkg("kmod", "1:33+git5+0123456789-r0.2.1"), to: "Packages")
    for (options, reason) in [
      ([], "too-many-numbers: 1"), (["--levels", "2"], "unknown-counted-key: 1"),
      (["--release", "scarthgap"], "too-many-numbers: 1"),
    ] {
      let outcome = try tool.run(["raise", "--database", "f.sqlite3", "--from-feed", "Packages"] + options)
      #expect(outcome.ending == .exit(0) && outcome.errorLines.contains(reason), "\(options): \(outcome.errors)")
      #expect(
        outcome.errors.hasPrefix("Packages:1: kmod 1:33+git5+0123456789-r0.2.1 (core2-64): "), "\(outcome.errors)")
    }
    let before = try floors()
    try raise("--from-feed", "Packages", "--levels", "2", "--release", "scarthgap").succeeded()
    let all = try floors()
    #expect(all.contains("kmod-1_33+git-r0 core2-64 2.1") && all.contains("AUTOINC-kmod-1_33+git-r core2-64 5"))
    #expect(before.isSubset(of: all.union(["AUTOINC-kmod-1_33+git-r core2-64 5"])), "\(before)")
  }

  @Test("reads buildhistory, and pkgdata completes an index")
  func recorded() throws {
    for (path, text) in [
      ("packages/all-poky-linux/tzdata/tzdata/latest", "PV = 2024a\nPR = r0\nPKGR = r0.3\n"),
      ("packages/core2-64-poky-linux/a/a/latest", "PE = 1\nPV = 2\nPR = r5.2\nPKGR = r5.2.7\n"),
    ] {
      let file = "history/" + path
      try folder.makeFolder((file as NSString).deletingLastPathComponent)
      try folder.write(text, to: file)
    }
    let outcome = try raise("--from-buildhistory", "history").succeeded()
    #expect(outcome.output.contains("with a value: 2; without one: 0; refused: 0"), "\(outcome.output)")
    let expected: Set = ["tzdata-2024a-r0 all 3", "a-1_2-r5.2 core2-64 7"]
    #expect(try floors() == expected)
    let story = try tool.run("explain", "--database", "f.sqlite3", "tzdata-2024a-r0", "all").succeeded().output
    #expect(story.contains("a buildhistory has it: history/packages/all-poky-linux/tzdata/tzdata/latest"), "\(story)")

    try folder.write(TemporaryFolder.opkg("b", "1-r5.2.7"), to: "Packages")
    #expect(try raise("--from-feed", "Packages").errors.contains("too-many-numbers: 1"))
    try folder.makeFolder("pkgdata/runtime")
    try folder.write("PN: b\nPV: 1\nPR: r5.2\nPKGV: 1\nPKGR: r5.2.7\nPKG:b: b\n", to: "pkgdata/runtime/b")
    try raise("--from-feed", "Packages", "--pkgdata", "pkgdata").succeeded()
    #expect(try floors().contains("b-1-r5.2 core2-64 7"))
    try folder.write("PN: b\nPV: 1\n", to: "pkgdata/runtime/b")
    let unusable = try raise("--from-feed", "Packages", "--pkgdata", "pkgdata")
    #expect(unusable.errorLines.first == "pkgdata/runtime/b: the entry has no PR", "\(unusable.errors)")
  }

  @Test("a folder of buildhistory that does not show its vendor needs it, dash and all")
  func vendor() throws {
    try folder.makeFolder("history/packages/core2-64-poky-linux/a/a")
    try folder.write("PV = 1\nPR = r0\nPKGR = r0.4\n", to: "history/packages/core2-64-poky-linux/a/a/latest")
    let refused = try raise("--from-buildhistory", "history")
    refused.failed(saying: "--target-vendor")
    try raise("--from-buildhistory", "history", "--target-vendor", "-poky").succeeded()
    #expect(try floors() == ["a-1-r0 core2-64 4"])
  }

  @Test("counts a package once, and takes its highest value, however far apart an index has its versions")
  func farApart() throws {
    let entries = [3, 4].flatMap { value in
      (0..<66_000).map { number in TemporaryFolder.opkg("a\(number)", "1-r0.\((number + value) % 2 + 6)") }
    }
    try folder.write(entries.joined(), to: "Packages")
    for option in ["--dry-run", "--json"] {
      let outcome = try raise("--json", option, "--from-feed", "Packages").succeeded()
      let floors = try JSONValue(outcome.output)["floors"]
      #expect(floors?["raised"] == .integer(66_000) && floors?["known"] == .integer(0), "\(outcome.output)")
    }
    let story = try tool.run("explain", "--database", "f.sqlite3", "a65999-1-r0", "core2-64").succeeded().outputLines
    #expect(story.count == 1 && story[0].hasPrefix("7  floor  "), "\(story)")
  }

  // MARK: All or nothing

  @Test("an index that is cut off raises nothing, though its begin is sound", arguments: ["gzip", "xz", "zstd -q"])
  func cutOff(program: String) throws {
    let entries = (0..<20_000).map { TemporaryFolder.opkg("a\($0)", "1-r0.7") }
    try folder.write(entries.joined(), to: "Packages")
    try folder.shell("\(program) -c Packages > whole && head -c \"$(($(wc -c < whole) / 2))\" whole > Packages.cut")
    try raise("--from-feed", "Packages.cut").failed(saying: "Packages.cut")
    try expectNoFloors()
    try tool.run("raise", "--database", "new.sqlite3", "--from-feed", "Packages.cut").failed(saying: "Packages.cut")
    #expect(try folder.names.filter { $0.hasPrefix("new") } == [], "what cannot be read makes no database")
  }

  @Test("a second index that is broken keeps the first one out, whatever is wrong with it")
  func secondBroken() throws {
    try folder.write(TemporaryFolder.opkg("good", "1-r0.7"), to: "Packages")
    let primary = TemporaryFolder.dnf([("a", "1.0", "r0.7", "noarch"), ("b", "2", "r0.3", "noarch")])
    try folder.write(String(primary.dropLast(40)), to: "cut.xml")
    try folder.write(primary.replacing("packages=\"2\"", with: "packages=\"3\""), to: "counts.xml")
    try folder.makeRepository(of: primary)
    try folder.shell("printf x >> repodata/primary.xml.gz")
    // Cut off within the version r0.17, it would be a sound index with another value.
    try folder.write(TemporaryFolder.opkg("a", "1-r0.17").components(separatedBy: "7\n")[0], to: "cut.Packages")
    for path in ["cut.Packages", "cut.xml", "counts.xml", "repodata/repomd.xml", "none", "/nonexistent/Packages"] {
      try raise("--from-feed", "Packages", "--from-feed", path).failed(
        saying: path.replacing("repomd", with: "primary"))
      try expectNoFloors()
    }
    try raise("--from-feed", "https://feeds.example/Packages").failed(saying: "is an address", "fetch the index")
    try folder.makeFolder("empty")
    try raise("--from-feed", "Packages", "--from-feed", "empty").failed(saying: "there is no index in empty")
    try raise("--from-feed", "Packages", "--from-buildhistory", "empty").failed(
      saying: "no folder 'packages' in empty; name BUILDHISTORY_DIR")
    try raise("--from-feed", "Packages", "--pkgdata", "empty").failed(
      saying: "no folder 'runtime' in empty; name the build's tmp/pkgdata/MACHINE")
    try expectNoFloors()
  }

  @Test("a broken index leaves a database of BitBake as it is")
  func notTakenOver() throws {
    try folder.write("Package: a\nnonsense\n", to: "Packages")
    _ = try ForeignProcess.bitbake(folder.path("bitbake.sqlite3"))
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.path("bitbake.sqlite3")))
    try tool.run("raise", "--database", "bitbake.sqlite3", "--from-feed", "Packages").failed(saying: "Packages:2")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("bitbake.sqlite3"))) == before)
    try tool.run("raise", "--database", "bitbake.sqlite3", "--to", "7", "a", "p").succeeded()
  }

  @Test("where the database cannot be, nothing is read", arguments: [[], ["--dry-run"]])
  func noPlace(options: [String]) throws {
    try tool.run(["raise", "--database", "none/x.sqlite3", "--from-feed", "none"] + options).failed(
      saying: "the folder of", "none/x.sqlite3 does not exist")
    try raise("--to", "7", "a", "p").succeeded()
    try tool.run("freeze", "r1.sqlite3", "--allow-incomplete", "--database", "f.sqlite3").succeeded()
    try tool.run(["raise", "--database", "r1.sqlite3", "--from-feed", "none"] + options).failed(
      saying: "r1.sqlite3 is a frozen release")
    try tool.run("compare", "--exit-code", "f.sqlite3", "r1.sqlite3").succeeded()
  }

  @Test("names that a terminal would not show are escaped")
  func shown() throws {
    try folder.write(TemporaryFolder.opkg("a\u{9B}31m", "1-r0.7"), to: "Packages")
    let lines = try raise("--from-feed", "Packages", "--dry-run").succeeded().outputLines
    #expect(lines.first?.contains("a\\u{9B}31m-1-r0") == true, "\(lines)")
  }

  @Test("what cannot be mapped is counted by reason, the first ones are shown, and the rest is used")
  func refusals() throws {
    let entries = (0..<30).map { TemporaryFolder.opkg("a\($0)", "1-r0.7.1.2") } + [TemporaryFolder.opkg("b", "1-5")]
    try folder.write(entries.joined() + TemporaryFolder.opkg("good", "1-r0.7"), to: "Packages")
    let outcome = try raise("--from-feed", "Packages")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.hasPrefix("packages of 1 indexes: 32; with a value: 1; without one: 0; refused: 31\n"))
    #expect(outcome.errorLines.count == 23 && outcome.errorLines[20] == "… and 11 more", "\(outcome.errors)")
    #expect(outcome.errorLines[21...] == ["too-many-numbers: 30", "foreign-release: 1"], "\(outcome.errors)")
    #expect(try floors() == ["good-1-r0 core2-64 7"])
    let json = try raise("--json", "--from-feed", "Packages")
    let reasons = try JSONValue(json.output)["feed"]?["refused"]
    #expect(reasons == .object(["too-many-numbers": .integer(30), "foreign-release": .integer(1)]), "\(json.output)")
  }
}
