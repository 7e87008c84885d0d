// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestStore
import TestThreads
import Testing

@Suite("headwater freeze and serve --frozen", .ownThreads)
struct FrozenTests {
  /// Asks all that can be asked of the packages there are.
  private func answers(_ server: ServerProcess, _ packages: Range<Int>) throws -> [JSONValue] {
    let connection = try server.connect()
    var questions = [Requests.export(history: true), Requests.export(history: false), #"{"is-readonly":{}}"#]
    for number in packages {
      questions.append(Requests.maxPackagePR("package-\(number)"))
      questions.append(Requests.testPR("package-\(number)", "checksum-\(number * 10 + 3)", history: true))
      questions.append(Requests.getPR("package-\(number)", "checksum-\(number * 10 + 4)"))
    }
    return try questions.map { try connection.ask($0) }
  }

  @Test("answer the same for ever, while the upstream and the mirror that was frozen go on")
  func sameForEver() throws {
    let folder = try TemporaryFolder()
    try folder.fill("root.sqlite3", 1000)
    let root = try ServerProcess(in: folder, database: "root.sqlite3")
    var mirror = try Follower(below: "\(root.address)", with: ["--read-only"], in: folder)
    try mirror.feed.wait { $0.count == 1000 }
    let tool = try Tool(in: folder)
    let told = try tool.run("freeze", "--database", "copy.sqlite3", "release.sqlite3").succeeded()
    #expect(told.output.hasPrefix("froze 1000 rows of the store "))
    let before = try answers(mirror.server, 0..<100)
    let frozen = try ServerProcess(["--frozen", "release.sqlite3"], in: folder)
    #expect(try answers(frozen, 0..<100) == before)
    for number in 0..<100 { _ = try root.connect().ask(Requests.getPR("package-\(number)", "later")) }
    try mirror.feed.wait { $0.count == 1100 }
    #expect(try answers(mirror.server, 0..<100) != before)
    #expect(try answers(frozen, 0..<100) == before)
    try frozen.stop()
    for server in [mirror.server, root] { try server.stop() }
    let again = try ServerProcess(["--frozen", "release.sqlite3"], in: folder)
    #expect(try answers(again, 0..<100) == before)
    try expectRefusals(again)
    #expect(try again.feed().rows.count == 1000, "another mirror may copy it")
    try again.stop()
    #expect(
      try folder.names.filter { $0.hasPrefix("release") } == ["release.sqlite3", "release.sqlite3.manifest.json"])
  }

  private func expectRefusals(_ server: ServerProcess) throws {
    let connection = try server.connect()
    let refusal = try connection.ask(Requests.getPR("package-1", "later")).refusal ?? "none"
    #expect(refusal.contains("package-1 core2-64 later"), "\(refusal)")
    #expect(refusal.contains("frozen; build against a server that allocates") && !refusal.contains("--on-miss"))
    #expect(try connection.ask(Requests.importOne("package-1", "x", value: #""99""#)) == .null)
    #expect(try connection.ask(Requests.maxPackagePR("package-1")) == .value("9"))
  }

  @Test("ten thousand answers are those of the day it was frozen; what came later is refused by name, and counted")
  func tenThousandAnswers() throws {
    let folder = try TemporaryFolder()
    try folder.fill("root.sqlite3", 10_000)
    let root = try ServerProcess(["--durability", "off"], in: folder, database: "root.sqlite3")
    var mirror = try Follower(below: "\(root.address)", with: ["--read-only"], in: folder)
    try mirror.feed.wait { $0.count == 10_000 }
    let questions = (0..<10_000).map { Requests.getPR("package-\($0 / 10)", "checksum-\($0)") }
    let recorded = try mirror.server.connect().askAll(questions)
    #expect(Set(recorded.compactMap(\.value)) == Set((0..<10).map { "\($0)" }) && recorded.count == 10_000)
    try Tool(in: folder).run("freeze", "--database", "copy.sqlite3", "release.sqlite3").succeeded()
    // New rows of every package, for new contents and for old ones that were superseded, and new packages.
    let later = (0..<1000).flatMap { number in
      [("package-\(number)", "later"), ("package-\(number)", "checksum-\(number * 10)"), ("new-\(number)", "later")]
    }
    let news = try root.connect().askAll(later.map { Requests.getPR($0.0, $0.1) })
    #expect(news.allSatisfy { $0.value != nil })
    try mirror.feed.wait { $0.count == 13_000 }
    #expect(try mirror.server.connect().askAll(questions) != recorded, "the mirror has gone on")
    let frozen = try ServerProcess(["--frozen", "release.sqlite3", "--status", "0"], in: folder)
    #expect(try frozen.connect().askAll(questions) == recorded)
    try expectMisses(frozen)
    #expect(try frozen.connect().askAll(questions) == recorded)
    for server in [frozen, mirror.server, root] { try server.stop() }
  }

