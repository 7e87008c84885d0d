// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// All processes of a federation are killed at the same moment, as those of one machine are.
@Suite("A federation that is killed as a whole", .ownThreads)
struct CrashTests {
  private static let crashes = runsLongTests ? 100 : 5

  @Test("answers in an order and gives no number twice, whichever node starts first", arguments: Seed.several(1))
  func crash(seed: Seed) throws {
    let chain = try FaultyChain()
    try chain.expectOrder(seed, requests: Self.crashes * 150, disturbances: Self.crashes) { moment in
      var numbers = Seed(seed.number &+ UInt64(moment)).numbers
      for target in chain.targets.shuffled(using: &numbers) { target.current.server.process.signal(SIGKILL) }
      for target in chain.targets { try target.end() }
      let order = chain.targets.shuffled(using: &numbers)
      // One after the other, or all at once: two of them open the same database, with the log that the killed ones left.
      if Bool.random(using: &numbers) {
        for target in order { try target.start() }
      } else {
        _ = try inParallel(order.count) { try order[$0].start() }
      }
    }
    try chain.stop()
  }
}
