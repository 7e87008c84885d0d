// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("The copy of an upstream's rows", .ownThreads)
struct CopyTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store
  private let upstream: Store

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.writable(path)
    upstream = try Store.writable(folder.file("upstream.sqlite3"))
  }

  private func position(_ note: StoreMetadata = .position) async throws -> FeedPosition? {
    try await store.read { reader throws(StoreError) in try reader.position(note) }
  }

  private func copy(_ page: FeedPage, from start: FeedPosition?) async throws -> CopyOutcome {
    try await store.copy(page, from: start, milliseconds: 5)
  }

  @Test("takes a page only where it fits: who comes late with one changes nothing")
  func compareAndSet() async throws {
    try await upstream.record((0..<4).map { .busybox("c\($0)", "\($0)") })
    let first = try await upstream.page(after: nil, limit: 2)
    #expect(try await copy(first, from: nil) == .applied(news: 2))
    #expect(try await position() == first.position)
    let second = try await upstream.page(after: first.position)
    for start in [nil, second.position, FeedPosition(store: "x", serial: 2, digest: first.position.digest)] {
      #expect(try await copy(second, from: start) == .movedOn)
    }
    #expect(try store.copiedRows(path) == first.rows)
    #expect(try await copy(second, from: first.position) == .applied(news: 2))
    #expect(try await copy(second, from: first.position) == .movedOn)
    #expect(try store.copiedRows(path).count == 4)
  }

  @Test("passes on what it copied, once, and what it was told before is no news")
  func passesOn() async throws {
    try await upstream.record([.busybox("a", "0"), .busybox("b", "1")])
    try await store.record([.busybox("own", "0.0")])
    let told = UpstreamAnswer(greatest: revision("1"), values: [revision("1")], level: 0)
    _ = try await store.write { context throws(StoreError) in
      try context.learn(told, of: .checksum("b"), milliseconds: 1)
    }
    try await store.follow(upstream, limit: 1)
    try await store.follow(upstream, limit: 1)
    #expect(try await store.feed().rows == [.busybox("own", "0.0"), .busybox("b", "1"), .busybox("a", "0")])
    let leaf = try Store.writable(folder.file("leaf.sqlite3"))
    try await leaf.follow(store, limit: 2)
    #expect(try leaf.copiedRows(leaf.path) == [.busybox("a", "0"), .busybox("b", "1"), .busybox("own", "0.0")])
    #expect(try await leaf.greatest(.busybox) == nil, "copied values are no answers of its own")
  }

  @Test("a value that no revision can be is copied and passed on, and counts for nothing")
  func oddValues() async throws {
    let rows: [Row] = [.busybox("a", "x"), .busybox("b", ""), .busybox("c", "3"), .busybox("d", "03")]
    try ForeignProcess(upstream.path).insert(rows)
    try await store.follow(upstream)
    #expect(Set(try store.copiedRows(path)) == Set(rows))
    let above = try await store.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text }
    #expect(above.map(revision) == revision("3"))
  }

  /// To whom a copied value belongs, for each of some checksums.
  private func rivals(_ value: String, _ checksums: [String]) async throws -> [String?] {
    try await store.read { reader throws(StoreError) in
      try checksums.map { (checksum) throws(StoreError) in
        try reader.rival(for: revision(value), of: .checksum(checksum))
      }
    }
  }

  @Test("a value that two contents have belongs to the one that had it first", arguments: [0, 200])
  func shared(others: Int) async throws {
    try await upstream.record((0..<others).map { .busybox("z\($0)", "\(10 + $0)") })
    try await upstream.record([.busybox("b", "1"), .busybox("c", "3")])
    try await store.follow(upstream, limit: 2)
    #expect(try await rivals("1", ["a", "b", "d"]) == ["b", nil, "b"])
    try await upstream.record([.busybox("a", "1"), .busybox("d", "01")])
    try await store.follow(upstream)
    #expect(try await rivals("1", ["a", "b", "d", "x"]) == ["b", nil, "b", "b"])
    #expect(try await rivals("2", ["a"]) == [nil])
  }

  @Test("so it does when it was told live")
  func sharedLive() async throws {
    for checksum in ["b", "a"] {
      let told = UpstreamAnswer(greatest: revision("4"), values: [revision("4")])
      try await store.write { context throws(StoreError) in
        _ = try context.learn(told, of: .checksum(checksum), milliseconds: 1)
      }
    }
    #expect(try await rivals("4", ["a", "b"]) == ["b", nil])
  }

  @Test("a fresh copy leaves a value with the content that had it before, whatever comes first in it")
  func sharedFresh() async throws {
    try await upstream.record([.busybox("b", "1")])
    try await store.follow(upstream)
    let other = try Store.writable(folder.file("other.sqlite3"))
    try await other.record([.busybox("a", "1"), .busybox("b", "1"), .busybox("c", "2"), .busybox("d", "2")])
    let page = try await other.page(after: nil)
    try await store.beginFreshCopy()
    _ = try await store.copyFresh(page, from: nil)
    _ = try await store.swapCopies(.atPosition, sparingAfter: .max, milliseconds: 1)
    #expect(try await rivals("1", ["a", "b"]) == ["b", nil])
    #expect(try await rivals("2", ["c", "d"]) == [nil, "c"])
  }

  @Test("names that look alike are different packages, with heads of their own")
  func lookalikes() async throws {
    let rows = [
      Row(tuple: TupleKey("é", "p", "c"), value: "1"), Row(tuple: TupleKey("e\u{301}", "p", "c"), value: "9"),
    ]
    try await upstream.record(rows)
    try await store.follow(upstream)
    for row in rows {
      let above = try await store.read { reader throws(StoreError) in try reader.greatestAbove(row.tuple.package)?.text
      }
      #expect(above == row.value)
    }
  }

  @Test("what could not be kept, since another process had the lock, is not called kept")
  func lockedMeanwhile() async throws {
    let other = try ForeignProcess(path)
    try other.lock()
    // The lock goes just when the writer has given up waiting for it and tries what needs no row.
    let news = try await store.write { context throws(StoreError) in
      if try context.sqlite.isReading { try? other.unlock() }
      return try context.copy([.busybox("a", "0")], milliseconds: 1)
    }
    #expect(news == 1)
    #expect(try store.copiedRows(path) == [.busybox("a", "0")])
  }

  @Test("two stores on one file follow one feed, and neither loses or doubles a row")
  func twoFollowers() async throws {
    let (other, upstream) = (try Store.writable(path), upstream)
    try await upstream.record((0..<300).map { .busybox("c\($0)", "\($0)") })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for follower in [store, other] { group.addTask { try await follower.follow(upstream, limit: 3) } }
      try await group.waitForAll()
    }
    #expect(try store.copiedRows(path).count == 300)
    #expect(try await store.feed().rows == upstream.feed().rows)
    #expect(try await position() == upstream.feed().positions.last)
  }
}
