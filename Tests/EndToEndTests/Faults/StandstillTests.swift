// SPDX-License-Identifier: Apache-2.0
import TestSeed
import TestThreads
import Testing

/// A process that was stopped keeps its connections, and answers nothing for longer than its neighbours wait.
@Suite("A node that stands still", .ownThreads)
struct StandstillTests {
  private static let requests = runsLongTests ? 6000 : 600

  @Test(
    "holds up no other node, and goes on where it stood", arguments: ["root", "site", "team"], Seed.several(1))
  func standstill(of name: String, seed: Seed) throws {
    let chain = try FaultyChain()
    let (victim, follower) =
      switch name {
      case "root": (chain.root, chain.sites[0] as Target?)
      case "site": (chain.sites[0], chain.team)
      default: (chain.team, nil)
      }
    try chain.expectOrder(seed, requests: Self.requests, disturbances: 3) { moment in
      switch moment {
      case 0:
        victim.freeze()
        follower?.current.waitForLog(Site.away)
      case 2: victim.thaw()
      default: break
      }
    }
    follower?.current.waitForLog(Site.back)
    try chain.stop()
  }
}
