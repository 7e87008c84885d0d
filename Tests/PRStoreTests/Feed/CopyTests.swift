// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore

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

  private func position(_ note: StoreNote = .position) async throws -> FeedPosition? {
    try await store.read { reader throws(StoreError) in try reader.position(note) }
  }

  private func copy(_ page: FeedPage, from start: FeedPosition?) async throws -> CopyOutcome {
    try await store.write { ledger throws(StoreError) in try ledger.copy(page, from: start, milliseconds: 5) }
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
    _ = try await store.write { ledger throws(StoreError) in
      try ledger.learn(told, of: .checksum("b"), milliseconds: 1)
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

  /// Whether nobody need look to whom a copied value belongs.
  private func isDistinct() async throws -> Bool {
    try await store.read { reader throws(StoreError) in try reader.isCopyDistinct() }
  }

  @Test("it is known that no value names two contents, until a page brings one that does")
  func distinct() async throws {
    try await upstream.record([.busybox("a", "0"), .busybox("b", "1"), .busybox("a", "2"), .busybox("c", "3")])
    try await store.follow(upstream, limit: 2)
    #expect(try await isDistinct(), "numbers that rise")
    try await upstream.record([.busybox("d", "1.5")])
    try await store.follow(upstream)
    #expect(try await isDistinct(), "one that comes late, and belongs to nobody else")
    try await upstream.record([.busybox("e", "1")])
    try await store.follow(upstream)
    #expect(try await !isDistinct())
    let rivals = try await store.read { reader throws(StoreError) in
      try ["b", "e"].map { (checksum) throws(StoreError) in
        try reader.rival(for: revision("1"), of: .checksum(checksum))
      }
    }
    #expect(rivals == [nil, "b"])
  }

  @Test("what is told live is looked at, too")
  func distinctLive() async throws {
    for (checksum, isDistinct) in [("a", true), ("b", false)] {
      let told = UpstreamAnswer(greatest: revision("4"), values: [revision("4")])
      try await store.write { ledger throws(StoreError) in
        _ = try ledger.learn(told, of: .checksum(checksum), milliseconds: 1)
      }
      #expect(try await self.isDistinct() == isDistinct)
    }
  }

  @Test("nothing is known of a fresh copy that has taken the old one's place")
  func distinctFresh() async throws {
    try await upstream.record([.busybox("a", "0")])
    let page = try await upstream.page(after: nil)
    try await store.write { ledger throws(StoreError) in
      try ledger.beginFreshCopy()
      _ = try ledger.copyFresh(page, from: nil)
      _ = try ledger.swapCopies(at: page.position, sparingAfter: .max, milliseconds: 1)
    }
    #expect(try await !isDistinct())
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
    let news = try await store.write { ledger throws(StoreError) in
      if ledger.isReading { try? other.unlock() }
      return try ledger.copy([.busybox("a", "0")], milliseconds: 1)
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
