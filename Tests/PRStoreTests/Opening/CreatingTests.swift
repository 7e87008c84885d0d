// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Making and reopening a database", .ownThreads)
struct CreatingTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  @Test("a file that is not there is made, and the report says so")
  func creates() throws {
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report == OpeningReport(created: true))
    #expect(store.path == path && !store.isReadOnly)
    #expect(store.identity.flatMap(UUID.init(uuidString:)) != nil)
    let file = try ForeignProcess(path)
    #expect(try file.ask("PRAGMA journal_mode") == [["wal"]])
    #expect(try file.rows().isEmpty && file.feed().isEmpty)
  }

  @Test("a store keeps its identity when it is opened again, and two stores have two")
  func identity() throws {
    let first = try Store.open(StoreOptions(path: path)).store.identity
    let (again, report) = try Store.open(StoreOptions(path: path))
    #expect(first != nil && again.identity == first)
    #expect(report == OpeningReport())
    #expect(try Store.readOnly(path).identity == first)
    #expect(try Store.writable(folder.file("other.sqlite3")).identity != first)
  }

  @Test("an empty file is taken for a new database")
  func emptyFile() async throws {
    _ = try folder.write(Data(), to: "pr.sqlite3")
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report == OpeningReport(created: true))
    try await store.record([.busybox("a", "0")])
    #expect(try await store.greatest(.busybox) == "0")
  }

  @Test("rows are there again after reopening", arguments: Durability.allCases)
  func reopens(durability: Durability) async throws {
    let rows = (0..<50).map { Row.busybox("c\($0)", "\($0)") }
    do {
      let store = try Store.writable(path, durability: durability)
      try await store.record(rows)
      store.close()
    }
    let store = try Store.writable(path, durability: durability)
    #expect(try await store.greatest(.busybox) == "49")
    #expect(try ForeignProcess(path).rows() == rows)
  }

  @Test("the path is made absolute", arguments: ["./", "", "nowhere/../"])
  func absolutePath(prefix: String) throws {
    // Relative paths depend on the working directory, which belongs to all tests: only the file's name is this one's.
    let name = prefix + "headwater-\(UUID().uuidString).sqlite3"
    let file = DatabaseFile(name, on: SystemFiles())
    #expect(file.path.hasPrefix("/") && !file.path.contains("/./") && !file.path.contains(".."))
    #expect((file.path as NSString).deletingLastPathComponent == FileManager.default.currentDirectoryPath)
    #expect {
      _ = try Store.open(StoreOptions(path: name, readOnly: true))
    } throws: { error in
      error as? StoreError == .missing(path: file.path)
    }
  }

  @Test(
    "names that mean something to SQLite or to URLs are only names", arguments: [":memory:", "a?b#c %41&.db", "é 😀"])
  func oddNames(name: String) async throws {
    try await Store.writable(folder.file(name)).record([.busybox("a", "7")])
    #expect(try folder.names.contains(name))
    #expect(try await Store.readOnly(folder.file(name)).greatest(.busybox) == "7")
  }

  @Test(
    "durability is what the writer's connection runs with",
    arguments: [(Durability.full, "2"), (.normal, "1"), (.off, "0")])
  func durability(durability: Durability, synchronous: String) async throws {
    let store = try Store.writable(path, durability: durability)
    let found = try await store.write { context throws(StoreError) in
      try context.reader.sqlite.connection.text("PRAGMA synchronous")
    }
    #expect(found == synchronous)
  }

  @Test("one that opens while another closes waits for it", .untilHung)
  func whileOthersClose() async throws {
    let path = path
    try await Store.writable(path).record([.busybox("a", "7")])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<2 {
        group.addTask {
          // Whoever is the last to close has the file for itself for a moment.
          for round in 0..<150 {
            if number == 0 {
              try await Store.writable(path).record([.busybox("\(round)", "\(round)")])
            } else {
              _ = try await Store.readOnly(path).greatest(.busybox)
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("two that make one file together end up with one store", arguments: 0..<5)
  func together(round: Int) async throws {
    let path = path
    let identities = try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<4 { group.addTask { try Store.writable(path).identity } }
      return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(identities.count == 1 && identities.first != .some(nil))
  }
}
