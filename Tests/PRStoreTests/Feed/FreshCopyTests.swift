// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("A fresh copy", .ownThreads)
struct FreshCopyTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store
  private let old: Store
  private let new: Store

  /// A node with rows of its own that has copied `old`; `new` is what the upstream is from now on.
  init() async throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.writable(path)
    old = try Store.writable(folder.file("old.sqlite3"))
    new = try Store.writable(folder.file("new.sqlite3"))
    try await store.record([.busybox("own", "1.0"), .busybox("both", "2")])
    try await old.record([.busybox("stays", "1"), .busybox("both", "2"), .busybox("goes", "7")])
    try await new.record([.busybox("stays", "1"), .busybox("comes", "3")])
    try await store.follow(old, milliseconds: 100)
  }

  private func position(_ note: StoreMetadata) async throws -> FeedPosition? {
    try await store.read { reader throws(StoreError) in try reader.position(note) }
  }

  private func copyFresh(_ page: FeedPage, from start: FeedPosition?) async throws -> CopyOutcome {
    try await store.copyFresh(page, from: start)
  }

  private func begin() async throws {
    try await store.beginFreshCopy()
  }

  @discardableResult
  private func rebuild(sparingAfter spared: Int64 = .max) async throws -> Int {
    try await begin()
    let page = try await new.page(after: nil)
    #expect(try await copyFresh(page, from: nil) == .applied(news: page.rows.count))
    return try #require(try await store.swapCopies(.atPosition, sparingAfter: spared, milliseconds: 200))
  }

  private func above() async throws -> String? {
    try await store.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text }
  }

  @Test("takes the old one's place whole: what is gone leaves copy, heads and feed, and own rows stay")
  func swap() async throws {
    #expect(try await above() == "7")
    #expect(try await rebuild() == 2)
    #expect(try store.copiedRows(path) == [.busybox("comes", "3"), .busybox("stays", "1")])
    #expect(try await above() == "3")
    #expect(try await store.export(RowFilter(history: .kept)) == [.busybox("both", "2"), .busybox("own", "1.0")])
    let feed: [Row] = [.busybox("own", "1.0"), .busybox("both", "2"), .busybox("stays", "1"), .busybox("comes", "3")]
    #expect(try await store.feed().rows == feed)
    #expect(try await position(.position) == new.feed().positions.last)
    #expect(try await position(.freshPosition) == nil)
    // What is told next finds its place.
    try await new.record([.busybox("later", "8")])
    try await store.follow(new)
    #expect(try await above() == "8")
  }

  @Test("serials never come back, and a row that returns gets a new one")
  func serials() async throws {
    let before = try ForeignProcess(path).feed()
    try await rebuild()
    try await new.record([.busybox("goes", "7")])
    try await store.follow(new)
    let after = try ForeignProcess(path).feed()
    #expect(after.map(\.serial) == Array(1...7))
    #expect(after.prefix(5).map(\.row) == before.map(\.row))
    #expect(after.map(\.origin) == ["imported", "imported", "copied", "vanished", "vanished", "copied", "copied"])
    #expect(after.last?.row == .busybox("goes", "7"))
    // Even where the last row is one that vanished.
    #expect(try await store.feed(limit: 1).positions.last?.serial == 7)
  }

  @Test("digests that another process computed before are computed anew, and who has them is told to begin again")
  func removals() async throws {
    let other = try Store.writable(path)
    let before = try #require(try await other.feed(limit: 1).positions.last)
    #expect(try await store.feed(limit: 1).positions.last == before)
    try await rebuild()
    for reader in [other, store, try Store.readOnly(path)] {
      #expect(try await reader.changes(after: before) == .reset(.digest))
      #expect(try await reader.feed(limit: 1).positions.last == store.feed(limit: 3).positions.last)
    }
    // In front of what vanished nothing has changed.
    let early = try await other.page(after: nil, limit: 3).position
    #expect(try await store.page(after: early).rows == [.busybox("comes", "3")])
  }

  @Test("rows that were told live while it was made are spared where no position tells of them")
  func spared() async throws {
    let told = UpstreamAnswer(greatest: revision("9"), values: [revision("9")], level: 0)
    _ = try await store.write { context throws(StoreError) in
      try context.learn(told, of: .checksum("live"), milliseconds: 50)
    }
    let newest = try await store.read { reader throws(StoreError) in try reader.newestSerial() }
    // The clock was set back since the old rows came: what counts is the order.
    #expect(try await rebuild(sparingAfter: newest - 1) == 2)
    #expect(try store.copiedRows(path).contains(.busybox("live", "9")))
    #expect(try await above() == "9")
    #expect(try await rebuild(sparingAfter: newest) == 1, "the next time it is looked at as any other")
    #expect(try await above() == "3")
    // A value that was told without its checksum is nobody's row: it stays.
    try await store.write { context throws(StoreError) in try context.learn(bound: revision("8"), of: .busybox) }
    #expect(try await rebuild() == 0)
    #expect(try await above() == "8")
  }

  @Test("what vanished is told by explain, and is in nobody's export")
  func explained() async throws {
    try await rebuild()
    let story = try await store.read { reader throws(StoreError) in try reader.story(of: .busybox, checksum: "goes") }
    #expect(story.map(\.provenance.origin) == [.vanished])
    let mirrored = try await store.read { reader throws(StoreError) in
      try reader.page(of: RowFilter(history: .kept), from: .start, includesCopy: true).rows
    }
    #expect(
      mirrored == [.busybox("both", "2"), .busybox("comes", "3"), .busybox("own", "1.0"), .busybox("stays", "1")])
  }

  @Test("pages fit only where the fresh copy is, and nothing of it shows before the swap")
  func compareAndSet() async throws {
    let first = try await new.page(after: nil, limit: 1)
    let second = try await new.page(after: first.position)
    #expect(try await copyFresh(first, from: nil) == .movedOn, "there is none")
    try await begin()
    #expect(try await copyFresh(second, from: first.position) == .movedOn)
    #expect(try await copyFresh(first, from: nil) == .applied(news: 1))
    #expect(try await copyFresh(first, from: nil) == .movedOn)
    #expect(try await position(.freshPosition) == first.position)
    #expect(try store.copiedRows(path).count == 3)
    #expect(try await store.feed().rows.count == 5)
    try await begin()
    #expect(try await position(.freshPosition) == nil)
    #expect(try await copyFresh(second, from: first.position) == .movedOn, "another has begun again")
  }

  @Test("survives the end of the process, half made")
  func halfMade() async throws {
    let first = try await new.page(after: nil, limit: 1)
    try await begin()
    _ = try await copyFresh(first, from: nil)
    store.close()
    let again = try Store.writable(path)
    let kept = try await again.read { reader throws(StoreError) in try reader.position(.freshPosition) }
    #expect(kept == first.position)
    let rest = try await new.page(after: kept)
    _ = try await again.copyFresh(rest, from: kept)
    #expect(try await again.swapCopies(.atPosition, sparingAfter: .max, milliseconds: 200) == 2)
    #expect(try again.copiedRows(path) == [.busybox("comes", "3"), .busybox("stays", "1")])
  }

  @Test("the same rows again: nothing vanishes, and who follows the feed goes on")
  func nothingVanished() async throws {
    let before = try #require(try await store.feed().positions.last)
    try await begin()
    let page = try await old.page(after: nil)
    _ = try await copyFresh(page, from: nil)
    #expect(try await store.swapCopies(.atPosition, sparingAfter: .max, milliseconds: 200) == 0)
    #expect(try await store.page(after: before) == FeedPage(position: before, rows: [], hasMore: false))
  }
}
