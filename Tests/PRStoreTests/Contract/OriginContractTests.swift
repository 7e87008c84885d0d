// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore

@Suite("The contract of a store: where rows come from", .ownThreads)
struct OriginContractTests {
  private let databases = EngineDatabases()
  private static let origin = RowOrigin(
    .init(store: "above", member: "hq", level: 0, lane: "0/1", rule: "first"), milliseconds: 7, asker: "10.0.0.1")

  private static func copied(_ count: Int, at milliseconds: Int64, into store: Store) async throws {
    let rows = (0..<count).map { Row.busybox("c\($0)", "\($0)") }
    _ = try await store.copy(rows, source: "hub", milliseconds: milliseconds)
  }

  private static func page(
    _ store: Store, after position: FeedPosition? = nil, limit: Int = 100, now: Int64, shares: Bool = false
  ) async throws -> FeedPage {
    let wanted = OriginsWanted(sharesAskers: shares, now: now)
    let answer: Result<FeedAnswer, StoreError> = await withCheckedContinuation { continuation in
      store.changes(after: position, floors: nil, limit: limit, origins: wanted) { continuation.resume(returning: $0) }
    }
    guard case .page(let page) = try answer.get() else { throw StoreError.abandoned }
    return page
  }

  private static func keep(_ origin: RowOrigin, of row: Row, in store: Store) async throws {
    try await store.write { context throws(StoreError) in try context.keep(origin, of: row) }
  }

  @Test("an origin is kept with its row, and the last one counts", arguments: EngineUnderTest.withCopy)
  func kept(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let (row, other) = (Row.busybox("a", "1"), Row.busybox("a", "2"))
    let bare = RowOrigin(.init(store: "x", rule: "imported"), milliseconds: nil)
    for origin in [Self.origin, bare, Self.origin, bare] {
      try await Self.keep(origin, of: row, in: store)
      #expect(try await store.read { reader throws(StoreError) in try reader.keptOrigin(of: row) } == origin)
    }
    #expect(try await store.read { reader throws(StoreError) in try reader.keptOrigin(of: other) } == nil)
  }

