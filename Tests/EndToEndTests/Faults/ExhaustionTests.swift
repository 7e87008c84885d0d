// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// A process that may open no further file while clients are served.
@Suite("A node at the end of its means", .ownThreads)
struct ExhaustionTests {
  private static let requests = runsLongTests ? 6000 : 600

  @Test(
    "of descriptors numbers on, and serves those who come meanwhile when there are some", arguments: Seed.several(1))
  func descriptors(seed: Seed) throws {
    let chain = try FaultyChain()
    let site = chain.sites[0]
    let waiting = Watched<[Handed]>([])
    try chain.expectOrder(seed, requests: Self.requests, disturbances: 3) { moment in
      switch moment {
      case 0:
        try site.current.allowDescriptors(site.current.descriptors, forGood: false)
        chain.lines[0].cut()
        chain.lines[0].heal()
      case 1:
        let newcomers = try (0..<3).map { _ in try Self.comer(at: site) }
        waiting.withLock { $0 = newcomers }
      default:
        try site.current.allowDescriptors(1024, forGood: false)
        for newcomer in waiting.current { #expect(try newcomer.connection.readMessage() == .alive) }
      }
    }
    try chain.stop()
  }

  /// A client that has sent its first request, and may not be served yet.
  private static func comer(at target: Target) throws -> Handed {
    let connection = try target.current.server.connect()
    try connection.send(Requests.ping + "\n")
    return Handed(connection)
  }
}
