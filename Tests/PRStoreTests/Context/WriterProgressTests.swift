// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("The progress of the writer", .ownThreads)
struct WriterProgressTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store.writable(folder.file("pr.sqlite3"))
  }

  @Test("a writer is stuck while one transaction goes on, and is not before and after it")
  func stuck() async throws {
    let held = DispatchSemaphore(value: 0)
    let (begun, tell) = AsyncStream.makeStream(of: Void.self)
    try await store.write { _ throws(StoreError) in }
    let idle = try #require(store.writerProgress)
    async let decided: Void = store.write { _ throws(StoreError) in
      tell.yield()
      held.wait()
    }
    for await _ in begun { break }
    let first = try #require(store.writerProgress)
    let second = try #require(store.writerProgress)
    #expect(second.isStuck(since: first))
    #expect(!first.isStuck(since: idle))
    held.signal()
    try await decided
    try await store.write { _ throws(StoreError) in }
    let later = try #require(store.writerProgress)
    #expect(!later.isStuck(since: first))
  }

  @Test("a store that stores nothing has no writer")
  func readOnly() throws {
    #expect(try Store.readOnly(folder.file("pr.sqlite3")).writerProgress == nil)
  }
}
