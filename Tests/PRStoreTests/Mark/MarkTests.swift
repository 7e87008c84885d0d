// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("A database that lost its tail", .ownThreads)
struct MarkTests {
  private let folder: TemporaryFolder
  private let path: String
  private let time = HeldTime()

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  private func open(_ durability: Durability = .full) throws -> (store: Store, report: OpeningReport) {
    try Store.open(StoreOptions(path: path, durability: durability), in: time.environment)
  }

  private func rows(_ numbers: Range<Int>) -> [Row] { numbers.map { .busybox("c\($0)", "\($0)") } }

  private var mark: MarkFile.Content { MarkFile(of: path, in: .system).read() }

  private func serialOfMark() throws -> Int64 {
    guard case .mark(let mark) = mark else { throw StoreLoss.unreadable }
    return mark.last.serial
  }

  /// Puts the file back to what it was, as a restored backup or a lost log do.
  private func restore(_ body: () async throws -> Void) async throws {
    let backup = folder.file("backup.sqlite3")
    try Backup(of: path, to: backup).run(replaces: true)
    try await body()
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    try FileManager.default.moveItem(atPath: backup, toPath: path)
  }

  @Test("the mark follows the commits, a moment later, and at the end")
  func follows() async throws {
    let (store, report) = try open()
    #expect(report.loss == nil && mark == .nothing)
    time.pass()
    #expect(try serialOfMark() == 0)
    try await store.record(rows(0..<3))
    try await store.writerIsIdle()
    time.pass()
    #expect(try serialOfMark() == 3)
    try await store.record(rows(3..<5))
    #expect(try serialOfMark() == 3, "not in the way of the writer")
    store.close()
    #expect(try serialOfMark() == 5)
    #expect(try open().report.loss == nil)
  }

  @Test("a file that is as long as its feed has become fits, however long that is", arguments: [10, 1024, 5000])
  func fits(count: Int) async throws {
    let store = try open().store
    for start in stride(from: 0, to: count, by: 700) {
      try await store.record(rows(start..<min(start + 700, count)))
      if start % 1400 == 0 { time.pass() }
    }
    store.close()
    #expect(try serialOfMark() == Int64(count))
    let (next, report) = try open()
    #expect(report.loss == nil)
    try await next.record(rows(count..<count + 1))
    next.close()
    #expect(try open().report.loss == nil)
  }

  @Test("one that lies behind its mark numbers nothing, and answers what it has")
  func behind() async throws {
    let store = try open().store
    try await store.record(rows(0..<3))
    try await restore {
      try await store.record(rows(3..<6))
      store.close()
    }
    let (held, report) = try open()
    let loss = StoreLoss.behind(mark: 6, file: 3)
    #expect(report.loss == loss && report.isHeld)
    await #expect(throws: StoreError.lost(path: path, loss)) { try await held.count(.checksum("new")) }
    #expect(try await held.facts(.checksum("c2")).standing == .current(revision("2")))
    #expect(held.troubles.count == 1)
    held.close()
    #expect(try serialOfMark() == 6, "the mark stays")
  }

  @Test("one that went on from a backup is told by its rows")
  func otherRows() async throws {
    let store = try open().store
    try await store.record(rows(0..<3))
    try await restore {
      try await store.record(rows(3..<6))
      store.close()
    }
    try ForeignProcess(path).insert((3..<9).map { Row.busybox("other\($0)", "\($0)") })
    #expect(try open().report.loss == .otherRows(mark: 6))
  }

  @Test("one that was replaced or made anew numbers nothing either")
  func otherStore() async throws {
    let store = try open().store
    try await store.record(rows(0..<3))
    store.close()
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    let (next, report) = try open()
    #expect(report.created && report.isHeld)
    #expect(report.loss == .otherStore(mark: store.identity ?? "", file: next.identity ?? ""))
    await #expect(throws: StoreError.self) { try await next.count(.checksum("new")) }
  }

  @Test("a mark that cannot be read counts as a loss, one that is missing is written")
  func unreadable() throws {
    try open().store.close()
    try Data("x".utf8).write(to: URL(fileURLWithPath: StoreMark.path(of: path)))
    #expect(try open().report.loss == .unreadable)
    try FileManager.default.removeItem(atPath: StoreMark.path(of: path))
    let (store, report) = try open()
    #expect(report.loss == nil)
    time.pass()
    #expect(try serialOfMark() == 0)
    store.close()
  }

  @Test("with durability normal or off it is an alarm, and numbering goes on", arguments: [Durability.normal, .off])
  func lessDurable(durability: Durability) async throws {
    let store = try open(durability).store
    try await store.record(rows(0..<3))
    try await restore {
      try await store.record(rows(3..<6))
      store.close()
    }
    let (next, report) = try open(durability)
    #expect(report.loss == .behind(mark: 6, file: 3) && !report.isHeld)
    #expect(next.troubles.count == 1)
    try await next.record(rows(3..<4))
  }

  @Test("a kill costs nothing that the mark knows")
  func killed() async throws {
    let store = try open().store
    try await store.record(rows(0..<3))
    try await store.writerIsIdle()
    time.pass()
    try await store.record(rows(3..<4))
    // What a killed process leaves: the log is not in the file, and the mark is a moment old.
    #expect(try open().report.loss == nil)
  }

  @Test("a file that no mark can be written for says so")
  func unwritable() async throws {
    let store = try open().store
    try FileManager.default.createDirectory(atPath: StoreMark.path(of: path), withIntermediateDirectories: false)
    try await store.record(rows(0..<1))
    try await store.writerIsIdle()
    time.pass()
    #expect(store.troubles.contains { $0.text.contains("mark") })
    try FileManager.default.removeItem(atPath: StoreMark.path(of: path))
    time.pass()
    #expect(store.troubles.isEmpty)
    #expect(try serialOfMark() == 1)
  }
}
