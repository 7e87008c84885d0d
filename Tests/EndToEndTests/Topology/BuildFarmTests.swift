// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// `topology/build-farm.yaml`, as `topology up` runs it.
@Suite("The build farm", .ownThreads)
struct BuildFarmTests {
  private static let builders = 50
  private static let rounds = runsLongTests ? 400 : 40

  @Test(
    "50 builders at five nodes see no duplicate, while the authority gives numbers and then dies",
    arguments: Seed.several(1))
  func builders(seed: Seed) throws {
    let farm = try Federation("build-farm.yaml")
    let nodes = try (1...5).map { try farm["builder-\($0)"] }
    let authority = try farm["authority"]
    // Builders beside the authority itself, until it is gone.
    let atTheTop = ParallelWork(2) { number in
      var client = AllocatingClient("top-\(number)", seed)
      try client.allocateUntilTheEnd(try authority.connect()) {}
      return client.answers
    }
    let halfway = Watched(0)
    let work = ParallelWork(Self.builders) { number in
      let connection = try nodes[number % nodes.count].connect()
      // Each content is built at two of the nodes.
      var client = AllocatingClient("content-\(number / 2)", seed)
      for _ in 0..<Self.rounds { try client.allocate(connection) }
      halfway.withLock { $0 += 1 }
      halfway.wait { $0 < 0 }
      for _ in 0..<Self.rounds { try client.allocate(connection) }
      return client.answers
    }
    #expect(halfway.wait { $0 == Self.builders }, "\(farm.log.suffix(2000))")
    try authority.signal(SIGKILL)
    halfway.withLock { $0 = -1 }
    let answers = try work.finish()
    let top = try atTheTop.finish()
    #expect(answers.allSatisfy { $0.count == 2 * Self.rounds })
    #expect(top.allSatisfy { !$0.isEmpty })
    farm.expectNoDuplicates(answers.flatMap(\.self) + top.flatMap(\.self))
    expectNoneWentDown(answers + top)
    farm.waitForLog(of: "authority", "ended by signal 9; Enter starts it again")
    try farm.stop()
    for node in nodes { try expectNoDuplicates(in: farm.folder, database: node.database, seed) }
  }
}
