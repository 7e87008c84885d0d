// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Reading for an event loop", .ownThreads)
struct EventLoopReaderTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.writable(path, guardsValues: false)
  }

  @Test("a tuple with its package's greatest value is answered, in the spelling on record")
  func current() async throws {
    try await store.record([.busybox("a", "9"), .busybox("b", "010"), Row(tuple: TupleKey("", "", ""), value: "3.1")])
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("b")) == "010")
    #expect(try turn.current(TupleKey("", "", "")) == "3.1")
    #expect(try turn.current(TupleKey("e\u{301}", "p", "c")) == nil)
  }

  @Test("every other tuple is not")
  func others() async throws {
    try await store.record([.busybox("a", "9"), .busybox("b", "10")])
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("a")) == nil, "superseded")
    #expect(try turn.current(.checksum("c")) == nil, "unknown")
    #expect(try turn.current(.checksum("")) == nil, "unknown, and empty as a missing holder")
    #expect(try turn.current(TupleKey("none", "p", "b")) == nil, "of an unknown package")
    for name in ["", "B", "b ", "bb"] { #expect(try turn.current(.checksum(name)) == nil) }
  }

  @Test("a package that a foreign process wrote to is for the writer, until the writer has looked")
  func afterForeignRow() async throws {
    try await store.record([.busybox("a", "9")])
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("a")) == "9")
    try turn.endSnapshot()
    try ForeignProcess(path).insert([.busybox("b", "8"), .busybox("", "7")])
    for checksum in ["a", "b", ""] { #expect(try turn.current(.checksum(checksum)) == nil) }
    _ = try await store.facts(.checksum("a"))
    #expect(try turn.current(.checksum("a")) == "9")
  }

  @Test("one holder of a shared value is answered, the other is for the writer")
  func tie() async throws {
    try await store.record([.busybox("a", "9"), .busybox("b", "9")])
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("a")) == "9")
    #expect(try turn.current(.checksum("b")) == nil)
  }

  @Test("what this store commits while a turn is open is seen by the next read of the turn")
  func ownCommit() async throws {
    try await store.record([.busybox("a", "0")])
    let turn = try store.sqliteEventLoopReader()
    #expect(!turn.isSnapshotOpen)
    #expect(try turn.current(.checksum("a")) == "0")
    #expect(turn.isSnapshotOpen)
    try await store.record([.busybox("b", "1")])
    #expect(try turn.current(.checksum("a")) == nil && turn.current(.checksum("b")) == "1")
    try turn.endSnapshot()
    #expect(!turn.isSnapshotOpen)
    #expect(try turn.current(.checksum("b")) == "1")
  }

  @Test("what another process commits while a turn is open is seen by the next read of the turn")
  func foreignCommit() async throws {
    let other = try ForeignProcess(path)
    try await store.record([.busybox("a", "0")])
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("a")) == "0")
    try other.insert([.busybox("c", "2")])
    #expect(try turn.current(.checksum("a")) == nil, "it was superseded")
  }

  @Test("each of many commits is seen, whatever becomes of the log", arguments: [nil, "TRUNCATE", "PASSIVE"])
  func manyCommits(checkpoint: String?) async throws {
    let other = try ForeignProcess(path)
    let turn = try store.sqliteEventLoopReader()
    for round in 0..<200 {
      let (checksum, value) = ("c\(round)", "\(round)")
      try await store.record([.busybox(checksum, value)])
      #expect(try turn.current(.checksum(checksum)) == value)
      // A log is emptied only while no snapshot needs it.
      if checkpoint == "TRUNCATE" { try turn.endSnapshot() }
      if let checkpoint { try other.run("PRAGMA wal_checkpoint(\(checkpoint))") }
      if round.isMultiple(of: 20) {
        // With a row of a foreign process the package is the writer's to decide, once.
        try other.insert([.busybox("f\(round)", "\(round)")])
        #expect(try turn.current(.checksum(checksum)) == nil)
      }
    }
  }

  @Test("reads between which nothing is committed share a snapshot")
  func sharedSnapshot() async throws {
    try await store.record([.busybox("a", "0")])
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("a")) == "0")
    let snapshots = turn.snapshots
    for _ in 0..<100 { #expect(try turn.current(.checksum("a")) == "0") }
    #expect(turn.snapshots == snapshots)
    try await store.record([.busybox("b", "1")])
    for _ in 0..<100 { #expect(try turn.current(.checksum("b")) == "1") }
    #expect(turn.snapshots == snapshots + 1)
  }

  @Test("beginning and ending twice is as good as once")
  func twice() async throws {
    try await store.record([.busybox("a", "0")])
    let turn = try store.sqliteEventLoopReader()
    for _ in 0..<2 { try turn.beginSnapshot() }
    #expect(try turn.current(.checksum("a")) == "0")
    for _ in 0..<2 { try turn.endSnapshot() }
    try turn.beginSnapshot()
    #expect(try turn.current(.checksum("a")) == "0")
  }

  @Test("a turn neither waits for a writer's lock nor holds a writer up")
  func locks() async throws {
    try await store.record([.busybox("a", "0")])
    let other = try ForeignProcess(path)
    try other.lock()
    let turn = try store.sqliteEventLoopReader()
    #expect(try turn.current(.checksum("a")) == "0")
    try other.insert([.busybox("b", "1")])
    try other.unlock()
    #expect(try await store.count(.checksum("c")).text == "2", "while the turn is open")
    #expect(try turn.current(.checksum("c")) == "2")
  }
}
