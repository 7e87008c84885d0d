// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// What SQLite reads of a log after a crash, when a bit of it was flipped.
@Suite("The log of a store that has been quiet", .ownThreads)
struct LogRenewalTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store
  private let time = HeldTime()

  /// Each in a commit of its own, so that the log has the same pages many times.
  private let rows = (0..<40).map { Row.busybox("checksum-\($0)", "\($0)") }

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.open(StoreOptions(path: path, durability: .normal), in: time.environment).store
    time.pass()
  }

  private func record(_ rows: some Sequence<Row>) async throws {
    for row in rows { try await store.record([row]) }
    try await store.writerIsIdle()
  }

  private func becomeQuiet() {
    time.pass()
    time.pass()
  }

  /// What another program finds after a crash: the file and its log as they are now, without the mark.
  private func found(withFlipAt place: Int? = nil) throws -> [Row] {
    let copy = folder.file("crash.sqlite3")
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
    for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix) }
    if let place {
      let log = try FileHandle(forUpdating: URL(fileURLWithPath: copy + "-wal"))
      try log.seek(toOffset: UInt64(clamping: place))
      let byte = try #require(try log.read(upToCount: 1)?.first)
      try log.seek(toOffset: UInt64(clamping: place))
      try log.write(contentsOf: [byte ^ 0x10])
      try log.close()
    }
    let reader = try ForeignProcess(copy)
    #expect(try reader.ask("PRAGMA quick_check") == [["ok"]])
    return try reader.feed().map(\.row)
  }

  /// The header of the log, the headers of its first pages, and places in those pages.
  private func places(_ seed: Seed) -> [Int] {
    var numbers = seed.numbers
    let page = 24 + 4096
    let ends = [0, 5, 16, 24] + (0..<12).map { 32 + $0 * page + 4 }
    return ends + (0..<30).map { _ in Int.random(in: 0..<32 + 80 * page, using: &numbers) }
  }

  @Test("takes no row away, wherever a bit of it is flipped", arguments: Seed.several(2))
  func flips(seed: Seed) async throws {
    try await record(rows)
    becomeQuiet()
    for place in places(seed) {
      #expect(try found(withFlipAt: place) == rows, "a flip in byte \(place); \(seed)")
    }
  }

  @Test("holds one page, is not begun anew again, and the clock stands still")
  func once() async throws {
    try await record(rows)
    becomeQuiet()
    #expect(!time.isAwaited)
    let log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
    let salts = log[16..<24]
    let counted = stride(from: 32, to: log.count - 24, by: 24 + 4096).prefix { log[$0 + 8..<$0 + 16] == salts }
    #expect(counted.count == 1)
    try await record([Row.busybox("later", "40")])
    #expect(time.isAwaited)
    #expect(try found() == rows + [Row.busybox("later", "40")])
    becomeQuiet()
    #expect(!time.isAwaited)
    #expect(try found() == rows + [Row.busybox("later", "40")])
  }

  @Test("is left alone while another process reads, and begun anew when it has read")
  func reader() async throws {
    try await record(rows.prefix(10))
    let reader = try ForeignProcess(path)
    try reader.run("BEGIN")
    #expect(try reader.rows().count == 10)
    try await record(rows.dropFirst(10))
    let salts = try saltsOfLog
    for _ in 0..<5 { time.pass() }
    #expect(try saltsOfLog == salts)
    #expect(time.isAwaited, "it is tried again")
    #expect(try reader.rows().count == 10)
    try reader.run("COMMIT")
    becomeQuiet()
    #expect(try saltsOfLog != salts)
    #expect(!time.isAwaited)
    #expect(try found(withFlipAt: 32 + 4) == rows)
  }

  @Test("what another process commits at that moment is kept, and goes to the file as well")
  func foreignCommit() async throws {
    try await record(rows.prefix(5))
    let other = try ForeignProcess(path)
    for number in 0..<20 {
      try other.insert([Row.busybox("foreign-\(number)", "\(100 + number)")])
      time.pass()
    }
    becomeQuiet()
    #expect(try ForeignProcess(path).rows().count == 25)
    #expect(try other.ask("PRAGMA integrity_check") == [["ok"]])
  }

  @Test("keeps the user version of another program")
  func userVersion() async throws {
    try ForeignProcess(path).run("PRAGMA user_version = 4711")
    try await record(rows.prefix(3))
    becomeQuiet()
    #expect(try ForeignProcess(path).ask("PRAGMA user_version") == [["4711"]])
  }

  private var saltsOfLog: Data {
    get throws { try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))[16..<24] }
  }
}
