// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A chain of copies", .ownThreads)
struct ChainSyncTests {
  private struct Chain {
    let folder: TemporaryFolder
    let root: ServerProcess
    let site: Follower
    var leaf: Follower

    init(leafOptions: [String] = []) throws {
      folder = try TemporaryFolder()
      root = try ServerProcess(["--durability", "off"], in: folder, database: "root.sqlite3")
      site = try Follower(below: "\(root.address)", every: "1h", in: folder, database: "site.sqlite3")
      leaf = try Follower(
        below: "\(site.server.address)", every: "1h", with: leafOptions, in: folder, database: "leaf.sqlite3")
    }
  }

  @Test("the root's row reaches the leaf long before anybody would have looked")
  func reachesTheLeaf() throws {
    var chain = try Chain()
    let root = try chain.root.connect()
    #expect(try root.ask(Requests.getPR("p", "first")) == .value("0"))
    try chain.leaf.feed.wait(for: "first")
    // The interval is an hour, and the wait has a limit.
    _ = try root.ask(Requests.getPR("p", "second"))
    try chain.leaf.feed.wait(for: "second")
    #expect(chain.leaf.feed.rows == [["p", "core2-64", "first", "0"], ["p", "core2-64", "second", "1"]])
    // What the site mints goes down too, and not up.
    #expect(try chain.site.server.connect().ask(Requests.getPR("p", "third")).value == "1.0")
    try chain.leaf.feed.wait(for: "third")
    #expect(try chain.root.feed().rows.count == 2)
    #expect(try chain.leaf.server.connect().rows().isEmpty, "what is copied is no answer of the leaf's")
    for server in [chain.leaf.server, chain.site.server, chain.root] { try server.stop() }
  }

  @Test("a mirror answers all that the root knows with everybody else unplugged")
  func unplugged() throws {
    var chain = try Chain(leafOptions: ["--read-only"])
    let root = try chain.root.connect()
    for checksum in ["a", "b", "c", "a"] { _ = try root.ask(Requests.getPR("p", checksum)) }
    _ = try root.ask(Requests.getPR("dotted-1.0-r0", "d"))
    _ = try root.ask(Requests.importOne("dotted-1.0-r0", "e", value: #""1.2""#))
    let questions = [
      Requests.getPR("p", "a"), Requests.getPR("p", "b"), Requests.testPR("p", "a"),
      Requests.testPR("p", "a", history: true), Requests.testPR("p", "none"), Requests.maxPackagePR("p"),
      Requests.maxPackagePR("none"), Requests.maxPackagePR("dotted-1.0-r0"), Requests.getPR("dotted-1.0-r0", "e"),
      #"{"test-package":{"version":"p","pkgarch":"core2-64"}}"#, #"{"test-package":{"version":"q","pkgarch":"x"}}"#,
      Requests.export(history: true), Requests.export(history: false),
    ]
    // The root renews what was superseded, which a mirror cannot: the question comes when the answer stands.
    let answers = try questions.map { question in
      question == Requests.getPR("p", "b") ? JSONValue.value("1") : try root.ask(question)
    }
    try chain.leaf.feed.wait { $0.count == 6 }
    try chain.root.kill()
    try chain.site.server.kill()
    let mirror = try chain.leaf.server.connect()
    for (question, answer) in zip(questions, answers) { #expect(try mirror.ask(question) == answer, "\(question)") }
    #expect(try mirror.ask(#"{"is-readonly":{}}"#) == .object(["readonly": .bool(true)]))
    #expect(try mirror.ask(Requests.importOne("p", "x", value: #""9""#)) == .null)
    let refusal = try mirror.ask(Requests.getPR("p", "new")).refusal ?? "none"
    #expect(refusal.contains("p core2-64 new"), "\(refusal)")
    try chain.leaf.server.stop()
    // The same after a start with nobody there.
    let again = try Follower(
      below: "\(chain.site.server.address)", with: ["--read-only"], in: chain.folder, database: "leaf.sqlite3")
    for (question, answer) in zip(questions, answers) {
      #expect(try again.server.connect().ask(question) == answer, "\(question)")
    }
    #expect(try again.server.feed().rows == chain.leaf.feed.rows)
    try again.server.stop()
  }

  @Test("a node that allocates goes on from its copy when the line is cut, and below the root's numbers")
  func fallback() throws {
    var chain = try Chain()
    let root = try chain.root.connect()
    for checksum in ["a", "b"] { _ = try root.ask(Requests.getPR("p", checksum)) }
    try chain.leaf.feed.wait { $0.count == 2 }
    try chain.root.kill()
    try chain.site.server.kill()
    let leaf = try chain.leaf.server.connect()
    #expect(try leaf.ask(Requests.getPR("p", "b")) == .value("1"), "never asked here, and copied")
    #expect(try leaf.ask(Requests.getPR("p", "new")).value?.hasPrefix("1.") == true)
    try chain.leaf.server.stop()
  }

  @Test("a node whose database another process writes passes its rows on, within a moment")
  func foreignWriter() throws {
    var chain = try Chain()
    try chain.leaf.feed.wait { $0.isEmpty }
    // The interval is an hour, and the wait has a limit.
    try chain.folder.fill("root.sqlite3", 1)
    try chain.leaf.feed.wait(for: "checksum-0")
    for server in [chain.leaf.server, chain.site.server, chain.root] { try server.stop() }
  }
}
