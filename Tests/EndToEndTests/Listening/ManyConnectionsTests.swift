// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// Needs 12,100 descriptors in a process.
@Suite("Many connections", .ownThreads, .enabled(if: runsLongTests))
struct ManyConnectionsTests {
  private static let idle = 10_000
  private static let active = 2_000

  @Test("2,000 are served beside 10,000 that ask nothing, and each of those is served when it asks")
  func idleAndActive() throws {
    let server = try ServerProcess(["--max-connections", "20000", "--max-connections-per-address", "20000"])
    let before = try server.memory("RssAnon")
    var idle: [RawConnection] = []
    for _ in 0..<Self.idle { idle.append(try server.connect()) }
    #expect(try idle[Self.idle - 1].ask(Requests.ping) == .alive)
    let perConnection = try Double(server.memory("RssAnon") - before) / Double(Self.idle)
    let outcome = try run(
      .headwater,
      [
        "bench", "known", "--server", "\(server.address)", "--connections", "\(Self.active)", "--duration", "20s",
        "--json",
      ], in: server.folder
    ).succeeded()
    for connection in idle { #expect(try connection.ask(Requests.ping) == .alive) }
    print("\(perConnection) KiB a connection; \(outcome.output)")
    #expect(perConnection < 64)
    try server.stop()
  }
}
