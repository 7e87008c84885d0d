// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: floors", .ownThreads)
struct FloorContractTests {
  private let databases = EngineDatabases()

  private static let provenance = FloorProvenance(
    .packageIndex, source: "ipk/Packages:7", setter: "me@here", milliseconds: 5)

  private static func floor(_ value: String, _ package: PackageKey = .busybox) -> Floor {
    Floor(package: package, value: revision(value))
  }

  private static func raise(_ floors: [Floor], in store: Store) async throws -> [Bool] {
    try await store.write { context throws(StoreError) in
      try floors.map { floor throws(StoreError) in try context.raise(floor, Self.provenance) }
    }
  }

  private static func end(_ floors: [Floor]) -> FloorPosition {
    FloorPosition(serial: Int64(clamping: floors.count), digest: floors.reduce(into: .start) { $0.add($1) })
  }

  @Test(
    "a floor is never lowered, and each rise has its serial, its origin and its digest",
    arguments: EngineUnderTest.allCases)
  func rising(engine: EngineUnderTest) async throws {
    let database = try databases.make(engine)
    let store = try database.open()
    let other = TupleKey("other", "all", "c").package
    #expect(try await store.read { reader throws(StoreError) in try reader.floor(of: .busybox) } == nil)
    let asked = [Self.floor("7.2"), Self.floor("7.2"), Self.floor("7"), Self.floor("1", other), Self.floor("10")]
    #expect(try await Self.raise(asked, in: store) == [true, false, false, true, true])
    store.close()
    let again = try database.open()
    let raised = [asked[0], asked[3], asked[4]]
    let found = try await again.read { reader throws(StoreError) in
      (try reader.floor(of: .busybox), try reader.floors(after: 0, limit: 9), try reader.floorStory(of: .busybox))
    }
    #expect(found.0 == revision("10"))
    #expect(found.1.map(\.floor) == raised)
    #expect(found.1.map(\.serial) == [1, 2, 3])
    #expect(found.1.map(\.provenance) == Array(repeating: Self.provenance, count: 3))
    #expect(found.1.last?.digest == Self.end(raised).digest)
    #expect(found.2 == [found.1[0], found.1[2]])
    #expect(try await again.read { reader throws(StoreError) in try reader.floorCount() } == 2)
  }

