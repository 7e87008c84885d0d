// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRWire
import TestThreads
import Testing

@testable import PRMembership

@Suite("What a member says of itself", .ownThreads, .untilHung)
struct MemberFactsTests {
  /// In bytes: 18 texts.
  private static let most = 18 * 200

  private func size(_ facts: MemberFacts) -> Int {
    (facts.alarms + [facts.version, facts.page ?? ""]).reduce(0) { $0 + $1.utf8.count }
  }

  private static let longTexts =
    ["a", "é", "👩‍👩‍👧‍👦", "\u{0}", "\r\n"].map { String(repeating: $0, count: 1000) }
    // One character.
    + ["e" + String(repeating: "\u{301}", count: 10_000)]

  @Test("is cut to what is kept of it", arguments: longTexts)
  func bounded(_ text: String) async throws {
    let tree = try await Tree()
    var fields = tree.pune.report
    (fields.facts.version, fields.facts.page) = (text, text)
    fields.facts.alarms = Array(repeating: text, count: 17) + Array(repeating: "short", count: 100_000)
    _ = try await tree.desk.ask(fields.request(.report), from: tree.pune.peer).get()
    let facts = try #require(tree.desk.authority.facts[tree.pune.id])
    #expect(facts.alarms.count == MemberFacts.maximumAlarms)
    #expect(size(facts) <= Self.most)
    #expect(facts == facts.bounded(from: "10.0.0.2"))
  }

  @Test("is kept as it is where it is short")
  func short() async throws {
    let tree = try await Tree()
    var fields = tree.pune.report
    fields.facts = MemberFacts(version: "1.2.3", time: 5)
    (fields.facts.page, fields.facts.alarms, fields.facts.copyLag) = ("http://pune.example:9585", ["a", "b"], 3)
    _ = try await tree.desk.ask(fields.request(.report), from: tree.pune.peer).get()
    #expect(tree.desk.authority.facts[tree.pune.id] == fields.facts)
  }

  @Test("with an address of any length takes up no more of the register")
  func address() async throws {
    let tree = try await Tree()
    let fields = tree.team.report.passedOn(for: "team", from: String(repeating: "1", count: 100_000))
    _ = try await tree.desk.ask(fields.request(.report), from: tree.pune.peer).get()
    let kept = try #require(try await tree.desk.member("team")?.nonce?.answered?.address)
    #expect(kept.utf8.count <= 64)
  }

  @Test(
    "is kept as every reader takes it: what cannot be shown has question marks, and a page that is no link is left out",
    arguments: ["1.0-é", "\n", "\u{1B}[2J", "\u{7F}", "http://exämple", "javascript:alert(1)"])
  func readable(_ text: String) async throws {
    let tree = try await Tree()
    // The node's own names of alarms may have paths of files.
    tree.desk.alarms.raise("disk-almost-full:/\(text)", "", advice: "")
    var fields = tree.pune.report
    (fields.facts.version, fields.facts.page, fields.facts.alarms) = (text, text, [text, "lanes-overlap"])
    _ = try await tree.desk.ask(fields.request(.report), from: tree.pune.peer).get()
    let report: FederationReport = try await tree.desk.get(PageFields().request(.federation), from: .stranger)
    let pune = try #require(report.members.first { $0.name == "pune" })
    #expect(pune.page == nil && pune.version?.isPlain == true && pune.alarms.count == 2)
    #expect(pune.alarms.allSatisfy(\.isPlain) && report.here?.alarms.allSatisfy(\.isPlain) == true)
    #expect(report.isSound && report == report.plain)
  }

  @Test(
    "of alarms raises so many a minute, whoever of those below it is said to have them, and no names that it makes up")
  func alarmFlood() async throws {
    var tree = try await Tree()
    let desk = tree.desk
    func report(_ facts: [String]) async throws -> Int {
      var fields = tree.pune.report
      fields.facts.alarms = facts
      try tree.pune.take(await desk.get(fields.request(.report), from: tree.pune.peer))
      return desk.alarms.all.all.count { $0.cause.hasPrefix("member-alarm:pune:") }
    }
    func fresh(_ round: Int) -> [String] { (0..<16).map { "clock-differs:tls://made-up-\(round)-\($0):1" } }
    #expect(try await report((0..<16).map { "lanes-overlap-\($0)" }) == 0)
    #expect(try await report(["lanes-overlap", "lanes-overlap", "level-differs"]) == 2)
    #expect(try await report(fresh(0)) == 16)
    #expect(try await report(fresh(1)) == FederationAuthority.maximumNewAlarms - 18)
    for round in 2..<50 { #expect(try await report(fresh(round)) == 0) }
    // One below it, over its connection.
    var below = tree.team.report.passedOn(for: "team")
    below.facts.alarms = ["level-differs"]
    _ = try await desk.ask(below.request(.report), from: tree.pune.peer).get()
    #expect(desk.alarms.all.all.isEmpty)
    // Another member is as free as before.
    var others = tree.oslo.report
    others.facts.alarms = ["level-differs"]
    _ = try await desk.ask(others.request(.report), from: tree.oslo.peer).get()
    #expect(desk.alarms.all.all.map(\.cause) == ["member-alarm:oslo:level-differs"])
    desk.time.pass(60)
    #expect(try await report(["level-differs"]) == 1)
  }
}
