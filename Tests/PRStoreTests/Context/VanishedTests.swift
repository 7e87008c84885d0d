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
