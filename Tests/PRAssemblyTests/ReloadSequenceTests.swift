// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRAssembly

@Suite("Random events for the generations of a process")
struct ReloadSequenceTests {
  @Test(
    """
    one generation mints at most, none begins after a stop, each that was started is waited for, READY names the one that \
    serves, and a SIGHUP is followed by a reload
    """, arguments: Seed.several(10))
  func events(seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<200 {
      var world = ReloadWorld(seed, Seed(numbers.next()).numbers)
      for _ in 0..<Int.random(in: 0..<200, using: &numbers) { world.act() }
      while world.proceed() {}
      if !world.isOver {
        #expect(!world.isReloading && !world.isAsked, "a reload is over, and none is forgotten; \(seed)")
        #expect(world.own.flatMap { world.lives[$0] }?.serves == true, "\(seed)")
        world.stop()
        while world.proceed() {}
      }
      #expect(world.hasEnded, "\(world.reload.state); \(seed)")
    }
  }
}
