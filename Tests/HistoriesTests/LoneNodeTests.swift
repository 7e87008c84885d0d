// SPDX-License-Identifier: Apache-2.0
import Histories
import Testing

@Suite("What a node without an upstream can have answered")
struct LoneNodeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let history: [Call]

    init(_ name: String, _ history: [Call]) {
      testDescription = name
      self.history = history
    }
  }

  static let truths = [
    Case("nothing", []),
    Case("one request", [Asked.get(7, "0", 0, 1)]),
    Case("numbers in a row", [Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 3), Asked.get(0, "2", 4, 5)]),
    Case("two at once, the later one first", [Asked.get(0, "1", 0, 9), Asked.get(1, "0", 5, 8)]),
    Case("one of two that ask the same makes the row", [Asked.get(0, "0", 0, 9), Asked.get(0, "0", 1, 8)]),
    Case(
      "an answer from before, while the newer one is on its way",
      [Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 5), Asked.get(0, "0", 3, 6)]),
    Case("a lost request that took effect", [Asked.get(0, nil, 0), Asked.get(1, "1", 2, 3)]),
    Case("a lost request that did not", [Asked.get(0, nil, 0), Asked.get(1, "0", 2, 3)]),
    Case(
      "a lost request that took effect much later",
      [Asked.get(0, nil, 0), Asked.get(1, "0", 2, 3), Asked.greatest("0", 4, 5), Asked.get(2, "2", 6, 7)]),
    Case(
      "two lost ones, of which the second took effect",
      [Asked.get(0, nil, 0), Asked.get(1, nil, 0), Asked.test(1, "0", 2, 3), Asked.get(2, "1", 6, 7)]),
    Case(
      "history keeps the first value",
      [
        Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 3), Asked.get(0, "0", 4, 5, history: true),
        Asked.test(0, "0", 6, 7), Asked.get(0, "2", 8, 9), Asked.test(0, "0", 10, 11, history: true),
        Asked.lookup(0, ["0", "2"], greatest: "2", 12, 13),
      ]),
    Case(
      "an import, and one that is refused",
      [
        Asked.place(0, "7", 0, 1), Asked.place(1, "7", 2, 3, isRefused: true), Asked.get(1, "8", 4, 5),
        Asked.place(2, "3.1", 6, 7), Asked.get(0, "7", 8, 9, history: true), Asked.greatest("8", 8, 9),
      ]),
    Case("nothing is known before", [Asked.test(0, "null", 0, 1), Asked.greatest("null", 0, 1)]),
  ]

  static let lies = [
    Case(
      "the answer that was superseded before the question",
      [Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 3), Asked.get(0, "0", 4, 5)]),
    Case("the first number is no 1", [Asked.get(0, "1", 0, 1)]),
    Case("a number is left out", [Asked.get(0, "0", 0, 1), Asked.get(1, "2", 2, 3)]),
    Case("one number for two", [Asked.get(0, "0", 0, 9), Asked.get(1, "0", 0, 9)]),
    Case("an answer before its cause", [Asked.get(1, "1", 0, 1), Asked.get(0, "0", 2, 3)]),
    Case("a row that was answered is gone", [Asked.get(0, "0", 0, 1), Asked.test(0, "null", 2, 3)]),
    Case("the greatest goes down", [Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 3), Asked.greatest("0", 4, 5)]),
    Case(
      "two readers see two orders",
      [
        Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 20), Asked.greatest("1", 3, 4), Asked.greatest("0", 5, 6),
      ]),
    Case("two numbers by one lost request", [Asked.get(0, nil, 0), Asked.get(1, "2", 2, 3)]),
    Case("a lost request that began later", [Asked.get(1, "1", 0, 1), Asked.get(0, nil, 2)]),
    Case(
      "history forgets", [Asked.get(0, "0", 0, 1), Asked.get(1, "1", 2, 3), Asked.get(0, "2", 4, 5, history: true)]),
    Case(
      "a torn lookup: the greatest of after, the values of before",
      [Asked.get(0, "0", 0, 1), Asked.get(0, "0", 2, 3), Asked.lookup(0, ["0"], greatest: "1", 4, 5)]),
    Case("an import that another has", [Asked.place(0, "7", 0, 1), Asked.place(1, "7", 2, 3)]),
    Case("a refusal without a holder", [Asked.place(0, "7", 0, 1, isRefused: true)]),
  ]

  @Test("a history that is possible", arguments: truths)
  func possible(made: Case) { #expect(Checker { LoneNode($0) }.check(made.history) == .possible) }

  @Test("a history that is not", arguments: lies)
  func impossible(made: Case) { #expect(Checker { LoneNode($0) }.check(made.history) == .impossible) }

  @Test("a checksum with many values is told by its least and its greatest")
  func manyValues() {
    var rows: [Call] = []
    for number in 0..<40 { rows.append(Asked.get(number % 2, "\(number)", Int64(number * 2), Int64(number * 2 + 1))) }
    let all = (0..<20).map { "\($0 * 2)" }
    let told = [
      all, Array(all.prefix(8) + all.suffix(8)), Array(all.dropFirst()), Array(all.prefix(8) + all.suffix(7)),
    ]
    let verdicts = told.map {
      Checker { LoneNode($0) }.check(rows + [Asked.lookup(0, $0, greatest: "39", 100, 101)])
    }
    #expect(verdicts == [.possible, .possible, .impossible, .impossible])
  }
}
