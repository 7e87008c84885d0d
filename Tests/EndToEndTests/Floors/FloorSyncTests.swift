// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Floors of an upstream", .ownThreads)
struct FloorSyncTests {
  private let folder: TemporaryFolder
  private let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = try Tool(in: folder)
  }

  private func raise(_ value: String, _ version: String) throws {
    let outcome = try tool.run("raise", "--database", "hub.sqlite3", "--to", value, version, "core2-64")
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
  }

  /// The floors that a database has, by an export.
  private func floors(_ database: String) throws -> [String] {
    let lines = try tool.run("export", "--database", database).succeeded().outputLines
    return try lines.compactMap { line in
      let member = try JSONValue(line)
      return member["floor"]?.string.map { "\(member["version"]?.string ?? "none") \($0)" }
    }
  }

  private static func query(_ fields: String, wait: Int = 0) -> String {
    #"{"changes":{"store":null,"after":0,"digest":"","limit":2\#(fields),"wait":\#(wait)}}"#
  }

  private func members(_ answer: JSONValue) -> Set<String> {
    if case .object(let members) = answer { Set(members.keys) } else { [] }
  }

  // MARK: The feed

  @Test("come with changes to those who ask for them; an old peer's answers have none of their fields")
  func oldPeer() throws {
    for number in 0..<3 { try raise("\(number)", "p\(number)") }
    let server = try ServerProcess(in: folder, database: "hub.sqlite3")
    let connection = try server.connect()
    let old: Set = ["store", "last", "digest", "more", "rows"]
    #expect(try members(connection.ask(Self.query(""))) == old)
    let first = try connection.ask(Self.query(#","floors_after":0"#))
    #expect(
      members(first) == old.union(["floors", "floors_from", "floors_last", "floors_digest", "floors_more"]))
    #expect(
      first["floors"]?.elements.map { $0.elements.map(\.string) } == [
        ["p0", "core2-64", "0"], ["p1", "core2-64", "1"],
      ])
    #expect(first["floors_more"] == .bool(true) && first["floors_last"] == .integer(2))
    let digest = try #require(first["floors_digest"]?.string)
    let second = try connection.ask(Self.query(#","floors_after":2,"floors_digest":"\#(digest)""#))
    #expect(second["floors"]?.elements.count == 1 && second["floors_from"] == .integer(2))
    #expect(second["floors_more"] == .bool(false))
    try server.stop()
  }

  @Test("wake a peer that waits and asks for them, and not one that cannot read them")
  func wake() throws {
    let server = try ServerProcess(in: folder, database: "hub.sqlite3")
    let (old, new) = (try server.connect(), try server.connect())
    for (connection, fields) in [(old, ""), (new, #","floors_after":0"#)] {
      try connection.send(Requests.ping + "\n" + Self.query(fields, wait: 600) + "\n")
      #expect(try connection.readMessage() == .alive)
    }
    try raise("7", "p")
    #expect(try new.readMessage()["floors"]?.elements.count == 1)
    #expect(try server.connect().ask(Requests.getPR("p", "c")) == .value("8"))
    #expect(try old.readMessage()["rows"]?.elements.count == 1)
    try server.stop()
  }

  @Test(
    "are sent from their start where a position is none of them",
    arguments: [
      #""floors_after":9223372036854775807"#, #""floors_after":3,"floors_digest":"x""#,
      #""floors_after":1,"floors_digest":"\#(String(repeating: "f", count: 64))""#, #""floors_digest":"garbage""#,
      #""floors_digest":"\#(String(repeating: "g", count: 60_000))""#,
    ])
  func foreignPosition(fields: String) throws {
    for number in 0..<2 { try raise("\(number)", "p\(number)") }
    let server = try ServerProcess(in: folder, database: "hub.sqlite3")
    let answer = try server.connect().ask(Self.query("," + fields))
    #expect(answer["floors_from"] == .integer(0) && answer["floors"]?.elements.count == 2, "\(answer)")
    try server.stop()
  }

  @Test(
    "are refused to a question that cannot be understood, and the connection goes on",
    arguments: [
      #""floors_after":-1"#, #""floors_after":"1""#, #""floors_after":1.5"#, #""floors_after":9223372036854775808"#,
      #""floors_digest":7"#, #""floors_digest":[]"#,
    ])
  func refused(fields: String) throws {
    try withServer { server in
      let connection = try server.connect()
      let refusal = try connection.ask(Self.query("," + fields)).refusal ?? "none"
      #expect(refusal.hasPrefix("changes: ") && refusal.contains("floors_"), "\(refusal)")
      #expect(try connection.ask(Requests.ping) == .alive)
    }
  }

  // MARK: Copies

  @Test("are all there before a copy counts as whole, though the upstream has no row")
  func newSite() throws {
    for number in 0..<3 { try raise("\(number).4", "p\(number)") }
    let hub = try ServerProcess(in: folder, database: "hub.sqlite3")
    let pages = try floorPages(of: hub)
    let upstream = try FakeUpstream(Self.manner { pages[min(max($0, 0) / 2, pages.count - 1)] })
    let follower = try Follower(below: "\(upstream.address)", with: ["--lane", "0/2"], in: folder)
    #expect(upstream.wait { questions in questions.contains { $0["changes"]?["wait"] == .integer(60) } })
    let asked = upstream.questions.compactMap { $0["changes"] }
    #expect(asked.map { $0["floors_after"] } == [.integer(0), .integer(2), .integer(3)])
    #expect(asked.map { $0["wait"] } == [.integer(0), .integer(0), .integer(60)], "it waits once the copy is whole")
    follower.waitForLog(Follower.complete)
    let connection = try follower.server.connect()
    for number in 0..<3 {
      #expect(try connection.ask(Requests.maxPackagePR("p\(number)")) == .value("\(number).4"))
      #expect(try connection.ask(Requests.getPR("p\(number)", "c")).value == "\(number).6")
    }
    for server in [follower.server, hub] { try server.stop() }
    let story = try tool.run("explain", "--database", "copy.sqlite3", "p0", "core2-64").succeeded().output
    #expect(story.contains("the upstream has this floor: \(upstream.address)"), "\(story)")
  }

  /// What a server with three floors answers, two at a time.
  private func floorPages(of server: ServerProcess) throws -> [JSONValue] {
    let connection = try server.connect()
    let first = try connection.ask(Self.query(#","floors_after":0"#))
    let digest = first["floors_digest"]?.string ?? "none"
    return [first, try connection.ask(Self.query(#","floors_after":2,"floors_digest":"\#(digest)""#))]
  }

  /// An upstream that answers a question for floors as it is told, and never one for news.
  private static func manner(_ page: @escaping @Sendable (Int) -> JSONValue) -> FakeUpstream.Manner {
    FakeUpstream.Manner(greeting: "server: headwater/fake\nfeatures: changes\nlevel: 0\nstore: fake\n\n") { request in
      guard let changes = request["changes"] else { return unknown(request) }
      guard changes["wait"] == .integer(0), case .integer(let after)? = changes["floors_after"] else { return .nothing }
      guard case .object(var members) = page(Int(after)) else { return .nothing }
      members["store"] = .string("fake")
      return (try? .line(JSONValue.object(members).text)) ?? .nothing
    }
  }

  /// It has no package.
  private static func unknown(_ request: JSONValue) -> FakeUpstream.Reply {
    if request["ping"] != nil { return .line(#"{"alive": true}"#) }
    if request["lookup"] != nil { return .line(#"{"max":null,"values":[],"complete":true,"level":0}"#) }
    return .line(#"{"value": null}"#)
  }

  /// What is wrong with floors, and what the log says of it.
  static let wrongs = [
    "value": "rows or floors that do not match their digest", "digest": "rows or floors that do not match their digest",
    "order": "rows or floors that do not match their digest", "count": "rows or floors that do not match their digest",
    "position": "a position that cannot be read", "shape": "does not answer changes",
  ]

  @Test(
    "that do not have their digest, or are none, are not taken, and the log says so", arguments: wrongs.keys.sorted())
  func wrong(what: String) throws {
    for number in 0..<3 { try raise("\(number).4", "p\(number)") }
    let hub = try ServerProcess(in: folder, database: "hub.sqlite3")
    let pages = try floorPages(of: hub)
    guard case .object(var members) = pages[0] else { throw Failure("\(pages)") }
    let sent = pages[0]["floors"]?.elements ?? []
    switch what {
    case "value": members["floors"] = .array([sent[0], .array(["p1", "core2-64", "99"].map { .string($0) })])
    case "digest": members["floors_digest"] = .string(String(repeating: "0", count: 64))
    case "position": members["floors_from"] = .integer(1)
    case "order": members["floors"] = .array(sent.reversed())
    case "count": members["floors"] = .array([sent[0]])
    default: members["floors"] = .array([sent[0], .array(["p1", "core2-64", "x"].map { .string($0) })])
    }
    let wrong = JSONValue.object(members)
    let upstream = try FakeUpstream(Self.manner { _ in wrong })
    let follower = try Follower(below: "\(upstream.address)", in: folder)
    follower.waitForLog(Follower.failed)
    follower.waitForLog(try #require(Self.wrongs[what]))
    #expect(upstream.wait { $0.count { $0["changes"] != nil } >= 3 }, "it goes on trying")
    #expect(follower.logs(Follower.complete) == 0)
    #expect(try floors("copy.sqlite3") == [])
    upstream.behave(Self.manner { pages[min(max($0, 0) / 2, pages.count - 1)] })
    follower.waitForLog(Follower.complete)
    #expect(try floors("copy.sqlite3") == ["p0 0.4", "p1 1.4", "p2 2.4"])
    for server in [follower.server, hub] { try server.stop() }
  }

  @Test("reach a chain of copies, and a mirror predicts nothing below them")
  func chain() throws {
    let hub = try ServerProcess(in: folder, database: "hub.sqlite3")
    let site = try Follower(below: "\(hub.address)", every: "1h", with: ["--lane", "0/2"], in: folder)
    var leaf = try Follower(
      below: "\(site.server.address)", every: "1h", with: ["--read-only", "--on-miss", "predict"], in: folder,
      database: "leaf.sqlite3")
    leaf.waitForLog(Follower.complete)
    try raise("7.2", "p")
    // Floors are in front of what is numbered after them.
    #expect(try hub.connect().ask(Requests.getPR("q", "c")) == .value("0"))
    try leaf.feed.wait(for: "c")
    #expect(try leaf.server.connect().ask(Requests.maxPackagePR("p")) == .value("7.2"))
    let predicted = try leaf.server.connect().ask(Requests.getPR("p", "new")).value
    #expect(predicted == "7.3" || predicted == "7.2.0", "\(predicted ?? "none")")
    #expect(try site.server.connect().ask(Requests.getPR("p", "new")).value == "7.4")
    for server in [leaf.server, site.server, hub] { try server.stop() }
  }

  @Test("are in a frozen release")
  func frozen() throws {
    try folder.fill("hub.sqlite3", 10)
    try raise("7", "package-0")
    try raise("12.1", "p")
    try tool.run("freeze", "--database", "hub.sqlite3", "release.sqlite3").succeeded()
    let server = try ServerProcess(["--frozen", "release.sqlite3"], in: folder)
    let connection = try server.connect()
    #expect(try connection.ask(Requests.maxPackagePR("package-0")) == .value("9"))
    #expect(try connection.ask(Requests.maxPackagePR("p")) == .value("12.1"))
    #expect(try connection.ask(Requests.getPR("package-0", "checksum-3")) == .value("3"), "on record")
    #expect(try connection.ask(Requests.getPR("p", "c")).refusal != nil)
    var follower = try Follower(below: "\(server.address)", in: folder)
    try follower.feed.wait { $0.count == 10 }
    follower.waitForLog(Follower.complete)
    #expect(try follower.server.connect().ask(Requests.getPR("p", "c")).value == "12.2")
    for server in [follower.server, server] { try server.stop() }
    // Values that the follower has copied are above the floor.
    let preview = ["raise", "--dry-run", "--json", "--database", "copy.sqlite3", "--to", "8", "package-0", "core2-64"]
    let counts = try JSONValue(tool.run(preview).succeeded().output)["floors"]
    #expect(counts?["raised"] == .integer(1) && counts?["ahead"] == .integer(0), "\(String(describing: counts))")
  }
}
