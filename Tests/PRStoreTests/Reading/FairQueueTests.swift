// SPDX-License-Identifier: Apache-2.0
import TestSeed
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Clients take turns", .ownThreads)
struct FairQueueTests {
  @Test("work that arrives waits for at most one piece of each other client", arguments: [0, 1, 7, 50])
  func oneEach(others: Int) {
    var queue = FairQueue<Int, (client: Int, number: Int)>()
    for client in 1...max(others, 1) where client <= others {
      for number in 0..<256 { queue.add((client, number), of: client) }
    }
    queue.add((0, 0), of: 0)
    var served = [Int](repeating: 0, count: others + 1)
    while let work = queue.next(), work.client != 0 { served[work.client] += 1 }
    #expect(served.allSatisfy { $0 <= 1 })
    #expect(queue.count == others * 255)
  }

  @Test(
    "whatever clients add and whenever: no client is served twice while another one waits", arguments: Seed.several(8))
  func random(seed: Seed) {
    var numbers = seed.numbers
    var queue = FairQueue<Int, (client: Int, number: Int)>()
    var waiting = [[Int]](repeating: [], count: 6)
    /// How often each other client was served since a client had work waiting, or was served itself.
    var passed = [[Int]](repeating: [Int](repeating: 0, count: 6), count: 6)
    var added = 0
    for _ in 0..<2000 {
      if Int.random(in: 0..<5, using: &numbers) < 2 {
        let client = Int.random(in: 0..<6, using: &numbers)
        if waiting[client].isEmpty { passed[client] = [Int](repeating: 0, count: 6) }
        waiting[client].append(added)
        queue.add((client, added), of: client)
        added += 1
      } else if let work = queue.next() {
        let first = waiting[work.client].removeFirst()
        #expect(first == work.number, "a client's work keeps its order; \(seed)")
        passed[work.client] = [Int](repeating: 0, count: 6)
        for other in 0..<6 where other != work.client && !waiting[other].isEmpty {
          passed[other][work.client] += 1
          #expect(passed[other][work.client] <= 1, "\(seed)")
        }
      } else {
        #expect(waiting.allSatisfy { $0.isEmpty }, "\(seed)")
      }
      #expect(queue.count == waiting.reduce(0) { $0 + $1.count } && queue.isEmpty == (queue.count == 0), "\(seed)")
    }
  }

  @Test("a group has the first of every client before the second of any")
  func groups() {
    var queue = FairQueue<String, Int>()
    for number in 0..<5 { queue.add(number, of: "greedy") }
    queue.add(10, of: "builder")
    queue.add(20, of: "other")
    #expect(queue.next(atMost: 3) == [0, 10, 20])
    #expect(queue.next(atMost: 3) == [1, 2, 3])
    #expect(queue.next(atMost: .max) == [4])
    #expect(queue.next(atMost: 1) == [])
  }

  @Test("a first-in, first-out queue gives what it got, in order", arguments: Seed.several(4))
  func fifo(seed: Seed) {
    var numbers = seed.numbers
    var (fifo, model) = (Fifo<Int>(), [Int]())
    for number in 0..<3000 {
      if Bool.random(using: &numbers) {
        fifo.append(number)
        model.append(number)
      } else {
        let expected = model.isEmpty ? nil : model.removeFirst()
        #expect(fifo.removeFirst() == expected, "\(seed)")
      }
      #expect(fifo.count == model.count && fifo.isEmpty == model.isEmpty, "\(seed)")
    }
  }
}
