// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("The log of a store that is written to", .ownThreads)
struct CheckpointerTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store
  private let time = HeldTime()

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    var options = StoreOptions(path: path, durability: .normal)
    options.logPages = 16
    store = try Store.open(options, in: time.environment).store
  }

  /// In bytes of the log: 40 pages, for three tables and what divides in them.
  private static let largestTransaction = 40 * 4200

  private func rows(_ numbers: Range<Int>) -> [Row] {
    numbers.map { Row.busybox("checksum-\($0)", "\($0)") }
  }

  @Test("it never gets longer than four times its length and one transaction, and no row is lost on the way")
  func bounded() async throws {
    for start in stride(from: 0, to: 4000, by: 20) {
      try await store.record(rows(start..<start + 20))
      #expect(store.figures.logBytes <= 16 * 4 * 4200 + Self.largestTransaction, "after \(start) rows")
    }
    #expect(store.figures.databaseBytes > 4000 * 100, "what left the log is in the database")
    try check(count: 4000)
  }

  @Test("somebody who reads keeps it, and it is shortened for the next rows when they have read")
  func reader() async throws {
    try await store.record(rows(0..<10))
    let reader = try ForeignProcess(path)
    try reader.run("BEGIN")
    #expect(try reader.ask("SELECT count(*) FROM PRMAIN") == [["10"]])
    for start in stride(from: 10, to: 2000, by: 10) { try await store.record(rows(start..<start + 10)) }
    #expect(try reader.ask("SELECT count(*) FROM PRMAIN") == [["10"]], "it sees what it saw")
    let length = store.figures.logBytes
    #expect(length > 16 * 8 * 4096)
    try reader.run("COMMIT")
    for start in stride(from: 2000, to: 4000, by: 10) { try await store.record(rows(start..<start + 10)) }
    #expect(store.figures.logBytes <= length + Self.largestTransaction, "it began anew, and is overwritten")
    try check(count: 4000)
  }

  @Test("another process that is at it is no trouble")
  func foreignCheckpoints() async throws {
    let other = try ForeignProcess(path)
    for start in stride(from: 0, to: 2000, by: 10) {
      try await store.record(rows(start..<start + 10))
      if start % 50 == 0 { try other.run("PRAGMA wal_checkpoint(PASSIVE)") }
      if start % 300 == 0 { try other.run("PRAGMA wal_checkpoint(RESTART)") }
    }
    try check(count: 2000)
  }

  @Test(
    "closed for good, the file alone is the database; closed for another one of the process, the log stays as long as it is"
  )
  func closed() async throws {
    try await store.record(rows(0..<100))
    let length = store.figures.logBytes
    store.close(isLast: false)
    #expect(store.figures.logBytes == length)
    store.close()
    #expect(store.figures.logBytes == 0)
    let copy = folder.file("copy.sqlite3")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    #expect(try ForeignProcess(copy).ask("SELECT count(*) FROM PRMAIN") == [["100"]])
  }

  /// What `cp` makes of the file while the store is open.
  private func copy() throws -> [[String?]] {
    let copy = folder.file("copy.sqlite3")
    try? FileManager.default.removeItem(atPath: copy)
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    return try ForeignProcess(copy).ask("SELECT count(*) FROM PRMAIN")
  }

  @Test("soon after the last commit the file alone is the database")
  func quiet() async throws {
    time.pass()
    try await store.record(rows(0..<3))
    try await store.writerIsIdle()
    time.pass()
    time.pass()
    #expect(try copy() == [["3"]])
    #expect(!time.isAwaited, "a store without news needs no clock")
    try await store.record(rows(3..<5))
    try await store.writerIsIdle()
    #expect(time.isAwaited)
    time.pass()
    time.pass()
    #expect(try copy() == [["5"]])
    // What needs no row commits nothing.
    _ = try await store.facts(.checksum("checksum-1"))
    #expect(!time.isAwaited)
  }

  @Test("what a process that was killed left in the log goes to the file soon after the next opening")
  func leftOver() async throws {
    time.pass()
    try await store.record(rows(0..<3))
    let time = HeldTime()
    let next = try Store.open(StoreOptions(path: path, durability: .normal), in: time.environment).store
    time.pass()
    #expect(try copy() == [["3"]])
    next.close()
  }

  @Test("closing says whether the log was emptied")
  func closing() async throws {
    try await store.record(rows(0..<3))
    let reader = try ForeignProcess(path)
    try reader.run("BEGIN")
    #expect(try reader.rows().count == 3)
    try await store.record(rows(3..<4))
    #expect(!store.close())
    try reader.run("COMMIT")
    #expect(store.close())
    #expect(store.figures.logBytes == 0)
  }

  /// Everything is where another program finds it.
  private func check(count: Int) throws {
    store.close()
    let other = try ForeignProcess(path)
    #expect(try other.ask("PRAGMA integrity_check") == [["ok"]])
    #expect(try other.ask("SELECT count(*), count(DISTINCT value) FROM PRMAIN") == [["\(count)", "\(count)"]])
    #expect(try other.feed().map(\.row) == rows(0..<count))
  }
}
