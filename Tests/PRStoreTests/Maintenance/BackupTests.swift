// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import PRStoreSQLite
import Synchronization
import TestStore
import TestThreads
import Testing

@Suite("Backing a database up", .ownThreads)
struct BackupTests {
  private let folder: TemporaryFolder
  private let path: String
  private let target: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    target = folder.file("copy.sqlite3")
  }

  @Test("the copy is the same store with the same rows, and progress ends at 1")
  func copies() async throws {
    let store = try Store.writable(path)
    let rows = (0..<3000).map { Row.busybox("checksum-\($0)", "\($0)") }
    try await store.record(rows)
    let told = Mutex<[Double]>([])
    try Backup(of: path, to: target).run(replaces: false) { share in told.withLock { $0.append(share) } }
    #expect(told.withLock(\.last) == 1 && told.withLock { $0 == $0.sorted() })
    let copy = try Store.writable(target)
    #expect(copy.identity == store.identity)
    #expect(try ForeignProcess(target).rows() == rows)
    #expect(try await copy.count(.checksum("new")).text == "3000")
    #expect(try await store.greatest(.busybox) == "2999", "the copy is another file")
  }

  @Test("while others write, the copy holds every row from before it began, and is whole")
  func whileWriting() async throws {
    let store = try Store.writable(path)
    try await store.record((0..<20_000).map { .busybox("before-\($0)-" + String(repeating: "x", count: 60), "\($0)") })
    let (path, target) = (path, target)
    let traffic = Traffic()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<3 {
        group.addTask {
          var turn = 0
          while !traffic.isOver.withLock(\.self) {
            try await store.record([
              Row(tuple: TupleKey("pair-\(writer)-\(turn)", "all", "a"), value: "0"),
              Row(tuple: TupleKey("pair-\(writer)-\(turn)", "all", "b"), value: "1"),
            ])
            traffic.writes.withLock { $0 += 1 }
            turn += 1
          }
        }
      }
      group.addTask {
        defer { traffic.isOver.withLock { $0 = true } }
        try Backup(of: path, to: target).run(replaces: false)
      }
      try await group.waitForAll()
    }
    let copy = try ForeignProcess(target)
    #expect(try copy.ask("PRAGMA integrity_check") == [["ok"]])
    #expect(try copy.ask("SELECT count(*) FROM PRMAIN WHERE checksum LIKE 'before-%'") == [["20000"]])
    #expect(
      try copy.ask("SELECT version FROM PRMAIN WHERE checksum IN ('a', 'b') GROUP BY version HAVING count(*) <> 2")
        .isEmpty)
    #expect(try copy.feed().map(\.row) == copy.rows())
    #expect(traffic.writes.withLock(\.self) > 0)
    #expect(try folder.names.allSatisfy { !$0.hasPrefix("copy.sqlite3.partial") })
  }

  @Test("what is written between two steps of the copy is not in it, and does not make it begin again")
  func oneMoment() async throws {
    try await Store.writable(path).record((0..<20_000).map { .busybox("a long enough checksum-\($0)", "\($0)") })
    let other = try ForeignProcess(path)
    let told = Mutex<[Double]>([])
    try Backup(of: path, to: target).run(replaces: false) { share in
      let step = told.withLock {
        $0.append(share)
        return $0.count
      }
      // At most a few steps of 4 MiB are needed; more would be those of a copy that never ends.
      guard step < 20 else { return }
      #expect(throws: Never.self) { try other.insert([.busybox("between-\(step)", "\(20_000 + step)")]) }
    }
    let steps = told.withLock(\.self)
    #expect(steps.count > 1 && steps == steps.sorted() && Set(steps).count == steps.count, "\(steps)")
    #expect(try ForeignProcess(target).rows().count == 20_000)
    #expect(try other.rows().count == 20_000 + steps.count)
  }

  @Test("a file that is there is replaced only when that was said")
  func refuses() async throws {
    try await Store.writable(path).record([.busybox("a", "7")])
    _ = try folder.write(Data("mine".utf8), to: "copy.sqlite3")
    let backup = Backup(of: path, to: target)
    #expect {
      try backup.run(replaces: false)
    } throws: { error in
      "\(error)".contains(target) && "\(error)".contains("--force")
    }
    #expect(try contents(of: target) == Data("mine".utf8))
    try backup.run(replaces: true)
    #expect(try await Store.readOnly(target).greatest(.busybox) == "7")
  }

  @Test("a database is never replaced by its own copy", arguments: [false, true])
  func ontoItself(replaces: Bool) async throws {
    try await Store.writable(path).record([.busybox("a", "7")])
    let file = try contents(of: path)
    #expect(throws: StoreError.self) { try Backup(of: path, to: folder.path + "/./pr.sqlite3").run(replaces: replaces) }
    #expect(try contents(of: path) == file)
  }

  @Test("a database whose log is beside it is not replaced: its rows would come up in the copy")
  func ontoLiveDatabase() async throws {
    try await Store.writable(path).record([.busybox("a", "7")])
    let live = try Store.writable(target)
    try await live.record([.busybox("b", "9")])
    #expect {
      try Backup(of: path, to: target).run(replaces: true)
    } throws: { error in
      "\(error)".contains(target + "-wal")
    }
    #expect(try await live.greatest(.busybox) == "9")
    #expect(try folder.names.allSatisfy { !$0.hasPrefix("copy.sqlite3.partial") })
  }

  @Test("a failure leaves nothing behind, and says where it was")
  func failures() async throws {
    try await Store.writable(path).record([.busybox("a", "7")])
    let isFolder = folder.file("folder")
    try FileManager.default.createDirectory(atPath: isFolder, withIntermediateDirectories: false)
    for target in [isFolder, folder.file("nowhere/copy.sqlite3")] {
      #expect {
        try Backup(of: path, to: target).run(replaces: true)
      } throws: { error in
        if case StoreError.engine(target, _) = error { true } else { false }
      }
    }
    #expect(throws: StoreError.missing(path: folder.file("none"))) {
      try Backup(of: folder.file("none"), to: target).run(replaces: false)
    }
    let names = try folder.names
    #expect(names.allSatisfy { !$0.hasPrefix("copy") }, "\(names)")
  }

  @Test("a database of BitBake's can be backed up, and what a killed run left is no hindrance")
  func bitbakes() throws {
    _ = try ForeignProcess.bitbake(path, [.busybox("a", "3")])
    _ = try folder.write(Data("half a copy".utf8), to: "copy.sqlite3.partial")
    try Backup(of: path, to: target).run(replaces: false)
    #expect(try ForeignProcess(target).rows() == [.busybox("a", "3")])
    #expect(try !folder.names.contains("copy.sqlite3.partial"))
  }
}

/// Writes that go on while a copy is made: it must neither wait for them nor show them in part.
private final class Traffic: Sendable {
  let isOver = Mutex(false)
  let writes = Mutex(0)
}
