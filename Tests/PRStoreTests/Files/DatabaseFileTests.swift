// SPDX-License-Identifier: Apache-2.0
import TestDisk
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("What is told of a database before it is opened", .ownThreads)
struct DatabaseFileTests {
  private let disk = SimulatedDisk(Seed(1))
  private let path = "/disk/pr.sqlite3"
  private var file: DatabaseFile { DatabaseFile(path, on: disk) }

  init() { disk.makeFolder("/disk") }

  private func failure(forWriting: Bool) -> StoreError? {
    do throws(StoreError) {
      try file.check(forWriting: forWriting)
      return nil
    } catch {
      return error
    }
  }

  /// The header of a database with some pages of 4096 bytes.
  private func header(pages: UInt8) -> [UInt8] {
    var header = [UInt8]("SQLite format 3\0".utf8) + [UInt8](repeating: 0, count: 84)
    header[16] = 0x10
    header[31] = pages
    return header
  }

  @Test("one that is not there can be made where its folder is, and not be read")
  func missing() throws {
    #expect(failure(forWriting: false) == .missing(path: path))
    #expect(failure(forWriting: true) == nil)
    #expect(try DatabaseFile("/no/pr.sqlite3", on: disk).identity() == nil)
    #expect(throws: StoreError.missingFolder(path: "/no/pr.sqlite3")) {
      try DatabaseFile("/no/pr.sqlite3", on: disk).check(forWriting: true)
    }
    #expect(throws: StoreError.folder(path: "/disk")) { try DatabaseFile("/disk", on: disk).check(forWriting: false) }
  }

  @Test("one that may be read and not written is opened for reading")
  func permissions() {
    disk.put(header(pages: 0), at: path, mode: 0o444)
    #expect(failure(forWriting: true) == .permission(path: path))
    #expect(failure(forWriting: false) == nil)
    disk.put(header(pages: 0), at: path, mode: 0)
    #expect(failure(forWriting: false) == .permission(path: path))
  }

  @Test("one that is no database or ends too early is refused, unless its log has the rest")
  func header() throws {
    disk.put([], at: path)
    #expect(failure(forWriting: true) == nil, "an empty file is a new one")
    disk.put([UInt8]("a text".utf8), at: path)
    #expect(failure(forWriting: true) == .notADatabase(path: path))
    disk.put(Array(header(pages: 2).prefix(50)), at: path)
    #expect(failure(forWriting: true) == .damaged(path: path, detail: "its header is cut short"))
    let rest = [UInt8](repeating: 0, count: 2 * 4096 - 100)
    disk.put(header(pages: 2) + rest.dropLast(), at: path)
    #expect(
      failure(forWriting: true)
        == .damaged(path: path, detail: "2 pages are promised and the file ends before the last"))
    disk.put([1], at: path + "-wal")
    #expect(failure(forWriting: true) == nil && file.logSize == 1)
    #expect(try file.hasLog())
    disk.put([], at: path + "-wal")
    for torn in [header(pages: 2), Array(header(pages: 2).prefix(50)), [0, 0]] {
      disk.put(torn, at: path)
      disk.put([1], at: path + "-journal")
      #expect(failure(forWriting: true) == nil, "SQLite rolls back what a power loss has left of the first transaction")
      disk.put([], at: path + "-journal")
      #expect(failure(forWriting: true) != nil)
    }
    disk.put(header(pages: 2) + rest, at: path)
    #expect(failure(forWriting: true) == nil && file.size == 2 * 4096)
    #expect(try !file.hasLog())
    #expect(disk.openCount == 0)
  }

  /// Neither that it is damaged, nor that it is not there or may not be opened.
  @Test("what fails meanwhile is said to fail, and nothing else", arguments: 1...8, [1, 2])
  func failingDisk(call: Int, pages: UInt8) throws {
    disk.put(header(pages: pages) + [UInt8](repeating: 0, count: 4096 - 100), at: path)
    disk.put([1], at: path + "-wal")
    disk.fail(call, with: .failing)
    if let failure = failure(forWriting: false) {
      guard case .engine(path, let detail) = failure, detail.contains("see the kernel's log") else { throw failure }
    }
    #expect(disk.openCount == 0)
  }

  @Test("a system that does not tell whether it is there has not said that it is not")
  func untold() {
    for look in [{ _ = try file.exists() }, { _ = try file.hasLog() }, { _ = try file.identity() }] {
      disk.fail(1, with: .failing)
      #expect(throws: StoreError.self) { try look() }
    }
  }

  @Test("the room that its disk has left is that of its folder")
  func room() {
    disk.setFreeSpace(4711)
    #expect(file.freeSpace == 4711)
    disk.fail(1, with: .failing)
    #expect(file.freeSpace == 0)
  }
}
