// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// A process that may open no further file, or gets no further memory, while clients are served.
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

  @Test(
    "of memory ends, and the next process goes on with all that was answered",
    arguments: ReloadingNode.MemoryLimit.allCases, Seed.several(1))
  func memory(limit: ReloadingNode.MemoryLimit, seed: Seed) throws {
    // With one arena, glibc has no address space in reserve. The toolchain's backtrace would keep the process for seconds.
    let chain = try FaultyChain(environment: ["MALLOC_ARENA_MAX": "1", "SWIFT_BACKTRACE": "enable=no"])
    let endings = Watched<[ChildProcess.Ending]>([])
    try chain.expectOrder(seed, requests: Self.requests, disturbances: 4) { moment in
      let victim = chain.targets[moment]
      try victim.current.allowNoMemory(by: limit)
      let crowd = Self.crowd(at: victim)
      let ending = try victim.revive()
      endings.withLock { $0.append(ending) }
      withExtendedLifetime(crowd) {}
    }
    for ending in endings.current {
      guard case .signal = ending else {
        Issue.record("\(ending); \(seed)")
        continue
      }
    }
    print("no memory: \(endings.current)")
    try chain.stop()
  }

  /// Clients that ask for much and read none of it, and others whose request does not end, until the process is gone.
  private static func crowd(at target: Target) -> [RawConnection] {
    let server = target.current.server
    let exports = Array(String(repeating: Requests.export(history: true) + "\n", count: 200).utf8)
    let piece = String(repeating: "x", count: 30_000) + "\n"
    let begun = Array(("{\"chunk-stream\":null}\n" + String(repeating: piece, count: 4)).utf8)
    var crowd: [RawConnection] = []
    for number in 0..<500 {
      guard let connection = try? server.connect() else { break }
      crowd.append(connection)
      let bytes = number.isMultiple(of: 2) ? exports : begun
      guard connection.sendWhatIsTaken(bytes) == bytes.count else { break }
    }
    return crowd
  }

  /// A client that has sent its first request, and may not be served yet.
  private static func comer(at target: Target) throws -> Handed {
    let connection = try target.current.server.connect()
    try connection.send(Requests.ping + "\n")
    return Handed(connection)
  }
}
