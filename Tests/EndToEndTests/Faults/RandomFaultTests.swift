// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// Faults of all kinds at random moments, up to three at a time.
@Suite(
  "A chain with random faults", .ownThreads, .enabled(if: FaultControl.isPossible, "needs to preload a library"))
struct RandomFaultTests {
  /// How many chains, by the environment variable `HEADWATER_FAULT_ROUNDS`.
  private static let rounds =
    ProcessInfo.processInfo.environment["HEADWATER_FAULT_ROUNDS"].flatMap { Int($0) } ?? (runsLongTests ? 20 : 2)

  @Test("answers in an order, gives no number twice, and goes on by itself", arguments: Seed.several(rounds))
  func round(seed: Seed) throws {
    let chain = try FaultyChain()
    let story = Watched((active: [RandomFault](), told: [String]()))
    let count = runsLongTests ? 24 : 12
    do {
      try chain.expectOrder(seed, requests: count * 120, disturbances: count) { moment in
        var numbers = Seed(seed.number &+ UInt64(moment) &* 0xFA17).numbers
        var active = story.current.active
        // The last moment ends all.
        while !active.isEmpty, moment == count - 1 || active.count > 2 || Bool.random(using: &numbers) {
          try active.removeFirst().end(on: chain)
        }
        if moment < count - 1 {
          let fault = RandomFault.draw(standing: active.compactMap(\.standing).first, &numbers)
          story.withLock { $0.told.append("\(moment): \(fault)") }
          try fault.begin(on: chain)
          active.append(fault)
        }
        story.withLock { $0.active = active }
      }
      try chain.stop()
    } catch {
      Issue.record("\(error)\n\(story.current.told.joined(separator: "\n"))\n\(seed)")
    }
  }
}