  private func expectMisses(_ server: ServerProcess) throws {
    let connection = try server.connect()
    for number in 0..<40 {
      let package = number < 20 ? "package-\(number)" : "new-\(number)"
      let refusal = try connection.ask(Requests.getPR(package, "later")).refusal ?? "none"
      #expect(refusal.contains("\(package) core2-64 later"), "\(refusal)")
    }
    #expect(try server.look("/metrics").body.contains("headwater_misses_total 40\n"))
    let page = "\(try #require(server.statusPage))"
    let told = try Tool().run("status", "--server", page).succeeded().output
    #expect(told.contains("40 missed") && told.contains("new-39"), "\(told)")
  }

  @Test("refuse a file that was changed, in one line that says what to do")
  func changed() throws {
    let folder = try TemporaryFolder()
    try folder.fill("a.sqlite3", 50)
    let tool = try Tool(in: folder)
    try tool.run("freeze", "--database", "a.sqlite3", "f.sqlite3").succeeded()
    try tool.run("freeze", "--database", "a.sqlite3", "f.sqlite3").failed(saying: "--force", "f.sqlite3")
    let manifest = try folder.read("f.sqlite3.manifest.json")
    let unsealed = manifest.split(separator: "\n").filter { !$0.contains("seal") }.joined(separator: "\n")
    try folder.write(unsealed, to: "f.sqlite3.manifest.json")
    let serve = ["serve", "--frozen", "f.sqlite3", "--listen", "tcp://127.0.0.1:0"]
    try tool.run(serve).failed(saying: "manifest", "cannot be read: take both files from where they were frozen")
    let json = try JSONValue(
      tool.run("freeze", "--database", "a.sqlite3", "f.sqlite3", "--force", "--json").succeeded().output)
    #expect(json["rows"] == .integer(50) && json["serial"] == .integer(50))
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("f.sqlite3")))
    bytes[bytes.count / 2] ^= 1
    try FileManager.default.removeItem(atPath: folder.path("f.sqlite3"))
    try bytes.write(to: URL(fileURLWithPath: folder.path("f.sqlite3")))
    try tool.run(serve).failed(saying: "f.sqlite3", "manifest", "where they were frozen")
    try FileManager.default.removeItem(atPath: folder.path("f.sqlite3.manifest.json"))
    try tool.run(serve).failed(saying: "f.sqlite3.manifest.json")
    try FileManager.default.removeItem(atPath: folder.path("f.sqlite3"))
    try tool.run(serve).failed(saying: "f.sqlite3")
    try tool.run(serve + ["--upstream", "127.0.0.1:1"]).failed(64, saying: "--upstream")
    try tool.run(serve + ["--database", "a.sqlite3"]).failed(64, saying: "--frozen and --database")
    try tool.run("freeze", "--database", "none.sqlite3", "g.sqlite3").failed(saying: "none.sqlite3")
    #expect(!folder.exists("g.sqlite3"))
  }

  @Test("freeze says what it was made of, and what it left out")
  func untouched() throws {
    let folder = try TemporaryFolder()
    let stock = try ForeignProcess.bitbake(folder.path("stock.sqlite3"), [.busybox("a", "3"), .busybox("b", "4")])
    try stock.insert(.checksum("empty"), nil)
    try stock.close()
    let outcome = try Tool(in: folder).run("freeze", "--database", "stock.sqlite3", "f.sqlite3")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.hasPrefix("froze 2 rows of a database that Headwater never opened: "), "\(outcome.output)")
    #expect(outcome.errors == "headwater: 1 rows have no value and were left out\n")
  }

  @Test("a copy that finds no room is what is told", .enabled(if: SmallDisk.isPossible, "needs to mount"))
  func noRoom() throws {
    let folder = try TemporaryFolder()
    try folder.fill("a.sqlite3", 2000)
    let disk = try SmallDisk(kilobytes: 128)
    for command in ["backup", "freeze"] {
      try Tool(in: folder).run(command, "--database", "a.sqlite3", disk.file("copy.sqlite3"))
        .failed(saying: "full: the copy could not be written")
    }
  }
}
