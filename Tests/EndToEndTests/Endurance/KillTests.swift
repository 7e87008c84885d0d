// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

@Suite("A server that is killed at any moment", .ownThreads)
struct KillTests {
  static let rounds = runsLongTests ? 20 : 5

  @Test("has every answer that a client received, and none for two contents", arguments: Seed.several(1))
  func kill(seed: Seed) throws {
    var numbers = seed.numbers
    let folder = try TemporaryFolder()
    var allocations = Allocations()
    for round in 0..<Self.rounds {
      let server = try ServerProcess(in: folder)
      let moment = Int.random(in: 1...600, using: &numbers)
      let counter = Counter()
      let connections = try (0..<8).map { _ in Handed(try server.connect()) }
      let answers = try inParallel(8) { number in
        var client = AllocatingClient("round\(round)-client\(number)", seed)
        try client.allocateUntilTheEnd(connections[number].connection) {
          if counter.increment() == moment { server.process.signal(SIGKILL) }
        }
        return client.answers
      }
      #expect(try server.process.wait() == .signal(SIGKILL), "\(server.log); \(seed)")
      allocations.add(answers)
      let restarted = try ServerProcess(in: folder)
      try allocations.check(restarted.connect(), seed)
      // The next round begins with a file that was left in order, or with one that was not.
      if Bool.random(using: &numbers) { try restarted.stop() } else { try restarted.kill() }
    }
    #expect(allocations.count >= Self.rounds)
    try expectNoDuplicates(in: folder, seed)
  }
}

/// A connection that is handed to another thread and used nowhere else.
struct Handed: @unchecked Sendable {
  let connection: RawConnection

  init(_ connection: RawConnection) { self.connection = connection }
}
