// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: the copy of the upstream's rows", .ownThreads)
struct CopyContractTests {
  private let databases = EngineDatabases()

  private static func state(_ store: Store) async throws -> (CopyState?, FeedPosition?, Int) {
    try await store.read { reader throws(StoreError) in
      (try reader.copyState(), try reader.position(.position), try reader.copiedRows())
    }
  }

  @Test("a page is applied once, and one for another place is not", arguments: EngineUnderTest.withCopy)
  func applied(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let upstream = try EngineDatabase(.memory, identity: "above").open()
    try await upstream.record((0..<10).map { .busybox("c\($0)", "\($0)") })
    let first = try await upstream.page(after: nil, limit: 6)
    #expect(try await Self.state(store) == (nil, nil, 0))
    #expect(try await store.copy(first, from: nil, source: "hub", milliseconds: 4) == .applied(news: 6))
    #expect(try await Self.state(store) == (.begun, first.position, 6))
    #expect(try await store.copy(first, from: nil, milliseconds: 5) == .movedOn)
    #expect(try await store.copy(first, from: first.position, milliseconds: 5) == .applied(news: 0))
    let second = try await upstream.page(after: first.position)
    #expect(try await store.copy(second, from: nil, milliseconds: 5) == .movedOn)
    #expect(try await Self.state(store) == (.begun, first.position, 6))
    #expect(try await store.copy(second, from: first.position, milliseconds: 5) == .applied(news: 4))
    #expect(try await Self.state(store) == (.whole, second.position, 10))
    // What has come above since is not known to lack.
    try await upstream.record([.busybox("late", "11"), .busybox("later", "12")])
    let third = try await upstream.page(after: second.position, limit: 1)
    #expect(third.hasMore)
    _ = try await store.copy(third, from: second.position, milliseconds: 6)
    #expect(try await Self.state(store) == (.whole, third.position, 11))
    #expect(try await store.feed().rows == upstream.feed().rows.dropLast())
    #expect(try await store.export(RowFilter(history: .kept)).isEmpty)
    let story = try await store.read { reader throws(StoreError) in try reader.story(of: .busybox, checksum: "c1") }
    #expect(
      story == [
        RowHistory(
          serial: 2, checksum: "c1", value: "1", provenance: Provenance(.copied, asker: "hub", milliseconds: 4))
      ])
  }

  @Test("rows that are no revisions are copied and passed on, and are no values", arguments: EngineUnderTest.withCopy)
  func nonsense(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let rows = [Row.busybox("a", "7x"), .busybox("a", ""), .busybox("b", "3")]
    #expect(try await store.copy(rows + rows, milliseconds: 1) == 3)
    #expect(try await store.feed().rows == rows)
    let (values, greatest) = try await store.read { reader throws(StoreError) in
      (try reader.copiedValues(of: .checksum("a")), try reader.greatestAbove(.busybox)?.text)
    }
    #expect(values == .none && greatest == "3")
  }

  @Test("a page of many rows is applied in slices, with and without gaps", arguments: EngineUnderTest.withCopy, [0, 5])
  func slices(engine: EngineUnderTest, gap: Int64) async throws {
    let store = try databases.open(engine)
    let rows = (0..<2500).map { Row(tuple: TupleKey("v\($0 % 100)", "all", "c\($0)"), value: "\($0)") }
    var digest = FeedDigest.start
    for row in rows { digest.add(row) }
    let position = FeedPosition(store: "above", serial: 2500 + gap, digest: digest)
    let page = FeedPage(position: position, rows: rows, hasMore: false)
    #expect(try await store.copy(page, from: nil, milliseconds: 1) == .applied(news: 2500))
    #expect(try await Self.state(store) == (.whole, position, 2500))
    #expect(try await store.feed().rows == rows)
  }

  @Test(
    "a fresh copy changes nothing before the exchange, and takes pages that fit its own place",
    arguments: EngineUnderTest.withCopy)
  func fresh(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let upstream = try EngineDatabase(.memory, identity: "above").open()
    try await upstream.record((0..<6).map { .busybox("c\($0)", "\($0)") })
    _ = try await store.copy([.busybox("old", "9")], milliseconds: 1)
    let first = try await upstream.page(after: nil, limit: 4)
    #expect(try await store.copyFresh(first, from: nil) == .movedOn, "it was not begun")
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 2) == nil)
    try await store.beginFreshCopy()
    #expect(try await store.swapCopies(.atPosition, sparingAfter: .max, milliseconds: 2) == nil, "it has no position")
    #expect(try await store.copyFresh(first, from: first.position) == .movedOn)
    #expect(try await store.copyFresh(first, from: nil) == .applied(news: 4))
    let (fresh, position) = try await store.read { reader throws(StoreError) in
      (try reader.position(.freshPosition), try reader.position(.position))
    }
    #expect(fresh == first.position && position == nil)
    #expect(try await store.feed().rows == [.busybox("old", "9")])
    #expect(try await Self.state(store).2 == 1)
    // Begun again, it has nothing of the first.
    try await store.beginFreshCopy()
    #expect(try await store.read { reader throws(StoreError) in try reader.note(.freshPosition) } == nil)
    try await store.copyFresh([.busybox("new", "3")])
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 2) == 1)
    #expect(try await store.feed().rows == [.busybox("new", "3")])
  }
}
