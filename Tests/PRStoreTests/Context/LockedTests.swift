// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("A database that another process keeps locked", .ownThreads, .untilHung)
struct LockedTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  @Test("a write is refused once the time is up that it was given, reads go on, and later writes work")
  func refused() async throws {
    let store = try Store.writable(path, timeout: .milliseconds(300))
    try await store.record([.busybox("a", "0")])
    let other = try ForeignProcess(path)
    try other.lock()
    let start = ContinuousClock.now
    await #expect(throws: StoreError.locked(path: path, seconds: 0)) { try await store.count(.checksum("b")) }
    let waited = start.duration(to: .now)
    #expect(waited >= .milliseconds(299))
    #expect(try await store.greatest(.busybox) == "0")
    try other.insert([.busybox("x", "1")])
    try other.unlock()
    #expect(try await store.count(.checksum("b")).text == "2")
    #expect(try other.rows().map(\.tuple.checksum) == ["a", "x", "b"])
  }

  @Test("every one of many waiting writes is refused, and none is stored")
  func manyRefused() async throws {
    let store = try Store.writable(path, timeout: .milliseconds(200))
    let other = try ForeignProcess(path)
    try other.lock()
    let log = OutcomeLog(store)
    for number in 0..<700 {
      log.submit("\(number)") { context throws(StoreError) in
        Int(try context.count(.checksum("\(number)")).components[0])
      }
    }
    let outcomes = await log.close()
    #expect(outcomes.count == 700 && outcomes.allSatisfy { $0.result == .failure(.locked(path: path, seconds: 0)) })
    try other.unlock()
    #expect(try other.rows().isEmpty)
  }

  @Test("writes wait, and succeed when the lock is let go in time")
  func waits() async throws {
    let store = try Store.writable(path, timeout: .seconds(600))
    let other = try ForeignProcess(path)
    try other.lock()
    // The lock's length is what is tested: longer than one of SQLite's own waits.
    let unlocked = Timer.after(.milliseconds(350)) { try other.unlock() }
    let log = OutcomeLog(store)
    for number in 0..<600 {
      log.submit("\(number)") { context throws(StoreError) in
        Int(try context.count(.checksum("\(number)")).components[0])
      }
    }
    let outcomes = await log.close()
    try await unlocked.value
    #expect(outcomes.map(\.result) == (0..<600).map { .success($0) })
  }

  @Test("one that came while others waited has its own time")
  func ownTime() async throws {
    let store = try Store.writable(path, timeout: .milliseconds(300))
    let other = try ForeignProcess(path)
    try other.lock()
    let path = path
    @Sendable func refusal(of checksum: String) async -> Duration {
      let start = ContinuousClock.now
      await #expect(throws: StoreError.locked(path: path, seconds: 0)) { try await store.count(.checksum(checksum)) }
      return start.duration(to: .now)
    }
    async let early = refusal(of: "early")
    try await Timer.after(.milliseconds(150)) {}.value
    let late = await refusal(of: "late")
    // One that shares the time of the early one is refused after half of its own.
    #expect(late >= .milliseconds(299))
    #expect(await early >= .milliseconds(299))
    try other.unlock()
  }

  @Test("opening waits for a lock that is let go in time", arguments: ["wal", "delete"], [false, true])
  func opening(mode: String, readOnly: Bool) async throws {
    let other = try ForeignProcess.bitbake(path, [.busybox("a", "3")])
    try other.run("PRAGMA journal_mode = \(mode)")
    try other.run("BEGIN EXCLUSIVE")
    let unlocked = Timer.after(.milliseconds(350)) { try other.unlock() }
    let store = try Store.open(StoreOptions(path: path, readOnly: readOnly, lockTimeout: .seconds(600))).store
    try await unlocked.value
    #expect(try await store.greatest(.busybox) == "3")
  }
}

/// Something that happens at its time: the length of a lock that is tested. Nothing depends on what it takes besides.
enum Timer {
  static func after(_ delay: DispatchTimeInterval, _ body: @escaping @Sendable () throws -> Void) -> Task<
    Void, any Error
  > {
    let (stream, continuation) = AsyncThrowingStream<Void, any Error>.makeStream()
    // A lower bound: the test goes on once the body has run, however late that is.
    DispatchQueue.global().asyncAfter(deadline: .now() + delay) {
      do {
        try body()
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    return Task { for try await _ in stream {} }
  }
}
