// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import Synchronization
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// A store uses no thread, clock or random number but those that it is given.
@Suite("A store in virtual time", .ownThreads)
struct VirtualTimeTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  private func open(_ time: VirtualTime, _ path: String? = nil) throws -> Store {
    try Store.open(StoreOptions(path: path ?? self.path, durability: .normal), in: time.environment).store
  }

  private func serialOfMark() -> Int64? {
    guard case .mark(let mark) = MarkFile(of: path, in: .system).read() else { return nil }
    return mark.last.serial
  }

  @Test("answers nothing before its queues are run, and then everything", arguments: Seed.several(4))
  func queues(seed: Seed) throws {
    let time = VirtualTime(seed)
    let store = try open(time)
    let answers = Mutex<[String]>([])
    for number in 0..<20 {
      store.write { context throws(StoreError) in
        try context.count(.checksum("c\(number)"))
      } done: { outcome in
        answers.withLock { $0.append((try? outcome.get().text) ?? "none") }
      }
    }
    store.read { reader throws(StoreError) in
      try reader.greatest(of: .busybox)
    } done: { outcome in
      answers.withLock { $0.append("read") }
    }
    #expect(answers.withLock { $0 } == [])
    time.run()
    #expect(answers.withLock { $0 }.filter { $0 != "read" } == (0..<20).map(String.init))
    #expect(answers.withLock { $0.count } == 21)
  }

  @Test("writes its mark and empties its log when the time has come, and not before")
  func timers() throws {
    let time = VirtualTime(Seed(1))
    let store = try open(time)
    store.write { context throws(StoreError) in
      try context.count(.checksum("a"))
    } done: { _ in
    }
    time.run()
    #expect(serialOfMark() != 1)
    time.pass(.milliseconds(699))
    #expect(serialOfMark() != 1)
    time.pass(.milliseconds(1))
    #expect(serialOfMark() == 1)
    time.pass(.seconds(5))
    let copy = folder.file("copy.sqlite3")
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    #expect(try ForeignProcess(copy).rows().count == 1, "the file alone has the row")
  }

  @Test("polls for the rows of another process while a client waits")
  func externalChanges() throws {
    let time = VirtualTime(Seed(1))
    let store = try open(time)
    let isWoken = Mutex(false)
    store.engine.watchOtherProcesses()
    time.run()
    _ = store.engine.watch.wait { isWoken.withLock { $0 = true } }
    try ForeignProcess(path).insert([.busybox("a", "1")])
    time.pass(.milliseconds(249))
    #expect(!isWoken.withLock { $0 })
    time.pass(.milliseconds(1))
    #expect(isWoken.withLock { $0 })
  }

  @Test("waits for a lock as long as it may, by the clock that it is given")
  func timeout() throws {
    let time = VirtualTime(Seed(1))
    let other = try ForeignProcess.bitbake(path)
    let store = try open(time)
    try other.run("BEGIN IMMEDIATE")
    defer { try? other.run("ROLLBACK") }
    let failure = Mutex<StoreError?>(nil)
    store.write { context throws(StoreError) in
      try context.count(.checksum("a"))
    } done: { outcome in
      if case .failure(let error) = outcome { failure.withLock { $0 = error } }
    }
    // The clock stands still: an hour passes only after the decision was queued.
    time.advance(.seconds(3600))
    time.run()
    guard case .locked(path, 20)? = failure.withLock({ $0 }) else {
      Issue.record("\(String(describing: failure.withLock { $0 }))")
      return
    }
  }

  @Test("gets another identity from other numbers, and the same from the same")
  func identity() throws {
    let names = try [1, 1, 2].enumerated().map { index, seed in
      try open(VirtualTime(Seed(UInt64(seed))), folder.file("\(index).sqlite3")).identity
    }
    #expect(names[0] == names[1] && names[0] != names[2])
    #expect(names[0]?.wholeMatch(of: #/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/#) != nil)
  }
}