  @Test("own rows come from the place that the node has had then", arguments: EngineUnderTest.allCases)
  func own(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "1")])
    for lane in ["1/8", "1/8", "2/8"] { try await store.mint(as: .init(member: "pune", level: 1, lane: lane)) }
    try await store.record([.busybox("b", "2")])
    try await store.mint(as: .init(member: nil, level: nil, lane: nil))
    try await store.record([.busybox("c", "3")])
    let page = try await Self.page(store, now: 0, shares: true)
    let minters = try #require(page.origins).compactMap { $0?.minter }
    #expect(minters.map(\.member) == [nil, "pune", nil] && minters.map(\.lane) == [nil, "2/8", nil])
    #expect(minters.map(\.level) == [nil, 1, nil])
    let identity = try #require(store.identity)
    #expect(minters.allSatisfy { $0.store == identity })
    #expect(!page.hasMore && page.rows.count == 3)
  }

  @Test(
    "a copied row waits ten minutes for its origin, and those behind it with it", arguments: EngineUnderTest.withCopy)
  func patience(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await Self.copied(3, at: 1000, into: store)
    try await Self.keep(Self.origin, of: .busybox("c0", "0"), in: store)
    try await Self.keep(Self.origin, of: .busybox("c2", "2"), in: store)
    let early = try await Self.page(store, now: 1000 + FeedOrigins.patience - 1)
    #expect(early.rows.count == 1 && early.origins == [Self.origin] && early.position.serial == 1 && !early.hasMore)
    let rest = try await Self.page(store, after: early.position, now: 2000)
    #expect(rest.rows.isEmpty && rest.position == early.position)
    let late = try await Self.page(store, after: early.position, now: 1000 + FeedOrigins.patience)
    #expect(late.origins == [nil, Self.origin] && late.position.serial == 3)
    // Another node may have another time of day.
    #expect(try await Self.page(store, now: 0).rows.count == 3)
    try await Self.keep(Self.origin, of: .busybox("c1", "1"), in: store)
    #expect(try await Self.page(store, now: 2000).origins == [Self.origin, Self.origin, Self.origin])
  }

  @Test("pages go on where one ends, and lack none", arguments: EngineUnderTest.withCopy, [1, 2, 7])
  func pages(engine: EngineUnderTest, limit: Int) async throws {
    let store = try databases.open(engine)
    try await Self.copied(9, at: 1000, into: store)
    for index in stride(from: 0, to: 9, by: 2) {
      try await Self.keep(Self.origin, of: .busybox("c\(index)", "\(index)"), in: store)
    }
    var (position, origins): (FeedPosition?, [RowOrigin?]) = (nil, [])
    while true {
      let page = try await Self.page(store, after: position, limit: limit, now: .max)
      #expect(page.rows.count <= limit && page.origins?.count == page.rows.count)
      origins += page.origins ?? []
      position = page.position
      guard page.hasMore else { break }
    }
    #expect(origins == (0..<9).map { $0.isMultiple(of: 2) ? Self.origin : nil })
    #expect(try await store.feed().positions.last == position)
  }

  @Test("a page of long names ends at its bytes, and the next one goes on", arguments: EngineUnderTest.withCopy)
  func longNames(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let long = String(repeating: "x", count: 4000)
    let rows = (0..<300).map { Row(tuple: TupleKey(version: long, pkgarch: "p", checksum: "c\($0)"), value: "\($0)") }
    _ = try await store.copy(rows, source: "hub", milliseconds: 0)
    var (position, count, pages): (FeedPosition?, Int, Int) = (nil, 0, 0)
    while true {
      let page = try await Self.page(store, after: position, limit: 1024, now: .max)
      #expect(page.rows.count < 100)
      (position, count, pages) = (page.position, count + page.rows.count, pages + 1)
      guard page.hasMore else { break }
    }
    #expect(count == 300 && pages > 3)
  }

  @Test("builders are said by a node that shares them", arguments: EngineUnderTest.allCases)
  func askers(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.write { context throws(StoreError) in
      try context.record(
        .checksum("a"), Revision(components: [1]), Provenance(.rule(.first), asker: "10.0.0.9", milliseconds: 5))
    }
    #expect(try await Self.page(store, now: 0).origins?.first??.asker == nil)
    let told = try await Self.page(store, now: 0, shares: true).origins?.first ?? nil
    #expect(told?.asker == "10.0.0.9" && told?.milliseconds == 5 && told?.minter.rule == "first")
    // The node's own operator may read it all the same.
    let story = try await store.read { reader throws(StoreError) in
      try reader.originStory(of: .busybox, checksum: nil).map { $0.1?.asker }
    }
    #expect(story == ["10.0.0.9"])
  }

  @Test("an adopted value has the origin of the value above", arguments: EngineUnderTest.withCopy)
  func adopted(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.write { context throws(StoreError) in
      try context.record(
        .checksum("a"), Revision(components: [1]), Provenance(.rule(.adopted), asker: nil, milliseconds: 5))
    }
    #expect(try await Self.page(store, now: 6).rows.isEmpty)
    try await Self.keep(Self.origin, of: .busybox("a", "1"), in: store)
    #expect(try await Self.page(store, now: 6).origins == [Self.origin])
  }
}

@Suite("The places in which a node has minted", .ownThreads)
struct MinterNoteTests {
  @Test("a place that has not changed is not noted again, and the oldest are forgotten")
  func most() throws {
    var note = MinterNote()
    for level in 0..<100 {
      let isNew = note.take(.init(member: nil, level: level, lane: nil, since: Int64(level)))
      let isNewAgain = note.take(.init(member: nil, level: level, lane: nil, since: 1000))
      #expect(isNew && !isNewAgain)
    }
    #expect(note.entries.count == 64 && note.entry(at: 99)?.level == 99 && note.entry(at: 50)?.level == 50)
    #expect(note.entry(at: 3) == nil)
    #expect(MinterNote(text: note.text) == note && MinterNote(text: "?") == nil)
  }
}

extension Store {
  fileprivate func mint(as entry: MinterNote.Entry) async throws {
    try await withCheckedContinuation { continuation in mint(as: entry) { continuation.resume(returning: $0) } }.get()
  }
}
