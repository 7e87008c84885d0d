// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import PRStoreSQLite
import PRWire
import Synchronization
import TestStore
import TestThreads
import Testing

@testable import PRSync

/// A wall clock that somebody sets.
private final class WallClock: Sendable {
  private let now = Mutex<Int64>(1_800_000_000_000)

  var read: @Sendable () -> Int64 { { self.now.withLock { $0 } } }

  func jump(days: Int64) { now.withLock { $0 += days * 86_400_000 } }
}

@Suite("When the machine's clock is set, a copy", .ownThreads, .untilHung)
struct ClockJumpTests {
  private let folder: TemporaryFolder
  private let upstream: Store
  private let store: Store
  private let socket: String
  private let clock = WallClock()

  /// More than any machine takes for a test, and less than the smallest jump.
  private static let dayInPart = Duration.seconds(12 * 3600)

  init() throws {
    folder = try TemporaryFolder()
    upstream = try Store.writable(folder.file("upstream.sqlite3"))
    store = try Store.writable(folder.file("copy.sqlite3"))
    socket = "/tmp/hw-clock-\(getpid())-\(UInt32.random(in: 0...(.max)))"
  }

  @Test("goes on as before: it hears of news, comes back after a cut, and its lag is what has passed")
  func feed() async throws {
    let (store, upstream, socket, clock) = (store, upstream, socket, clock)
    try await withSync(into: store, from: .unix(path: socket), now: clock.read) { sync, happenings in
      for (round, days) in [Int64(0), 1, -2, 366, -4000].enumerated() {
        clock.jump(days: days)
        try await upstream.record([.busybox("while-away-\(round)", "\(2 * round)")])
        try await withServer(of: upstream, at: socket) { _ in
          await happenings.wait { $0.completions > round }
          clock.jump(days: -days)
          try await upstream.record([.busybox("news-\(round)", "\(2 * round + 1)")])
          try await store.waitForCopiedRows(2 * round + 2)
          clock.jump(days: days)
        }
        let current = try #require(sync.health.currentAt)
        let lag = ContinuousClock.now - current
        #expect(lag >= .zero && lag < Self.dayInPart, "\(lag) after a jump of \(days) days")
      }
      #expect(sync.health.news == 10)
      #expect(happenings.events.resets == 0)
      #expect(happenings.pauses.allSatisfy { $0.time < .seconds(100) }, "no day is slept through")
    }
  }

  @Test("of a server without a feed is pulled again, and what that server lost leaves it", arguments: [-1, 0, 1])
  func export(days: Int64) async throws {
    let (store, upstream, socket, clock) = (store, upstream, socket, clock)
    try await upstream.record((0..<50).map { .busybox("c\($0)", "\($0)") })
    let restored = try Store.writable(folder.file("restored.sqlite3"))
    try await restored.record((0..<20).map { .busybox("c\($0)", "\($0)") })
    let (address, every) = (Endpoint.unix(path: socket), Duration.milliseconds(20))
    try await withSync(into: store, from: address, every: every, asksForFeed: false, now: clock.read) {
      sync, happenings in
      try await withServer(of: upstream, at: socket) { _ in await happenings.wait { $0.completions >= 2 } }
      clock.jump(days: days)
      try await withServer(of: restored, at: socket) { _ in
        await happenings.wait { $0.swaps == 1 }
        let done = happenings.events.completions
        await happenings.wait { $0.completions >= done + 3 }
      }
      #expect(happenings.events.swaps == 1, "once is enough")
      let lag = ContinuousClock.now - (try #require(sync.health.currentAt))
      #expect(lag >= .zero && lag < Self.dayInPart, "\(lag)")
    }
    #expect(try store.copiedRows(store.path).count == 20)
  }
}
