// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import PRStoreSQLite
import PRWire
import TestStore
import TestThreads
import Testing

@testable import PRSync

@Suite("A synchronizer", .ownThreads, .untilHung)
struct SynchronizerTests {
  private let folder: TemporaryFolder
  private let upstream: Store
  private let socket: String

  init() throws {
    folder = try TemporaryFolder()
    upstream = try Store.writable(folder.file("upstream.sqlite3"))
    // A folder's own path is too long for a socket.
    socket = "/tmp/hw-sync-\(getpid())-\(UInt32.random(in: 0...(.max)))"
  }

  private func fill(_ store: Store, _ count: Int, from start: Int = 0) async throws {
    try await store.record((start..<start + count).map { .busybox("c\($0)", "\($0)") })
  }

  @Test("tells how the copy fares")
  func health() async throws {
    let (store, upstream) = (try Store.writable(folder.file("copy.sqlite3")), upstream)
    try await fill(upstream, 50)
    try await withServer(of: upstream, at: socket) { address in
      try await withSync(into: store, from: address, page: 7) { sync, happenings in
        await happenings.wait { $0.completions == 1 }
        #expect(sync.health.upstream == address && sync.health.problem == nil)
        #expect(sync.health.news == 50 && sync.health.currentAt != nil)
        let position = try await upstream.feed().positions.last
        #expect(sync.health.position == position)
      }
    }
    #expect(try store.copiedRows(store.path).count == 50)
  }

  @Test("goes on while others have all threads of the cooperative pool")
  func busyPool() async throws {
    let (store, upstream) = (try Store.writable(folder.file("copy.sqlite3")), upstream)
    try await fill(upstream, 50)
    try await withServer(of: upstream, at: socket) { address in
      let (sync, happenings) = synchronizer(into: store, from: address)
      // As in a node: not on the threads of this test.
      let work = Task.detached { try await sync.run() }
      await happenings.wait { $0.completions == 1 }
      do {
        let pool = BusyPool()
        pool.take()
        defer { pool.release() }
        try await upstream.record([.busybox("news", "50")])
        try await store.waitForCopiedRows(51)
      }
      work.cancel()
      _ = await work.result
    }
  }

  @Test("is back soon after a connection that worked, however many have ended before")
  func manyReconnects() async throws {
    let (store, upstream, socket) = (try Store.writable(folder.file("copy.sqlite3")), upstream, socket)
    try await withSync(into: store, from: .unix(path: socket)) { _, happenings in
      for round in 0..<9 {
        try await withServer(of: upstream, at: socket) { _ in await happenings.wait { $0.completions > round } }
      }
      let pauses = happenings.firstPauses
      #expect(pauses.count >= 8 && pauses.allSatisfy { $0 < .seconds(1) }, "\(pauses)")
    }
  }

  @Test(
    "two on one file that begin at once, with a first copy or with that of another upstream, come to an end",
    arguments: [0, 10])
  func twoOnOneFile(copiedBefore: Int) async throws {
    let path = folder.file("copy.sqlite3")
    let stores = [try Store.writable(path), try Store.writable(path)]
    if copiedBefore > 0 {
      try await fill(upstream, copiedBefore)
      try await stores[0].follow(upstream)
    }
    let new = try Store.writable(folder.file("new.sqlite3"))
    try await fill(new, 400, from: 5)
    try await withServer(of: new, at: socket) { address in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for store in stores {
          group.addTask {
            let happenings = Happenings()
            try await withSync(into: store, from: address, page: 3) { _, told in
              await told.wait { $0.completions >= 1 }
              for event in told.events { happenings.add(event) }
            }
            return happenings.events.resets
          }
        }
        for try await resets in group {
          #expect(resets <= (copiedBefore > 0 ? 2 : 0), "they begin again for each other")
        }
      }
    }
    #expect(try stores[0].copiedRows(path).count == 400)
    let feed = try await stores[1].feed().rows
    #expect(feed.count == 400)
  }

  @Test(
    "a full disk stops the first copy, and room lets it go on", .enabled(if: SmallDisk.isPossible, "needs to mount"))
  func diskFull() async throws {
    let disk = try SmallDisk(kilobytes: 2800)
    let ballast = disk.file("ballast")
    try Data(repeating: 1, count: 2_100_000).write(to: URL(fileURLWithPath: ballast))
    let store = try Store.writable(disk.file("copy.sqlite3"))
    let upstream = upstream
    try await fill(upstream, 3000)
    try await withServer(of: upstream, at: socket) { address in
      try await withSync(into: store, from: address, page: 200) { sync, happenings in
        await happenings.wait { $0.failures(saying: "is full") > 0 }
        #expect(sync.health.problem?.contains("is full") == true)
        let soFar = try await store.read { reader throws(StoreError) in
          (try reader.position(.position)?.serial ?? 0, try reader.copiedRows())
        }
        #expect(soFar.0 == soFar.1 && soFar.0 < 3000, "rows and position are of one moment")
        try FileManager.default.removeItem(atPath: ballast)
        await happenings.wait { $0.completions == 1 }
        #expect(sync.health.problem == nil)
      }
    }
    #expect(try store.copiedRows(store.path).count == 3000)
  }
}