  @Test(
    "what is below the floor of its package is no point read, until it is passed", arguments: EngineUnderTest.allCases)
  func pointReads(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "3"), Row(tuple: TupleKey("other", "all", "c"), value: "3")])
    guard let turn = try store.eventLoopReader() else { return }
    #expect(try turn.current(.checksum("a")) == "3")
    for (floor, current) in [("2.9", "3"), ("3", "3"), ("3.0", nil), ("7", nil)] {
      _ = try await Self.raise([Self.floor(floor)], in: store)
      #expect(try turn.current(.checksum("a")) == current, "\(floor)")
    }
    try await store.record([.busybox("b", "5")])
    #expect(try turn.current(.checksum("b")) == nil, "imported below the floor")
    try await store.record([.busybox("b", "7")])
    #expect(try turn.current(.checksum("b")) == "7")
    #expect(try turn.current(TupleKey("other", "all", "c")) == "3", "a package without a floor")
    let facts = try await store.read { reader throws(StoreError) in
      try reader.facts(for: .checksum("x"), .none, upstream: nil)
    }
    #expect(facts == LocalFacts(greatest: revision("7"), floor: revision("7")))
  }

  @Test("a decision that fails takes the floors that it raised with it", arguments: EngineUnderTest.allCases)
  func undone(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "3")])
    await #expect(throws: StoreError.abandoned) {
      try await store.write { context throws(StoreError) in
        try context.raise(Self.floor("7"), Self.provenance)
        throw .abandoned
      }
    }
    let left = try await store.write { context throws(StoreError) in
      (try context.reader.floor(of: .busybox), try context.facts(for: .checksum("a"), .none).floor)
    }
    #expect(left == (nil, nil))
    #expect(try await Self.raise([Self.floor("4")], in: store) == [true])
    #expect(
      try await store.read { reader throws(StoreError) in try reader.floors(after: 0, limit: 9).map(\.serial) } == [1])
  }

  @Test(
    "pages of floors lead from any position to the end, and a position of elsewhere to the start",
    arguments: EngineUnderTest.allCases)
  func pages(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let floors = (1...7).map { Self.floor("\($0)", TupleKey("p\($0 % 3)", "all", "").package) }
    _ = try await Self.raise(floors, in: store)
    for limit in 1...8 {
      var (position, found) = (FloorPosition.start, [Floor]())
      while true {
        let start = position
        let page = try await store.read { reader throws(StoreError) in try reader.floors(after: start, limit: limit) }
        #expect(page.start == start)
        found += page.floors
        position = page.position
        #expect(position == Self.end(found))
        if !page.hasMore { break }
      }
      #expect(found == floors)
    }
    let elsewhere = [
      FloorPosition(serial: 3, digest: Self.end(Array(floors.prefix(4))).digest),
      FloorPosition(serial: 99, digest: .start),
    ]
    for position in elsewhere {
      let page = try await store.read { reader throws(StoreError) in try reader.floors(after: position, limit: 99) }
      #expect(page == FloorPage(start: .start, position: Self.end(floors), floors: floors, hasMore: false))
    }
  }

  @Test("the upstream's floors are raised here, and passed on", arguments: EngineUnderTest.allCases)
  func fromAbove(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    _ = try await Self.raise([Self.floor("9")], in: store)
    let told = [Self.floor("7"), Self.floor("4", TupleKey("other", "all", "").package)]
    let page = FloorPage(start: .start, position: Self.end(told), floors: told, hasMore: false)
    #expect(try await store.take(page, of: "hub", source: "tls://hub", milliseconds: 8) == 1)
    #expect(try await store.take(page, of: "hub", source: "tls://hub", milliseconds: 9) == 0)
    let found = try await store.read { reader throws(StoreError) in
      (try reader.floors(after: 0, limit: 9), try reader.position(.floorPosition))
    }
    #expect(found.0.map(\.floor) == [Self.floor("9"), told[1]])
    #expect(found.0.last?.provenance == FloorProvenance(.upstream, source: "tls://hub", setter: nil, milliseconds: 8))
    #expect(found.1 == FeedPosition(store: "hub", serial: 2, digest: Self.end(told).digest))
  }

  @Test("the position goes on only where the page in front was taken", arguments: EngineUnderTest.allCases)
  func gaps(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let told = (1...6).map { Self.floor("\($0)") }
    func page(_ start: Int, _ end: Int) -> FloorPage {
      FloorPage(
        start: Self.end(Array(told.prefix(start))), position: Self.end(Array(told.prefix(end))),
        floors: Array(told[start..<end]), hasMore: false)
    }
    var serials: [Int64?] = []
    for (start, end) in [(2, 4), (0, 2), (4, 6), (2, 4), (2, 4), (0, 1)] {
      _ = try await store.take(page(start, end), of: "hub", source: "hub", milliseconds: 8)
      serials.append(
        try await store.read { reader throws(StoreError) in try reader.position(.floorPosition)?.serial })
    }
    #expect(serials == [nil, 2, 2, 4, 4, 1])
    #expect(try await store.read { reader throws(StoreError) in try reader.floor(of: .busybox) } == revision("6"))
  }

  @Test("a client that waits is woken by a floor", arguments: EngineUnderTest.allCases)
  func waiting(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "1")])
    async let woken: Void = Self.announced(floors: 1, store)
    _ = try await Self.raise([Self.floor("9")], in: store)
    await woken
    #expect(store.announcedMark == FeedMark(serial: 1, removals: 0, floors: 1))
  }

  /// Returns once a floor has been announced.
  private static func announced(floors: Int64, _ store: Store) async {
    while true {
      let (woken, wake) = AsyncStream.makeStream(of: Void.self)
      let ticket = store.waitForRows { wake.yield() }
      if let mark = store.announcedMark, mark.floors >= floors { return store.stopWaiting(ticket) }
      for await _ in woken { break }
    }
  }
}
