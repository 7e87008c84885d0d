// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("A database that is taken away", .ownThreads)
struct VanishedTests {
  @Test("nothing is stored in a file that was removed, replaced or lost with its folder", arguments: Fate.allCases)
  func refused(fate: Fate) async throws {
    let folder = try TemporaryFolder()
    let inner = folder.file("inner")
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
    let path = inner + "/pr.sqlite3"
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "0")])
    try fate.meet(path, in: inner)
    await #expect(throws: StoreError.vanished(path: path)) { try await store.count(.checksum("b")) }
    #expect(try await store.value(.checksum("a")) == "0", "what is known is still answered")
    store.close()
  }

  @Test("a file that is moved away and back is written again, and its rows are there")
  func returns() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("pr.sqlite3")
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "0")])
    try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
    await #expect(throws: StoreError.vanished(path: path)) { try await store.count(.checksum("b")) }
    try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
    #expect(try await store.count(.checksum("b")).text == "1")
    store.close()
    #expect(try ForeignProcess(path).rows().map(\.value) == ["0", "1"])
  }

  @Test("nothing is stored when the log or its index was removed, replaced or cut short", arguments: LogFate.allCases)
  func log(fate: LogFate) async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("pr.sqlite3")
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "0")])
    try fate.meet(path)
    await #expect(throws: StoreError.brokenLog(path: path)) { try await store.count(.checksum("b")) }
    guard fate.keepsRows else {
      store.close()
      // As the next process finds them, which has no index: the pages up to the last whole commit, and none of others.
      let copy = folder.file("next.sqlite3")
      for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix) }
      #expect(try ForeignProcess(copy).ask("PRAGMA integrity_check") == [["ok"]])
      return
    }
    #expect(try await store.value(.checksum("a")) == "0", "what is known is still answered")
    store.close()
    #expect(try ForeignProcess(path).rows().map(\.value) == ["0"])
  }

  @Test("a log that another process empties is none that was cut short")
  func emptied() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("pr.sqlite3")
    let store = try Store.writable(path)
    let other = try ForeignProcess(path)
    for number in 0..<5 {
      #expect(try await store.count(.checksum("c\(number)")).text == "\(number)")
      _ = try other.ask("PRAGMA wal_checkpoint(TRUNCATE)")
    }
    store.close()
    #expect(try other.rows().count == 5)
  }

  enum LogFate: CaseIterable {
    case removed, withoutIndex, withoutBoth, replaced, cut, emptied

    /// All rows can be brought to the database all the same.
    var keepsRows: Bool { self == .removed || self == .withoutBoth || self == .withoutIndex }

    func meet(_ path: String) throws {
      let (files, log) = (FileManager.default, path + "-wal")
      if self == .removed || self == .withoutBoth { try files.removeItem(atPath: log) }
      if self == .withoutIndex || self == .withoutBoth { try files.removeItem(atPath: path + "-shm") }
      switch self {
      case .removed, .withoutIndex, .withoutBoth: break
      case .replaced:
        try files.copyItem(atPath: log, toPath: log + ".new")
        try files.removeItem(atPath: log)
        try files.moveItem(atPath: log + ".new", toPath: log)
      case .cut: truncate(log, 32 + 24 + 4096)
      case .emptied: truncate(log, 0)
      }
    }
  }

  enum Fate: CaseIterable {
    case removed
    case replaced
    case lostWithItsFolder

    func meet(_ path: String, in folder: String) throws {
      let files = FileManager.default
      switch self {
      case .removed: try files.removeItem(atPath: path)
      case .replaced:
        try files.copyItem(atPath: path, toPath: path + ".other")
        try files.removeItem(atPath: path)
        try files.moveItem(atPath: path + ".other", toPath: path)
      case .lostWithItsFolder: try files.removeItem(atPath: folder)
      }
    }
  }
}
