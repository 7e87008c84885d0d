// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// What holds on a full disk, however it came to be full.
private struct FullDiskCheck {
  let store: Store
  let path: String

  /// Fills the disk; what was stored before is still answered, what was refused is not there; once there is room, it
  /// goes on.
  func run(makeRoom: () async throws -> Void) async throws {
    try await store.record([.busybox("first", "0")])
    var stored: [Row] = [.busybox("first", "0")]
    var failure: StoreError?
    for batch in 1...5000 where failure == nil {
      let name = "batch-\(batch)-" + String(repeating: "x", count: 3000)
      let rows = [Row.busybox(name + "a", "\(batch * 2)"), .busybox(name + "b", "\(batch * 2 + 1)")]
      do {
        try await store.record(rows)
        stored += rows
      } catch let error as StoreError {
        failure = error
      }
    }
    #expect(failure == .diskFull(path: path))
    let (greatest, last) = (try #require(stored.last?.value), try #require(stored.last?.tuple))
    for _ in 0..<3 {
      let tuple = TupleKey.checksum("refused" + String(repeating: "x", count: 30_000))
      await #expect(throws: StoreError.diskFull(path: path)) { try await store.count(tuple) }
    }
    #expect(try await store.greatest(.busybox) == greatest)
    #expect(try await store.value(.checksum("first")) == "0")
    #expect(try store.sqliteEventLoopReader().current(last) == greatest)
    #expect(
      try await store.facts(last).standing == .current(revision(greatest)), "the writer answers what needs no room")
    try await makeRoom()
    let tuple = TupleKey.checksum("late" + String(repeating: "x", count: 30_000))
    let next = try await store.count(tuple)
    #expect(next.text == "\((Int(greatest) ?? 0) + 1)")
    store.close()
    let rows = try ForeignProcess(path).rows()
    #expect(rows == stored + [Row(tuple: tuple, value: next.text)])
    #expect(try ForeignProcess(path).feed().map(\.row) == rows)
  }
}

@Suite("A full disk", .ownThreads)
struct DiskFullTests {
  @Test("allocations are refused, known tuples are answered, and it goes on once there is room: SQLite's own limit")
  func pageLimit() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("pr.sqlite3")
    let opened = try DatabaseOpening(StoreOptions(path: path, durability: .normal), in: .system).open()
    try #require(opened.writer).execute("PRAGMA max_page_count = 60")
    let store = Store(try SQLiteEngine(opened, in: .system))
    try await FullDiskCheck(store: store, path: path).run {
      try await store.write { context throws(StoreError) in
        try context.reader.sqlite.connection.execute("PRAGMA max_page_count = 100000")
      }
    }
  }

  @Test(
    "allocations are refused, known tuples are answered, and it goes on once there is room: a small disk",
    .enabled(if: SmallDisk.isPossible, "needs to mount"), arguments: Durability.allCases)
  func smallDisk(durability: Durability) async throws {
    let disk = try SmallDisk(kilobytes: 1024)
    let ballast = disk.file("ballast")
    try Data(repeating: 1, count: 300_000).write(to: URL(fileURLWithPath: ballast))
    let path = disk.file("pr.sqlite3")
    let store = try Store.writable(path, durability: durability)
    try await FullDiskCheck(store: store, path: path).run { try FileManager.default.removeItem(atPath: ballast) }
  }

  @Test("a database that finds no room to be made says so", .enabled(if: SmallDisk.isPossible, "needs to mount"))
  func opening() throws {
    let disk = try SmallDisk(kilobytes: 64)
    try Data(repeating: 1, count: 60_000).write(to: URL(fileURLWithPath: disk.file("ballast")))
    let path = disk.file("pr.sqlite3")
    #expect(throws: StoreError.diskFull(path: path)) { try Store.writable(path) }
  }

  @Test("a backup that finds no room says so and leaves nothing", .enabled(if: SmallDisk.isPossible, "needs to mount"))
  func backup() async throws {
    let (folder, disk) = (try TemporaryFolder(), try SmallDisk(kilobytes: 64))
    let source = folder.file("pr.sqlite3")
    try await Store.writable(source).record((0..<2000).map { .busybox("checksum-\($0)", "\($0)") })
    let target = disk.file("copy.sqlite3")
    #expect(throws: StoreError.diskFull(path: target)) { try Backup(of: source, to: target).run(replaces: false) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
  }
}
