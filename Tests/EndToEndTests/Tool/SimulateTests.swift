// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("headwater simulate", .ownThreads)
struct SimulateTests {
  private static let topology = """
    title: Two
    nodes:
      hq:
        listen: tcp://127.0.0.1:8585
        database: hq.sqlite3
      pune:
        upstream: hq
        lane: 0/2
        sync-every: 60s
        listen: tcp://127.0.0.1:8586
        database: pune.sqlite3

    """

  private static let few = [
    "--builders", "4", "--days", "1", "--recipes", "30", "--changes", "20", "--recipes-per-build", "5",
  ]

  private func tool() throws -> Tool {
    let tool = try Tool()
    try tool.folder.write(Self.topology, to: "two.yaml")
    return tool
  }

  @Test("a farm is reported as text, as JSON and as a page, the same for the same seed")
  func farm() throws {
    let tool = try tool()
    let text = try tool.run(["simulate", "two.yaml"] + Self.few).succeeded().output
    #expect(text.hasPrefix("Two: 4 builders, 1 days, "))
    #expect(text.contains("pune -> hq") && text.hasSuffix("and no answer has gone down.\n"))
    #expect(try tool.run(["simulate", "farm", "two.yaml"] + Self.few).output == text)
    #expect(try tool.run(["simulate", "two.yaml", "--seed", "2"] + Self.few).output != text)
    let json = try tool.run(
      ["simulate", "two.yaml", "--json", "--outages", "--html", "two.html", "--cut", "pune=6h/day"] + Self.few
    ).succeeded().output
    let report = try JSONValue(json)
    #expect(report["nodes"]?.elements.count == 2 && report["outages"]?.elements.count == 2)
    let page = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: tool.folder.path + "/two.html")), as: UTF8.self)
    #expect(page.contains("<h1>Two</h1>") && page.contains("</html>") && page.components(separatedBy: "<svg").count > 4)
  }

  @Test(
    "a mistake is named",
    arguments: [
      (["two.yaml", "--cut", "puna=2h/day"], "the topology has no node 'puna'; did you mean 'pune'?"),
      (["two.yaml", "--cut", "pune=2h"], "is to be such as pune=2h/day"),
      (["two.yaml", "--delay", "pune=fast"], "'fast' is no time such as 90s, 150ms or 2h"),
      (["two.yaml", "--builders-at", "pune=-1"], "'-1' is no number of builders"),
      (["two.yaml", "--days", "0"], "--days is from 1 to 3650"),
      (["none.yaml"], "cannot read the topology none.yaml"),
      (["stories", "none.story"], "cannot read the story none.story"),
      (["stories", "bad.story"], "bad.story: line 2: nothing is called 'jump'"),
      (["stories", "--count", "0"], "--count is at least 1"),
    ])
  func mistakes(arguments: [String], text: String) throws {
    let tool = try tool()
    try tool.folder.write("node hq\n1ms jump hq\n", to: "bad.story")
    let outcome = try tool.run(["simulate"] + arguments)
    #expect(outcome.ending != .exit(0) && outcome.errors.contains(text), "\(outcome.errors)")
  }

  @Test("a frozen node is refused")
  func frozen() throws {
    let tool = try Tool()
    try tool.folder.write("nodes:\n  r:\n    frozen: r.sqlite3\n    database: x\n", to: "r.yaml")
    try tool.run("simulate", "r.yaml").failed(saying: "the node r serves a frozen file")
  }

  @Test("random stories are counted, printed, and played again from their texts")
  func stories() throws {
    let tool = try Tool()
    let counts = try tool.run("simulate", "stories", "--count", "20", "--seed", "5").succeeded().output
    #expect(counts.hasPrefix("20 stories from seed 5: "))
    let story = try tool.run("simulate", "stories", "--count", "1", "--seed", "5", "--print").succeeded().output
    try tool.folder.write(story, to: "five.story")
    let random = try tool.run("simulate", "stories", "--count", "1", "--seed", "5", "--digests").output
    let kept = try tool.run("simulate", "stories", "five.story", "--digests").output
    #expect(random.split(separator: "\n").first == kept.split(separator: "\n").first)
  }

  @Test("a story with another answer than it names ends with status 1, and is shortened")
  func broken() throws {
    let tool = try Tool()
    try tool.folder.write("node hq\n5ms ask hq p a\n900ms ask hq q b gives 3\n950ms ask hq r c\n", to: "wrong.story")
    let outcome = try tool.run("simulate", "stories", "wrong.story")
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output.contains("A promise was broken: b of q at hq: value(Optional(\"0\")), not 3"))
    #expect(outcome.output.contains("900ms ask hq q b gives 3\n") && !outcome.output.contains("ask hq r c\n"))
  }
}
