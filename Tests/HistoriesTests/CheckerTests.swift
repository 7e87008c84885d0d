// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed
import Testing

@Suite("A checker of histories")
struct CheckerTests {
  private let checker = Checker { LoneNode($0) }

  @Test("accepts what was answered in a row, however the times were widened", arguments: Seed.several(300))
  func widened(seed: Seed) {
    let history = RandomHistory(seed, count: 60)
    for width: Int64 in [0, 4, 20, 90] { #expect(checker.check(history.widened(by: width)) == .possible, "\(seed)") }
  }

  @Test("accepts it when some answers were lost", arguments: Seed.several(150))
  func lost(seed: Seed) {
    let history = RandomHistory(seed, count: 50, lostShare: 8)
    for width: Int64 in [0, 4, 40] { #expect(checker.check(history.widened(by: width)) == .possible, "\(seed)") }
  }

  @Test("says what trying all orders says, for histories true and false", arguments: Seed.several(20))
  func agreement(seed: Seed) {
    var numbers = seed.numbers
    var verdicts: [Verdict: Int] = [:]
    for _ in 0..<60 {
      let made = RandomHistory(Seed(numbers.next()), count: 6, checksums: 2, lostShare: 5)
      var history = made.widened(by: .random(in: 0...30, using: &numbers))
      if Bool.random(using: &numbers) { history = Mutation.random(history, &numbers) }
      let verdict = checker.check(history)
      #expect(verdict == Orders.check(history), "\n\(Story(history))\n\(seed)")
      verdicts[verdict, default: 0] += 1
    }
    #expect(verdicts[.possible] ?? 0 > 0 && verdicts[.impossible] ?? 0 > 0, "both have to occur: \(verdicts)")
  }

  @Test("finds a changed answer, and says so of no history that trying all orders allows", arguments: Seed.several(1))
  func mutations(seed: Seed) {
    var numbers = seed.numbers
    var found = 0
    let tries = 1000
    for _ in 0..<tries {
      let made = RandomHistory(Seed(numbers.next()), count: 40)
      let history = Mutation.random(made.widened(by: 4), &numbers)
      found += checker.check(history) == .impossible ? 1 : 0
    }
    // Not every change is wrong: an answer may be moved to where it holds as well.
    #expect(found >= tries * 7 / 10, "\(found) of \(tries); \(seed)")
  }

  @Test("finds each answer that is older than its question", arguments: Seed.several(1))
  func stale(seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<500 {
      // One checksum is superseded at a moment; a question after it gets the value of before.
      let made = RandomHistory(Seed(numbers.next()), count: 30)
      let last = made.calls.compactMap(\.greatestNamed).max().map { $0.numbers[0] + 1 } ?? 0
      let history =
        made.widened(by: 4) + [
          Asked.get(8, "\(last)", 400, 401), Asked.get(9, "\(last + 1)", 402, 403), Asked.get(8, "\(last)", 404, 405),
        ]
      #expect(checker.check(history) == .impossible, "\n\(Story(history))\n\(seed)")
    }
  }

  @Test("gives up where it was told to, and does not call that a verdict")
  func limit() {
    // Forty lost requests, and an answer that none of their orders explains.
    let lost = (0..<40).map { Asked.get($0, nil, 0) }
    let history = lost + [Asked.get(50, "30", 1, 2), Asked.greatest("31", 3, 4), Asked.test(50, "29", 5, 6)]
    #expect(Checker(limit: 1000) { LoneNode($0) }.check(history) == .undecided(configurations: 1000))
  }

  @Test(
    "shortens what is impossible, and names two requests between which an answer went down", arguments: Seed.several(20)
  )
  func shortened(seed: Seed) throws {
    let made = RandomHistory(seed, count: 40)
    let last = made.calls.compactMap(\.greatestNamed).max().map { $0.numbers[0] + 1 } ?? 0
    let broken = [
      Asked.get(8, "\(last)", 500, 501), Asked.get(9, "\(last + 1)", 502, 503), Asked.get(8, "\(last)", 504, 505),
    ]
    let possible = made.widened(by: 30)
    let history = possible + broken + [Asked.get(7, "\(last + 2)", 506, 507)]
    let short = checker.shortened(history)
    #expect(checker.check(short) == .impossible, "\(seed)")
    #expect(!short.contains { $0.question == .allocate(7, history: false) }, "what came later shows nothing")
    let told = short.filter { $0.answer != .lost }
    #expect(told.count < 30 && told.contains(broken[2]), "\n\(Story(short))\n\(seed)")
    #expect(Descent.find(in: possible) == nil, "\(seed)")
    let (earlier, later) = try #require(Descent.find(in: history))
    #expect([earlier, later] == [broken[1], broken[2]], "\n\(Story([earlier, later]))")
  }
}
