// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRServer

@Suite("Questions for news that are held back")
struct PollTurnsTests {
  private func place(_ serial: Int64, _ removals: Int64 = 0) -> PollTurns.Place {
    PollTurns.Place(serial: serial, removals: removals)
  }

  @Test("look a few at a time, in the order in which they came, and each once for all rows that have come by then")
  func batches() {
    var turns = PollTurns()
    for number in 1...10 { turns.wait(number, at: place(5)) }
    #expect(!turns.hasDue)
    #expect(turns.next(atMost: 3) == [])
    turns.announce(place(6))
    #expect(turns.hasDue)
    #expect(turns.next(atMost: 4) == [1, 2, 3, 4])
    turns.announce(place(7))
    #expect(turns.next(atMost: 4) == [5, 6, 7, 8])
    for number in 11...14 { turns.wait(number, at: place(7)) }
    #expect(turns.next(atMost: 9) == [9, 10], "all have come as far as the feed")
    #expect(!turns.hasDue && turns.count == 4)
  }

  @Test("do not look for a commit that adds no row")
  func noRow() {
    var turns = PollTurns()
    turns.announce(place(9))
    for number in 1...5 { turns.wait(number, at: place(9)) }
    turns.announce(place(9))
    #expect(turns.next(atMost: 9) == [])
    #expect(!turns.hasDue)
    #expect(turns.count == 5)
  }

  @Test("look when rows have left the feed, since their digest is void")
  func removals() {
    var turns = PollTurns()
    turns.wait(1, at: place(9))
    turns.announce(place(9, 1))
    #expect(turns.next(atMost: 9) == [1])
  }

  @Test("miss nothing that came between their look and their waiting")
  func between() {
    var turns = PollTurns()
    turns.wait(1, at: place(3))
    turns.announce(place(4))
    #expect(turns.next(atMost: 9) == [1])
    turns.wait(2, at: place(3))
    #expect(turns.hasDue)
    #expect(turns.next(atMost: 9) == [2])
  }

  @Test(
    "whatever comes when: none behind the feed is left waiting, and none that has left looks",
    arguments: Seed.several(6))
  func random(seed: Seed) {
    var numbers = seed.numbers
    var turns = PollTurns()
    var (feed, model, next) = (place(0), [Int: PollTurns.Place](), 0)
    for _ in 0..<3000 {
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0:
        next += 1
        let seen = place(max(0, feed.serial - Int64.random(in: 0...1, using: &numbers)), feed.removals)
        model[next] = seen
        turns.wait(next, at: seen)
      case 1:
        guard let number = model.keys.sorted().randomElement(using: &numbers) else { continue }
        model[number] = nil
        turns.leave(number)
      case 2:
        feed.serial += Int64.random(in: 0...1, using: &numbers)
        turns.announce(feed)
      default:
        for number in turns.next(atMost: 3) { #expect(model.removeValue(forKey: number) != nil, "\(seed)") }
      }
    }
    while case let taken = turns.next(atMost: 3), !taken.isEmpty {
      for number in taken { #expect(model.removeValue(forKey: number) != nil, "\(seed)") }
    }
    #expect(model.values.allSatisfy { !$0.isBehind(feed) } && turns.count == model.count, "\(seed)")
    #expect(!turns.hasDue, "\(seed)")
  }
}
