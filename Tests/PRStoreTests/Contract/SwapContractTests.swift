// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: the exchange of a fresh copy for the copy", .ownThreads)
struct SwapContractTests {
  private let databases = EngineDatabases()

  /// A store with an own row that has copied `old`, in this order, and has a fresh copy of `new`.
  private static func prepared(_ database: EngineDatabase, _ old: [Row], _ new: [Row]) async throws -> Store {
    let store = try database.open()
    try await store.record([.busybox("own", "5000")])
    _ = try await store.copy(old, milliseconds: 1)
    try await store.beginFreshCopy()
    try await store.copyFresh(new)
    return store
  }

  private static func above(_ store: Store) async throws -> String? {
    try await store.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text }
  }

  private static let old: [Row] = [.busybox("goes", "9"), .busybox("stays", "1"), .busybox("live", "4")]
  private static let new: [Row] = [.busybox("z", "3"), .busybox("comes", "2"), .busybox("stays", "1")]

  @Test(
    "rows that the fresh copy lacks leave the feed, others stay, and new ones come in the order of their keys",
    arguments: EngineUnderTest.withCopy)
  func swap(engine: EngineUnderTest) async throws {
    let store = try await Self.prepared(databases.make(engine), Self.old, Self.new)
    let before = try await store.feed(limit: 1)
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 7) == 2)
    #expect(try await Self.above(store) == "3")
    #expect(
      try await store.feed().rows
        == [.busybox("own", "5000"), .busybox("stays", "1"), .busybox("comes", "2"), .busybox("z", "3")])
    let (rows, removals, newest) = try await store.read { reader throws(StoreError) in
      (try reader.copiedRows(), try reader.removals(), try reader.newestSerial())
    }
    #expect(rows == 3 && removals == 1 && newest == 6)
    // A follower that has a row that left begins again; one in front of it goes on.
    #expect(try await store.changes(after: before.positions[3]) == .reset(.digest))
    #expect(try await store.changes(after: before.positions[1]) == .reset(.digest))
    #expect(
      try await store.page(after: before.positions[0]).rows
        == [.busybox("stays", "1"), .busybox("comes", "2"), .busybox("z", "3")])
    let story = try await store.read { reader throws(StoreError) in try reader.story(of: .busybox, checksum: nil) }
    #expect(story.map(\.provenance.origin) == [.imported, .vanished, .copied, .vanished, .copied, .copied])
    #expect(story.map(\.provenance.milliseconds).suffix(2) == [7, 7])
    #expect(try await store.export(RowFilter(history: .kept)) == [.busybox("own", "5000")])
  }

  @Test("rows that came behind a serial are spared", arguments: EngineUnderTest.withCopy, [3, 4] as [Int64])
  func spared(engine: EngineUnderTest, serial: Int64) async throws {
    let store = try await Self.prepared(databases.make(engine), Self.old, Self.new)
    // The row "live" has the serial 4.
    #expect(try await store.swapCopies(.nowhere, sparingAfter: serial, milliseconds: 7) == (serial == 3 ? 1 : 2))
    let rows = try await store.feed().rows
    #expect(rows.contains(.busybox("live", "4")) == (serial == 3))
    #expect(try await Self.above(store) == (serial == 3 ? "4" : "3"))
    #expect(Set(rows).count == rows.count)
  }

  @Test(
    "a position comes with the copy that it belongs to, and the notes of the fresh one go",
    arguments: EngineUnderTest.withCopy)
  func positions(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let upstream = try EngineDatabase(.memory, identity: "above").open()
    try await upstream.record(Self.new)
    try await store.beginFreshCopy()
    let page = try await upstream.page(after: nil)
    _ = try await store.copyFresh(page, from: nil)
    #expect(try await store.swapCopies(.atPosition, sparingAfter: .max, milliseconds: 7) == 0)
    func notes() async throws -> [String?] {
      try await store.read { reader throws(StoreError) in
        [try reader.note(.position), try reader.note(.freshPosition), try reader.note(.removals)]
      }
    }
    #expect(try await notes() == [page.position.description, nil, nil], "no row has left")
    try await store.beginFreshCopy()
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 8) == 3)
    #expect(try await notes() == [nil, nil, "1"])
    #expect(try await Self.above(store) == nil)
  }

  @Test("what was told without its checksum outlives the copy", arguments: EngineUnderTest.withCopy)
  func bounds(engine: EngineUnderTest) async throws {
    let store = try await Self.prepared(databases.make(engine), Self.old, Self.new)
    try await store.write { context throws(StoreError) in try context.learn(bound: revision("20"), of: .busybox) }
    _ = try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 7)
    #expect(try await Self.above(store) == "20")
  }

  @Test("a value stays with the checksum to which it belonged in the old copy", arguments: EngineUnderTest.withCopy)
  func rivals(engine: EngineUnderTest) async throws {
    let old: [Row] = [.busybox("first", "7"), .busybox("second", "7"), .busybox("gone", "8")]
    let new: [Row] = [.busybox("new", "7"), .busybox("second", "7"), .busybox("first", "7"), .busybox("new", "8")]
    let store = try await Self.prepared(databases.make(engine), old, new)
    _ = try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 7)
    let found = try await store.read { reader throws(StoreError) in
      [
        try reader.copiedRival(for: revision("7"), of: .checksum("x")),
        try reader.copiedRival(for: revision("7"), of: .checksum("first")),
        try reader.copiedRival(for: revision("8"), of: .checksum("x")),
      ]
    }
    #expect(found == ["first", nil, "new"])
  }

  @Test(
    "a row that returns has a new place, and one that is told meanwhile stands in the feed once",
    arguments: EngineUnderTest.withCopy)
  func returning(engine: EngineUnderTest) async throws {
    let store = try await Self.prepared(databases.make(engine), Self.old, Self.new)
    _ = try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 7)
    #expect(try await store.copy([.busybox("goes", "9"), .busybox("z", "3")], milliseconds: 8) == 1)
    let feed = try await store.feed()
    #expect(feed.rows.last == .busybox("goes", "9") && feed.positions.last?.serial == 7)
    #expect(feed.rows.filter { $0 == .busybox("z", "3") }.count == 1)
  }

  @Test(
    "shows the old copy or the fresh one, whatever a step does, and decisions are made in between",
    arguments: EngineUnderTest.withCopy)
  func steps(engine: EngineUnderTest) async throws {
    let all = (0..<900).map { Row.busybox("c\($0)", "\($0)") }
    let (old, new) = (Array(all.prefix(600)), Array(all.suffix(600)))
    let store = try await Self.prepared(databases.make(engine), old, new)
    let hasBegun = try await store.write { context throws(StoreError) in
      try context.beginSwap(at: nil, sparingAfter: .max, milliseconds: 7)
    }
    #expect(hasBegun)
    var (hasSwapped, number) = (false, 0)
    while true {
      let (step, isTaken) = try await store.write { context throws(StoreError) in
        (try context.swapStep(), try context.copyFresh([.busybox("late", "1")]))
      }
      #expect(!isTaken || step == .idle)
      if case .swapped(let vanished) = step {
        #expect(vanished == 300 && !hasSwapped)
        hasSwapped = true
      }
      #expect(try await Self.above(store) == (hasSwapped ? "899" : "599"))
      let feed = try await store.feed().rows
      #expect(
        feed.prefix(hasSwapped ? 301 : 601) == [.busybox("own", "5000")] + (hasSwapped ? old.suffix(300) : old[...]))
      number += 1
      #expect(try await store.count(.checksum("between")).text == "\(5000 + number)")
      // Now in the feed by itself: it is not announced a second time.
      if step == .working, hasSwapped { _ = try await store.copy([.busybox("told", "0.5")], milliseconds: 8) }
      guard step != .idle else { break }
    }
    let feed = try await store.feed().rows
    let isTold = feed.contains(.busybox("told", "0.5"))
    #expect(hasSwapped && feed.count == Set(feed).count)
    #expect(Set(new).isSubset(of: feed) && feed.count == 1 + 600 + number + (isTold ? 1 : 0))
    #expect(try await store.write { context throws(StoreError) in try context.swapStep() } == .idle)
  }

  @Test("one that was begun can be given up until the copies have changed places", arguments: EngineUnderTest.withCopy)
  func givenUp(engine: EngineUnderTest) async throws {
    let store = try await Self.prepared(databases.make(engine), Self.old, Self.new)
    let before = try await store.feed(limit: 1)
    let (first, second) = try await store.write { context throws(StoreError) in
      (
        try context.beginSwap(at: nil, sparingAfter: .max, milliseconds: 7),
        try context.beginSwap(at: nil, sparingAfter: 0, milliseconds: 9)
      )
    }
    #expect(first && second, "an exchange that is under way is gone on with")
    #expect(try await store.write { context throws(StoreError) in try context.beginFreshCopy() })
    try await store.copyFresh(Self.old)
    #expect(try await store.feed(limit: 1).positions == before.positions)
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 8) == 0)
    #expect(try await store.feed(limit: 1).positions == before.positions)
  }

  @Test(
    "a fresh copy that is begun after the copies have changed places finishes the exchange first",
    arguments: EngineUnderTest.withCopy)
  func begunAgain(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    var store = try await Self.prepared(database, Self.old, Self.new)
    _ = try await store.write { context throws(StoreError) in
      try context.beginSwap(at: nil, sparingAfter: .max, milliseconds: 7)
    }
    var step = SwapStep.working
    while step == .working { step = try await store.write { context throws(StoreError) in try context.swapStep() } }
    #expect(step == .swapped(vanished: 2))
    #expect(try await store.write { context throws(StoreError) in try !context.beginFreshCopy() })
    store.close()
    store = try database.open()
    try await store.beginFreshCopy()
    #expect(
      try await store.feed().rows
        == [.busybox("own", "5000"), .busybox("stays", "1"), .busybox("comes", "2"), .busybox("z", "3")])
  }
}
