// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Opening without storing anything", .ownThreads)
struct ReadOnlyTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  @Test("it answers from a database of ours, and leaves every byte as it was")
  func ours() async throws {
    do {
      let store = try Store.writable(path)
      try await store.record([.busybox("a", "9"), .busybox("b", "10")])
      store.close()
    }
    let before = try contents(of: path)
    let (store, report) = try Store.open(StoreOptions(path: path, readOnly: true))
    #expect(store.isReadOnly && store.identity != nil && report == OpeningReport())
    #expect(try await store.greatest(.busybox) == "10")
    #expect(try await store.value(.checksum("a")) == "9")
    #expect(try await store.export(RowFilter(history: .kept)).count == 2)
    await #expect(throws: StoreError.readOnly(path: path)) { try await store.count(.checksum("c")) }
    store.close()
    #expect(try contents(of: path) == before)
  }

  @Test("it answers from a database of BitBake's, without tables of its own")
  func bitbakes() async throws {
    let bitbake = try ForeignProcess.bitbake(path, [.busybox("a", "9"), .busybox("b", "10"), .busybox("c", "10")])
    try bitbake.close()
    let before = try contents(of: path)
    let store = try Store.readOnly(path)
    #expect(store.identity == nil)
    #expect(try await store.greatest(.busybox) == "10")
    #expect(
      try await store.read { reader throws(StoreError) in try reader.architectures() } == [PackageKey.busybox.pkgarch])
    let facts = try await store.read { reader throws(StoreError) in
      try reader.facts(for: .checksum("c"), .kept, upstream: nil)
    }
    #expect(facts == LocalFacts(greatest: revision("10"), standing: .current(revision("10")), least: revision("10")))
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("b")) == nil, "this takes more than one point read to tell")
    try turn.endSnapshot()
    store.close()
    #expect(try contents(of: path) == before)
  }

  @Test("on a file without the table it answers nothing, then sees what another process puts there")
  func withoutTable() async throws {
    let other = try ForeignProcess(path)
    try other.run("PRAGMA journal_mode = WAL")
    try other.run("CREATE TABLE unrelated (x)")
    try other.run("DROP TABLE unrelated")
    let store = try Store.readOnly(path)
    let turn = try store.sqliteEventLoopReader()
    #expect(store.identity == nil)
    #expect(try await store.greatest(.busybox) == nil)
    #expect(try await store.value(.checksum("a")) == nil)
    for history in [History.none, .kept] { #expect(try await store.export(RowFilter(history: history)).isEmpty) }
    #expect(try turn.current(.checksum("a")) == nil)
    try turn.endSnapshot()
    // Asked twice, so that each of the reader threads has had its turn.
    try await Store.writable(path).record([.busybox("a", "4")])
    for _ in 0..<2 {
      #expect(try await store.greatest(.busybox) == "4")
      #expect(try await store.export(RowFilter()) == [.busybox("a", "4")])
    }
    #expect(try turn.current(.checksum("a")) == nil, "it may go on asking for more than a point read")
    #expect(try store.sqliteEventLoopReader().current(.checksum("a")) == "4")
  }

  @Test("rows that stand in the log only are seen, and stay there")
  func log() async throws {
    let bitbake = try ForeignProcess.bitbake(path)
    try bitbake.run("PRAGMA wal_autocheckpoint = 0")
    try bitbake.insert([.busybox("a", "5")])
    let (file, log) = (try contents(of: path), try contents(of: path + "-wal"))
    #expect(!log.isEmpty)
    do {
      let store = try Store.readOnly(path)
      #expect(try await store.greatest(.busybox) == "5")
      store.close()
    }
    #expect(try contents(of: path) == file && contents(of: path + "-wal") == log)
  }

  @Test(
    "rows of BitBake 2.8 and older refuse it, since without them numbers would start again, until they are taken over")
  func oldTables() async throws {
    let bitbake = try ForeignProcess.bitbake(path)
    try bitbake.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 10)])
    let refusal = StoreError.notTakenOver(path: path, table: "PRMAIN_nohist")
    #expect(throws: refusal) { try Store.readOnly(path) }
    #expect(throws: refusal) { try Store.open(StoreOptions(path: path, readOnly: true)) }
    #expect(try Audit(path: path).run().tables.contains("PRMAIN_nohist"), "whoever audits sees it as it is")
    try Store.writable(path).close()
    #expect(try await Store.readOnly(path).greatest(.busybox) == "10")
  }

  @Test("old tables without a row are no reason to refuse")
  func emptyOldTables() throws {
    try ForeignProcess.bitbake(path, [.busybox("a", "1")]).makeOldTable("PRMAIN_hist", [])
    _ = try Store.readOnly(path)
  }

  @Test("an empty file holds no rows")
  func emptyFile() async throws {
    _ = try folder.write(Data(), to: "pr.sqlite3")
    #expect(try await Store.readOnly(path).greatest(.busybox) == nil)
    #expect(try contents(of: path).isEmpty)
  }

  @Test("a newer reader sees rows that are written while it is open")
  func follows() async throws {
    let bitbake = try ForeignProcess.bitbake(path, [.busybox("a", "0")])
    let store = try Store.readOnly(path)
    for number in 1...5 {
      try bitbake.insert([.busybox("c\(number)", "\(number)")])
      #expect(try await store.greatest(.busybox) == "\(number)")
    }
  }
}

@Suite(
  "Opening on a medium that cannot be written", .ownThreads, .serialized,
  .enabled(if: SmallDisk.isPossible, "needs to mount"))
struct ReadOnlyMediumTests {
  private let disk: SmallDisk
  private let path: String

  init() throws {
    disk = try SmallDisk(kilobytes: 4096)
    path = disk.file("pr.sqlite3")
  }

  @Test("a closed database is read as it stands")
  func closed() async throws {
    let bitbake = try ForeignProcess.bitbake(path, [.busybox("a", "9"), .busybox("b", "10")])
    try bitbake.close()
    try disk.becomeReadOnly()
    let (store, report) = try Store.open(StoreOptions(path: path, readOnly: true))
    #expect(report.isImmutable)
    #expect(try await store.greatest(.busybox) == "10")
    #expect(try await store.export(RowFilter(history: .kept)).count == 2)
    #expect(try Audit(path: path).run().rows == 2)
  }

  @Test("a database with rows in its log is refused, for they would be missing")
  func unfinishedLog() throws {
    let bitbake = try ForeignProcess.bitbake(disk.file("live.sqlite3"))
    try bitbake.run("PRAGMA wal_autocheckpoint = 0")
    try bitbake.insert([.busybox("a", "5")])
    // As a copy of the files of a process that was killed.
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: disk.file("live.sqlite3") + suffix, toPath: path + suffix)
    }
    try bitbake.close()
    try disk.becomeReadOnly()
    #expect(throws: StoreError.unfinishedLog(path: path)) { try Store.readOnly(path) }
  }

  @Test("it cannot be opened for writing, nor a new one made")
  func writing() throws {
    try ForeignProcess.bitbake(path, [.busybox("a", "9")]).close()
    try disk.becomeReadOnly()
    #expect(throws: StoreError.permission(path: path)) { try Store.writable(path) }
    let new = disk.file("new.sqlite3")
    #expect(throws: StoreError.permission(path: new)) { try Store.writable(new) }
  }
}
