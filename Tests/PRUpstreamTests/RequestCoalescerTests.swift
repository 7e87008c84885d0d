// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRUpstream

@Suite("Sharing a question to the upstream")
struct RequestCoalescerTests {
  @Test("the first asker sends the question, later ones join it while it has not left")
  func joining() {
    var coalescer = RequestCoalescer<String>()
    #expect(coalescer.admit(1, to: "a") == .ask)
    #expect(coalescer.admit(2, to: "a") == .joined)
    #expect(coalescer.admit(3, to: "b") == .ask)
    coalescer.left("a")
    #expect(coalescer.settle("a") == ([1, 2], nil))
    #expect(coalescer.admit(4, to: "a") == .ask)
  }

  @Test("an asker that comes after the question has left waits for the next one, with all that come until then")
  func queueing() {
    var coalescer = RequestCoalescer<String>()
    #expect(coalescer.admit(1, to: "a") == .ask)
    coalescer.left("a")
    #expect(coalescer.admit(2, to: "a") == .queued)
    #expect(coalescer.admit(3, to: "a") == .queued)
    #expect(coalescer.settle("a") == ([1], 2))
    #expect(coalescer.admit(4, to: "a") == .joined, "the second question has not left yet")
    coalescer.left("a")
    #expect(coalescer.admit(5, to: "a") == .queued)
    #expect(coalescer.settle("a") == ([2, 3, 4], 5))
    #expect(coalescer.settle("a") == ([5], nil))
    #expect(coalescer.settle("a") == ([], nil))
  }

  @Test("an asker that has gone is answered no more, and causes no further question")
  func leaving() {
    var coalescer = RequestCoalescer<String>()
    #expect(coalescer.admit(1, to: "a") == .ask)
    coalescer.left("a")
    #expect(coalescer.admit(2, to: "a") == .queued)
    coalescer.remove(1, from: "a")
    coalescer.remove(2, from: "a")
    #expect(coalescer.settle("a") == ([], nil))
  }

  @Test(
    "in any order of events no asker shares a question that left before it asked, each is answered once, and a question is under way once",
    arguments: Seed.several(20))
  func randomEvents(seed: Seed) {
    var numbers = seed.numbers
    var coalescer = RequestCoalescer<Int>()
    var time = 0
    var asked: [Int: (question: Int, at: Int)] = [:]
    // By question: when it left; nil while it is here. No entry: not under way.
    var underWay: [Int: Int?] = [:]
    for asker in 0..<2_000 {
      time += 1
      let question = Int.random(in: 0..<4, using: &numbers)
      switch Int.random(in: 0..<8, using: &numbers) {
      case 0..<4:
        let admission = coalescer.admit(asker, to: question)
        #expect((admission == .ask) == (underWay[question] == nil), "\(seed)")
        if admission == .ask { underWay[question] = .some(nil) }
        asked[asker] = (question, time)
      case 4..<6:
        guard case .some(nil) = underWay[question] else { continue }
        coalescer.left(question)
        underWay[question] = .some(time)
      case 6:
        guard case .some(.some(let left)) = underWay[question] else { continue }
        let (askers, next) = coalescer.settle(question)
        for asker in askers {
          let entry = asked.removeValue(forKey: asker)
          #expect(entry?.question == question && entry.map { $0.at < left } == true, "\(seed)")
        }
        underWay[question] = next == nil ? nil : .some(nil)
        #expect(next == asked.filter { $0.value.question == question }.keys.min(), "\(seed)")
      default:
        guard let gone = asked.keys.min() else { continue }
        let question = asked.removeValue(forKey: gone)?.question ?? 0
        coalescer.remove(gone, from: question)
      }
    }
  }
}
