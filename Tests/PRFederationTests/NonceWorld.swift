// SPDX-License-Identifier: Apache-2.0
import PRFederation
import TestSeed

/// A register's memory of one member, the copies of its store, and the line between them.
struct NonceWorld {
  var judge: NonceJudge
  var copies: [Copy]
  var numbers: SeededNumbers
  private var now: Int64 = 0

  struct Copy {
    var held: HeldNonce
    /// Answers that came late, or may come once more.
    var late: [HeldNonce.Answer] = []
    /// Since the copies parted.
    var reports = 0
    var stored = 0
    /// Reports that arrived after it had stored an answer.
    var reportsWithOwnNonce = 0
  }

  enum Line: CaseIterable {
    case good
    /// The report does not arrive.
    case reportLost
    /// The report arrives, the answer does not, or the node ends before it has stored it.
    case answerLost
    /// The report arrives twice, and the first answer is lost.
    case reportTwice
    /// The answer is kept back, and comes some time.
    case answerLate
  }

  init(_ seed: Seed) {
    numbers = seed.numbers
    judge = NonceJudge(store: "store", bits: numbers.next())
    copies = [Copy(held: HeldNonce(given: judge.newest, own: numbers.next()))]
  }

  mutating func line() -> Line {
    Bool.random(using: &numbers) ? .good : Line.allCases.randomElement(using: &numbers) ?? .good
  }

  /// One copy reports.
  ///
  /// - Returns: nil when the report does not arrive.
  @discardableResult
  mutating func report(_ index: Int, over line: Line) -> NonceVerdict? {
    now += 1
    deliverLate(index)
    guard line != .reportLost else { return nil }
    let presented = copies[index].held.presented
    let report = NonceJudge.Report(store: "store", presented: presented, address: "copy \(index)", at: now)
    let first = judge.judge(report, bits: numbers.next())
    let verdict = line == .reportTwice ? judge.judge(report, bits: numbers.next()) : first
    copies[index].reports += 1
    if copies[index].stored > 0 { copies[index].reportsWithOwnNonce += 1 }
    let answer = verdict.answer(to: presented)
    switch line {
    case .good, .reportTwice:
      if copies[index].held.take(answer, own: numbers.next()) { copies[index].stored += 1 }
      copies[index].late.append(answer)
    case .answerLate: copies[index].late.append(answer)
    case .reportLost, .answerLost: break
    }
    return verdict
  }

  private mutating func deliverLate(_ index: Int) {
    guard Int.random(in: 0..<4, using: &numbers) == 0 else { return }
    guard let answer = copies[index].late.randomElement(using: &numbers) else { return }
    if copies[index].held.take(answer, own: numbers.next()) { copies[index].stored += 1 }
  }

  /// The first copy is cloned: with its disk, and with nothing that is on its way.
  mutating func clone() {
    (copies[0].reports, copies[0].stored, copies[0].reportsWithOwnNonce) = (0, 0, 0)
    copies.append(Copy(held: copies[0].held))
  }
}
