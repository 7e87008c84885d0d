// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import Synchronization
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: its feed", .ownThreads)
struct FeedContractTests {
  private let databases = EngineDatabases()

  private static func digest(_ rows: some Sequence<Row>) -> FeedDigest {
    rows.reduce(into: .start) { $0.add($1) }
  }

  /// Own and copied rows in turn, where there are copied ones.
  private static func fill(_ store: Store, _ count: Int, _ engine: EngineUnderTest) async throws -> [Row] {
    let rows = (0..<count).map { Row.busybox("c\($0 % 7)", "\($0)") }
    try await store.write { context throws(StoreError) in
      for (index, row) in rows.enumerated() {
        if index % 3 == 0, engine.keepsCopy {
          _ = try context.copy([row], source: nil, milliseconds: 1)
        } else {
          try context.record(row.tuple, revision(row.value), .test)
        }
      }
    }
    return rows
  }

  @Test(
    "has own and copied rows in the order of their commits, whatever the limit of a page",
    arguments: EngineUnderTest.allCases)
  func pages(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    let rows = try await Self.fill(store, 40, engine)
    for limit in [1, 7, 39, 40, 41, 8192] {
      // A store that was opened just now has no digests to begin at.
      let feed = try await database.open(isReadOnly: true).feed(limit: limit)
      #expect(feed.rows == rows)
      #expect(feed.positions.count == (40 + limit - 1) / limit)
      for position in feed.positions {
        #expect(position.store == store.identity)
        #expect(position.digest == Self.digest(rows.prefix(Int(position.serial))))
      }
      #expect(feed.positions.last?.serial == 40)
    }
    let last = try await store.read { reader throws(StoreError) in
      (try reader.lastPosition(), try reader.newestSerial(), try reader.feedIdentity())
    }
    #expect(last.0 == FeedPosition(store: last.2, serial: 40, digest: Self.digest(rows)) && last.1 == 40)
    #expect(try await store.changes(after: last.0) == .page(FeedPage(position: last.0, rows: [], hasMore: false)))
  }

  @Test("a page ends where its rows become large", arguments: EngineUnderTest.allCases)
  func bytes(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let long = String(repeating: "x", count: NameLimit.bytes - 4)
    try await store.record((1000..<1100).map { .busybox("\(long)\($0)", "\($0)") })
    let page = try await store.page(after: nil)
    #expect(page.hasMore && (60..<66).contains(page.rows.count))
    #expect(try await store.feed().rows.count == 100)
  }

  @Test(
    "a row that no follower could take has a serial, and is in no page and no digest",
    arguments: EngineUnderTest.allCases)
  func longName(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let long = String(repeating: "x", count: NameLimit.bytes)
    try await store.record([.busybox("a", "1"), .busybox(long + "x", "2"), .busybox(long, "3")])
    let (rows, positions) = try await store.feed()
    #expect(rows.map(\.value) == ["1", "3"])
    #expect(positions.last?.serial == 3 && positions.last?.digest == Self.digest(rows))
  }

  @Test("a position that is none of the feed's leads to a reset", arguments: EngineUnderTest.allCases)
  func resets(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let rows = try await Self.fill(store, 10, engine)
    let name = try #require(store.identity)
    func position(_ serial: Int64, _ digest: FeedDigest, store: String) -> FeedPosition {
      FeedPosition(store: store, serial: serial, digest: digest)
    }
    let whole = Self.digest(rows)
    for (position, reset) in [
      (position(10, whole, store: "another"), FeedReset.store), (position(0, .start, store: ""), .store),
      (position(11, whole, store: name), .shorter), (position(.max, whole, store: name), .shorter),
      (position(9, whole, store: name), .digest), (position(10, .start, store: name), .digest),
    ] {
      #expect(try await store.changes(after: position) == .reset(reset), "\(position)")
    }
    #expect(try await store.page(after: position(0, whole, store: name)).rows == rows, "in front of the first row")
    let fifth = position(5, Self.digest(rows.prefix(5)), store: name)
    #expect(try await store.page(after: fifth).rows == Array(rows.dropFirst(5)))
  }

  // MARK: Waiting

  /// Returns once a row has been announced.
  private static func announced(_ serial: Int64, _ store: Store) async {
    while true {
      let (woken, wake) = AsyncStream.makeStream(of: Void.self)
      let ticket = store.waitForRows { wake.yield() }
      if let mark = store.announcedMark, mark.serial >= serial { return store.stopWaiting(ticket) }
      for await _ in woken { break }
    }
  }

  @Test(
    "wakes a client when rows have come, once, and not for a commit without rows", arguments: EngineUnderTest.allCases)
  func waiting(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    #expect(store.announcedMark == nil)
    try await store.record([.busybox("a", "1")])
    async let first: Void = Self.announced(2, store)
    try await store.record([.busybox("a", "2")])
    await first
    #expect(store.announcedMark == FeedMark(serial: 2, removals: 0, floors: 0))

    let wakes = Mutex(0)
    let (woken, wake) = AsyncStream.makeStream(of: Void.self)
    let left = store.waitForRows { wakes.withLock { $0 += 100 } }
    _ = store.waitForRows {
      wakes.withLock { $0 += 1 }
      wake.yield()
    }
    store.stopWaiting(left)
    try await store.write { context throws(StoreError) in try context.keep(.level, "1") }
    // When this is made, the writer has announced what it committed before.
    try await store.write { _ throws(StoreError) in }
    #expect(wakes.withLock(\.self) == 0)
    try await store.record([.busybox("a", "3")])
    for await _ in woken { break }
    try await store.record([.busybox("a", "4")])
    async let last: Void = Self.announced(5, store)
    try await store.record([.busybox("a", "5")])
    await last
    #expect(wakes.withLock(\.self) == 1)
  }

  @Test("wakes a client of another store that reads the same rows", arguments: EngineUnderTest.allCases)
  func otherStore(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    let reader = try database.open(isReadOnly: true)
    async let woken: Void = Self.announced(1, reader)
    try await store.record([.busybox("a", "1")])
    await woken
    #expect(try await reader.feed().rows == [.busybox("a", "1")])
  }
}
