// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import Synchronization
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("A database that is recovered", .ownThreads)
struct RecoveryTests {
  private let folder: TemporaryFolder
  private let path: String
  private let follower: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    follower = folder.file("follower.sqlite3")
  }

  private func rows(_ numbers: Range<Int>) -> [Row] { numbers.map { .busybox("c\($0)", "\($0)") } }

  private func open() throws -> (store: Store, report: OpeningReport) {
    try Store.open(StoreOptions(path: path))
  }

  /// Six rows, all copied by a follower, of which the database has the first three.
  private func lose() async throws {
    let store = try open().store
    try await store.record(rows(0..<3))
    try Backup(of: path, to: folder.file("backup.sqlite3")).run(replaces: true)
    try await store.record(rows(3..<6))
    let site = try Store.writable(follower)
    try await site.record([.busybox("own", "5.0")])
    try await site.follow(store)
    site.close()
    store.close()
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    try FileManager.default.moveItem(atPath: folder.file("backup.sqlite3"), toPath: path)
  }

  private func putBack(_ recovery: Recovery, from source: String) async throws -> Restoration.Summary {
    let sum = Mutex(Restoration.Summary())
    try await FollowerFile(source, of: recovery.sought).readRows { rows in
      let next = try await Restoration(of: recovery.store).putBack(
        rows, areOfFeed: true, milliseconds: 1, into: sum.withLock { $0 })
      sum.withLock { $0 = next }
    }
    return sum.withLock { $0 }
  }

  @Test("gets its rows back from a follower's copy, and numbers on behind them")
  func fromFollower() async throws {
    try await lose()
    let recovery = try Recovery(of: path)
    #expect(recovery.loss == .behind(mark: 6, file: 3))
    let summary = try await putBack(recovery, from: follower)
    #expect(summary.added == 3 && summary.known == 3 && summary.conflicts.isEmpty)
    #expect(try recovery.finish(acknowledges: false) == nil)
    let (store, report) = try open()
    #expect(report.loss == nil)
    #expect(try await store.export(RowFilter(history: .kept)) == rows(0..<6))
    #expect(try await store.count(.checksum("new")).text == "6")
    store.close()
    #expect(try Audit(path: path).run().isClean)
  }

  @Test("a server that waits goes on once the rows are back, without a restart")
  func whileServed() async throws {
    try await lose()
    let held = try open().store
    await #expect(throws: StoreError.self) { try await held.count(.checksum("new")) }
    let recovery = try Recovery(of: path)
    _ = try await putBack(recovery, from: follower)
    #expect(try recovery.finish(acknowledges: false) == nil)
    #expect(try await held.count(.checksum("new")).text == "6")
    #expect(held.troubles.isEmpty)
    held.close()
    #expect(try open().report.loss == nil)
  }

  @Test("a server that waits goes on once the loss is acknowledged")
  func acknowledgedWhileServed() async throws {
    try await lose()
    let held = try open().store
    for _ in 0..<2 { await #expect(throws: StoreError.self) { try await held.count(.checksum("new")) } }
    #expect(try Recovery(of: path).finish(acknowledges: true) == nil)
    #expect(try await held.count(.checksum("new")).text == "3")
    held.close()
    #expect(try open().report.loss == nil)
  }

  @Test("a loss that is acknowledged is one no more")
  func acknowledged() async throws {
    try await lose()
    #expect(try Recovery(of: path).finish(acknowledges: false) == .behind(mark: 6, file: 3))
    #expect(try open().report.isHeld)
    #expect(try Recovery(of: path).finish(acknowledges: true) == nil)
    let (store, report) = try open()
    #expect(report.loss == nil)
    #expect(try await store.count(.checksum("new")).text == "3")
  }

  @Test("a value that belongs to another checksum by now is left out and told")
  func conflict() async throws {
    try await lose()
    try ForeignProcess(path).insert([.busybox("other", "4")])
    let summary = try await putBack(try Recovery(of: path), from: follower)
    #expect(summary.added == 2)
    #expect(summary.conflicts == [Restoration.Conflict(row: .busybox("c4", "4"), holder: "other")])
  }

  @Test("rows that have vanished from a follower's copy are put back as well")
  func vanished() async throws {
    try await lose()
    try ForeignProcess(follower).run("UPDATE headwater_feed SET origin = 'vanished' WHERE value IN ('4', '5')")
    #expect(try await putBack(try Recovery(of: path), from: follower).added == 3)
  }

  @Test("a database that has followed another store, or none, is refused")
  func stranger() async throws {
    try await lose()
    let other = folder.file("other.sqlite3")
    try Store.writable(other).close()
    let recovery = try Recovery(of: path)
    await #expect(throws: StoreError.self) { try await FollowerFile(other, of: recovery.sought).readRows { _ in } }
  }

  @Test("one that was made anew gets the rows of the store that its mark is of", arguments: ["follower", "backup"])
  func madeAnew(source: String) async throws {
    try await lose()
    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    try FileManager.default.moveItem(atPath: path, toPath: folder.file("backup.sqlite3"))
    try open().store.close()
    let recovery = try Recovery(of: path)
    let summary = try await putBack(recovery, from: folder.file("\(source).sqlite3"))
    #expect(summary.added == (source == "follower" ? 6 : 3) && summary.others == 0)
    guard case .otherStore(let marked, let own)? = try recovery.finish(acknowledges: false) else {
      Issue.record("the mark is of another store")
      return
    }
    let other = folder.file("other.sqlite3")
    try Store.writable(other).close()
    let sought = try Recovery(of: path).sought
    await #expect(throws: StoreError.self) { try await FollowerFile(other, of: sought).readRows { _ in } }
    // A follower of the new database has the rows of the old one among those that have vanished.
    try ForeignProcess(follower).run(
      """
      UPDATE headwater_feed SET origin = 'vanished' WHERE value IN ('4', '5');
      UPDATE headwater_store SET value = replace(value, '\(marked)', '\(own)')
      """)
    #expect(try await putBack(try Recovery(of: path), from: follower).known == (source == "follower" ? 6 : 3))
  }

  @Test("rows of a running node are told apart by the level of their values")
  func levels() async throws {
    try await lose()
    let recovery = try Recovery(of: path)
    let found = [Row.busybox("c3", "3"), .busybox("own", "5.0"), .busybox("c5", "5"), .busybox("x", "no")]
    let summary = try await Restoration(of: recovery.store).putBack(
      found, areOfFeed: false, milliseconds: 1, into: Restoration.Summary())
    #expect(summary.added == 2 && summary.others == 2)
  }

  @Test("floors come back from a follower, and none is lowered")
  func floors() async throws {
    let provenance = FloorProvenance(.operator, source: nil, setter: nil, milliseconds: 1)
    func raise(_ values: [String], in store: Store) async throws {
      _ = try await store.write { context throws(StoreError) in
        try values.map { value throws(StoreError) in
          try context.raise(Floor(package: .busybox, value: revision(value)), provenance)
        }
      }
    }
    let follower = folder.file("follower.sqlite3")
    let other = try Store.writable(follower)
    try await raise(["2", "5"], in: other)
    other.close()
    let store = try open().store
    try await raise(["4"], in: store)
    store.close()
    let recovery = try Recovery(of: path)
    let news = Mutex(0)
    try await FollowerFile(follower, of: recovery.sought).readFloors { floors in
      let some = try await Restoration(of: recovery.store).putBack(floors, source: follower, milliseconds: 2)
      news.withLock { $0 += some }
    }
    _ = try recovery.finish(acknowledges: false)
    #expect(news.withLock(\.self) == 1)
    let next = try open().store
    let floor = try await next.read { reader throws(StoreError) in try reader.lastFloor() }
    #expect(floor?.floor.value == revision("5") && floor?.provenance.source == follower)
  }

  @Test("heads are computed anew from the rows")
  func heads() async throws {
    let store = try open().store
    try await store.record(rows(0..<8))
    _ = try await store.write { context throws(StoreError) in
      try context.copy([.busybox("u", "70")], milliseconds: 1)
      try context.learn(bound: revision("80"), of: .busybox)
    }
    store.close()
    try ForeignProcess(path).run(
      "UPDATE headwater_head SET greatest = '3'; UPDATE headwater_copy_head SET greatest = '3'")
    #expect(throws: StoreError.self) { try open() }
    let recovery = try Recovery(of: path)
    try await recovery.rebuildHeads()
    _ = try recovery.finish(acknowledges: false)
    #expect(try Audit(path: path).run().isClean)
    let next = try open().store
    #expect(try await next.greatest(.busybox) == "7")
    #expect(try await next.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text } == "80")
  }
}
