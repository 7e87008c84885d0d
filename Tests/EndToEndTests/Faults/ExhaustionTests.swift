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
        try site.current.limit("nofile", to: site.current.descriptors)
        chain.lines[0].cut()
        chain.lines[0].heal()
      case 1:
        let newcomers = try (0..<3).map { _ in try Self.comer(at: site) }
        waiting.withLock { $0 = newcomers }
      default:
        try site.current.limit("nofile", to: 1024)
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

extension ReloadingNode {
  /// Sets the soft limit of a resource, by its name for `prlimit`.
  func limit(_ resource: String, to value: Int) throws {
    let tool = try ChildProcess(
      "prlimit", ["--pid", "\(server.process.pid)", "--\(resource)=\(value):"], in: folder.path)
    guard try tool.wait() == .exit(0) else { throw Failure("prlimit: \(tool.errors.text)") }
  }
}
