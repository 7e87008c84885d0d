// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed
import Testing

@Suite("What a node below an upstream can have answered")
struct NodeBelowTests {
  typealias Case = LoneNodeTests.Case

  static let truths = [
    Case("adopts, then mints", [Asked.get(0, "3", 0, 1), Asked.get(1, "3.0", 2, 3), Asked.get(0, "3.1", 4, 5)]),
    Case(
      "adopts what is above its own", [Asked.get(0, "3.0", 0, 1), Asked.get(1, "4", 2, 3), Asked.greatest("5", 4, 5)]),
    Case(
      "adopts below its own with history", [Asked.get(0, "3.0", 0, 1), Asked.get(1, "2", 2, 3, history: true)]),
    Case("leaves lanes of others out", [Asked.get(0, "0.1", 0, 1), Asked.get(1, "0.7", 2, 3)]),
    Case(
      "mints beside a value above that is below its own",
      [Asked.get(0, "1.0", 0, 1), Asked.get(1, "1.2", 2, 3, above: Asked.above("1", greatest: "1"))]),
    Case(
      "a lost request whose row is seen later",
      [Asked.get(0, nil, 0), Asked.get(1, "0.1", 2, 3), Asked.test(0, "0.0", 4, 5), Asked.get(0, "0.2", 6, 7)]),
    Case(
      "a lost request whose row nobody is told, but which superseded another",
      [Asked.get(0, "0.1", 0, 1), Asked.get(1, nil, 2), Asked.get(0, "0.3", 4, 5)]),
    Case(
      "a lost request whose row is told as the greatest only",
      [Asked.get(0, "0.1", 0, 1), Asked.get(1, nil, 2), Asked.greatest("0.4", 4, 5), Asked.get(0, "0.5", 6, 7)]),
    Case(
      "tells values from above beside its own",
      [
        Asked.get(0, "0.0", 0, 1), Asked.test(0, "4", 2, 3), Asked.lookup(0, ["0.0", "4"], greatest: "5", 4, 5),
        Asked.test(0, "0.0", 6, 7, history: true),
      ]),
  ]

  static let lies = [
    Case(
      "superseded by a lost request that had no room",
      [Asked.get(0, "0.1", 0, 1), Asked.get(1, nil, 2), Asked.get(0, "0.2", 4, 5)]),
    Case("an answer goes down", [Asked.get(0, "3", 0, 1), Asked.get(1, "3.0", 2, 3), Asked.get(0, "3", 4, 5)]),
    Case("a value for two", [Asked.get(0, "3.0", 0, 1), Asked.get(1, "3.0", 2, 3)]),
    Case("the current one is numbered anew", [Asked.get(0, "3", 0, 1), Asked.get(0, "3.0", 2, 3)]),
    Case("mints what the upstream has", [Asked.get(0, "0.0", 0, 1, above: Asked.above("1", greatest: "1"))]),
    Case("mints below the upstream", [Asked.get(0, "0.0", 0, 1, above: Asked.above(nil, greatest: "1"))]),
    Case("adopts what is no more the latest", [Asked.get(0, "1", 0, 1, above: Asked.above("2", greatest: "2"))]),
    Case("does not know what the upstream has", [Asked.test(0, "null", 0, 1, above: Asked.above("2", greatest: "2"))]),
    Case("a minted value without a row", [Asked.test(0, "0.0", 0, 1)]),
    Case("the greatest is below its own", [Asked.get(0, "3.0", 0, 1), Asked.greatest("3", 2, 3)]),
    Case("forgets its own row", [Asked.get(0, "3.0", 0, 1), Asked.lookup(0, [], greatest: "3.0", 2, 3)]),
    Case(
      "a lookup is older than the question",
      [Asked.get(0, "3", 0, 1), Asked.lookup(1, [], greatest: "3", 2, 3, above: Asked.above("4", greatest: "4"))]),
    Case(
      "history forgets",
      [Asked.get(0, "0.0", 0, 1), Asked.get(1, "0.1", 2, 3), Asked.test(0, "1", 4, 5, history: true)]),
  ]

  @Test("a history that is possible", arguments: truths)
  func possible(made: Case) { #expect(Checker { NodeBelow($0, level: 1) }.check(made.history) == .possible) }

  @Test("a history that is not", arguments: lies)
  func impossible(made: Case) { #expect(Checker { NodeBelow($0, level: 1) }.check(made.history) == .impossible) }

  @Test("accepts what a node and its upstream answered in a row, with answers lost", arguments: Seed.several(100))
  func random(seed: Seed) {
    for share in [8, 1000] {
      let made = RandomSite(seed, count: 50, lostShare: share)
      let history = made.node.map(UpstreamView(made.upstream).annotating)
      let checker = Checker { NodeBelow($0, upstream: made.upstream, level: 1) }
      #expect(checker.check(history) == .possible, "\n\(Story(checker.shortened(history)))\n\(seed)")
      #expect(Checker { LoneNode($0) }.check(made.upstream) == .possible, "\(seed)")
      #expect(Namesakes.find(in: history + made.upstream) == nil, "\(seed)")
    }
  }

  @Test("finds an answer that went down among them", arguments: Seed.several(100))
  func descent(seed: Seed) throws {
    let made = RandomSite(seed, count: 40, lostShare: 1000)
    var history = made.node
    let greatest = try #require(history.compactMap(\.greatestNamed).max())
    history += [Asked.get(7, "\(greatest.numbers[0] + 5).0", 1000, 1001), Asked.get(0, "\(greatest)", 1002, 1003)]
    #expect(Checker { NodeBelow($0, level: 1) }.check(history) == .impossible, "\n\(Story(history))\n\(seed)")
  }

  @Test("a request is told what the upstream had answered before it began, and nothing later")
  func annotation() {
    let view = UpstreamView([
      Asked.get(0, "0", 0, 10), Asked.get(1, "1", 0, 20), Asked.greatest("5", 0, 30), Asked.get(0, nil, 0),
    ])
    let moments: [Int64] = [10, 11, 20, 21, 31]
    let expected = [
      Above(), Asked.above("0", greatest: "0"), Asked.above("0", greatest: "0"), Asked.above("0", greatest: "1"),
      Asked.above("0", greatest: "5"),
    ]
    #expect(moments.map { view.annotating(Asked.get(0, "9", $0, 99)).above } == expected)
  }

  @Test("one value for two checksums is found across nodes")
  func namesakes() throws {
    let one = [Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 3)]
    #expect(
      Namesakes.find(in: one + [Asked.lookup(1, ["1", "2"], greatest: "9", 4, 5), Asked.greatest("0", 4, 5)]) == nil)
    let found = try #require(Namesakes.find(in: one + [Asked.lookup(1, ["0"], greatest: "9", 4, 5)]))
    #expect(found.0 == one[0])
  }
}
