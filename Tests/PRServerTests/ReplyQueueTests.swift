// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRServer

@Suite("The queue of replies")
struct ReplyQueueTests {
  @Test(
    "replies leave in the order of their requests, whatever the order in which they are ready",
    arguments: Seed.several(50))
  func ordered(seed: Seed) {
    var numbers = seed.numbers
    var queue = ReplyQueue<Int>()
    var open: [(ticket: ReplyQueue<Int>.Ticket, number: Int)] = []
    var (next, left): (Int, [Int]) = (0, [])
    for _ in 0..<300 {
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0:
        queue.append(next, bytes: 1)
        next += 1
      case 1:
        open.append((queue.reserve(bytes: 100), next))
        next += 1
      default:
        guard !open.isEmpty else { continue }
        let chosen = open.remove(at: Int.random(in: 0..<open.count, using: &numbers))
        queue.fill(chosen.ticket, with: chosen.number, bytes: 1)
      }
      while let reply = queue.first {
        left.append(reply)
        queue.removeFirst()
      }
      #expect(queue.count == next - left.count)
      #expect(queue.bytes == open.count * 100 + queue.count - open.count, "requests that wait, and replies; \(seed)")
    }
    #expect(left == Array(0..<left.count), "\(seed)")
  }

  @Test("a place that is gone is left alone")
  func gone() {
    var queue = ReplyQueue<String>()
    let ticket = queue.reserve()
    queue.fill(ticket, with: "first")
    queue.removeFirst()
    queue.fill(ticket, with: "again")
    #expect(queue.isEmpty && queue.first == nil)
  }
}
