// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
import PRWire
import TestStore
import TestThreads
import Testing

@testable import PRSync

@Suite("The pass that asks where rows come from", .ownThreads, .untilHung)
struct OriginPassTests {
  private let folder: TemporaryFolder
  private let (top, middle, leaf): (Store, Store, Store)

  init() throws {
    folder = try TemporaryFolder()
    top = try Store.writable(folder.file("top.sqlite3"))
    middle = try Store.writable(folder.file("middle.sqlite3"))
    leaf = try Store.writable(folder.file("leaf.sqlite3"))
  }

  private static let rows = (0..<25).map { Row.busybox("c\($0)", "\($0)") }

  private func socket() -> String { "/tmp/hw-origins-\(UInt64.random(in: 0...(.max)))" }

  /// Copies until all origins that the upstream has are here.
  private func follow(
    _ store: Store, of upstream: Store, now: Int64 = 1,
    until isDone: (@Sendable (any ReadContext) throws(StoreError) -> Bool)? = nil
  ) async throws {
    try await withServer(of: upstream, at: socket()) { address in
      try await withSync(into: store, from: address, page: 7, now: { now }) { _, happenings in
        await happenings.wait { $0.completions == 1 }
        let end = try await upstream.feed().positions.last
        let isAtEnd: @Sendable (any ReadContext) throws(StoreError) -> Bool = { reader throws(StoreError) in
          try reader.position(.originPosition) == end
        }
        while try await !store.read(isDone ?? isAtEnd) {
          try Task.checkCancellation()
          // There is no signal of what is kept. A pass that does not come to its end hangs, and the suite ends it.
          await Task.yield()
        }
      }
    }
  }

  private func origins(in store: Store) async throws -> [RowOrigin?] {
    try await store.read { reader throws(StoreError) in
      try Self.rows.map { row throws(StoreError) in try reader.keptOrigin(of: row) }
    }
  }

  @Test("a leaf has the origin of a value that was minted two levels up")
  func twoLevels() async throws {
    try await top.mint(as: .init(member: "authority", level: 0, lane: "0/1"))
    try await top.record(Self.rows)
    try await follow(middle, of: top)
    try await follow(leaf, of: middle)
    let identity = try #require(top.identity)
    for origin in try await origins(in: leaf) {
      let minter = try #require(origin).minter
      #expect(minter.store == identity && minter.member == "authority" && minter.lane == "0/1" && minter.level == 0)
    }
  }

  @Test("rows that were copied before get theirs by one pass, and a pass begins anew where the feed does")
  func before() async throws {
    try await top.record(Self.rows)
    _ = try await middle.copy(Self.rows, source: "an earlier version", milliseconds: 1)
    #expect(try await origins(in: middle).allSatisfy { $0 == nil })
    try await middle.write { context throws(StoreError) in
      try context.keep(.originPosition, FeedPosition(store: "another", serial: 4, digest: .start).description)
    }
    try await follow(middle, of: top)
    #expect(try await origins(in: middle).allSatisfy { $0 != nil })
  }

  @Test("rows whose origin the upstream lacks are asked for again a day later")
  func gaps() async throws {
    _ = try await middle.copy(Self.rows, source: "an earlier version", milliseconds: -600_000)
    try await follow(leaf, of: middle)
    #expect(try await origins(in: leaf).allSatisfy { $0 == nil })
    let origin = RowOrigin(.init(store: "top", rule: "first"), milliseconds: 3)
    try await middle.write { context throws(StoreError) in
      for row in Self.rows { try context.keep(origin, of: row) }
    }
    try await follow(leaf, of: middle, now: 86_400_000)
    #expect(try await origins(in: leaf).allSatisfy { $0 == nil })
    try await follow(leaf, of: middle, now: 86_400_001) { reader throws(StoreError) in
      try reader.note(.originGaps) == nil
    }
    let end = try await middle.feed().positions.last
    try await follow(leaf, of: middle)
    #expect(try await leaf.read { reader throws(StoreError) in try reader.position(.originPosition) } == end)
    #expect(try await origins(in: leaf).allSatisfy { $0 == origin })
  }

  // MARK: The value

  @Test("a part is due at the beginning, at once where the last one ended at the limit, else after a while")
  func due() {
    var pass = OriginPass()
    let now = ContinuousClock.now
    #expect(pass.isDue(at: now))
    #expect(pass.wait(60) == 60)
    pass.ended(at: now, isBehind: true, isOpen: false)
    #expect(pass.isDue(at: now) && pass.wait(60) == 5)
    pass.ended(at: now, isBehind: false, isOpen: true)
    #expect(pass.wait(60) == 5 && pass.wait(2) == 2 && pass.wait(0) == 0)
    pass.ended(at: now, isBehind: false, isOpen: false)
    #expect(pass.wait(60) == 60)
    pass.rowsCame()
    #expect(pass.wait(60) == 5)
    #expect(!pass.isDue(at: now + OriginPass.pause - .nanoseconds(1)) && pass.isDue(at: now + OriginPass.pause))
  }

  @Test("after an answer that cannot be used the pass is put off for an hour, and holds no question for rows back")
  func putOff() {
    var pass = OriginPass()
    let now = ContinuousClock.now
    pass.ended(at: now, isBehind: true, isOpen: true)
    pass.failed(at: now)
    #expect(!pass.isDue(at: now + .seconds(3599)) && pass.isDue(at: now + .seconds(3600)))
    pass.rowsCame()
    #expect(pass.wait(60) == 60)
    pass.ended(at: now + .seconds(3600), isBehind: false, isOpen: true)
    #expect(pass.wait(60) == 5 && pass.isDue(at: now + .seconds(3605)))
  }

  @Test("an upstream that answers for rows and not for their origins is copied all the same, which is said once")
  func badAnswers() async throws {
    try await top.record(Self.rows)
    try await follow(middle, of: top)
    try ForeignProcess(folder.file("middle.sqlite3")).run("DROP TABLE headwater_minter")
    let (leaf, middle) = (leaf, middle)
    try await withServer(of: middle, at: socket()) { address in
      try await withSync(into: leaf, from: address, every: .milliseconds(1)) { _, happenings in
        await happenings.wait { $0.contains(where: \.isOfOrigins) }
        // What comes later is copied over the same connection.
        try await middle.record([.busybox("later", "77")])
        try await leaf.waitForCopiedRows(Self.rows.count + 1)
        #expect(happenings.events.completions == 1 && happenings.events.failures(saying: "") == 0)
        #expect(happenings.events.count(where: \.isOfOrigins) == 1, "\(happenings.events)")
      }
    }
    #expect(try await origins(in: leaf).allSatisfy { $0 == nil })
  }

  private static func page(
    _ rows: [Row], store: String = "s", last: Int64, hasMore: Bool = false, digest: String? = nil,
    origins: [RowOrigin?]? = nil
  ) -> ChangesAnswer.Page {
    var own = FeedDigest.start
    for row in rows { own.add(row) }
    return .init(
      store: store, last: last, digest: digest ?? own.description, hasMore: hasMore, rows: rows, origins: origins)
  }

  @Test("a page that does not follow on the position is not taken")
  func pages() throws {
    let two = Array(Self.rows.prefix(2))
    let origin = RowOrigin(.init(store: "s", rule: "first"), milliseconds: 3)
    let found = try #require(OriginPass.found(in: Self.page(two, last: 2, origins: [nil, origin]), from: nil))
    #expect(found.origins == [.init(row: two[1], origin: origin)] && found.hasGaps && !found.hasMore)
    #expect(OriginPass.found(in: Self.page(two, last: 2), from: nil)?.hasGaps == true)
    #expect(OriginPass.found(in: Self.page(two, last: 2, digest: FeedDigest.start.description), from: nil) == nil)
    #expect(OriginPass.found(in: Self.page(two, last: 2, digest: "?"), from: nil) == nil)
    #expect(OriginPass.found(in: Self.page([], last: 0, hasMore: true), from: nil) == nil)
    let start = FeedPosition(store: "s", serial: 5, digest: .start)
    #expect(OriginPass.found(in: Self.page(two, store: "t", last: 7), from: start) == nil)
    #expect(OriginPass.found(in: Self.page(two, last: 4), from: start) == nil)
    #expect(OriginPass.found(in: Self.page(two, last: 7), from: start) != nil)
  }
}

extension Store {
  fileprivate func mint(as entry: MinterNote.Entry) async throws {
    try await withCheckedContinuation { continuation in mint(as: entry) { continuation.resume(returning: $0) } }.get()
  }
}

extension SyncEvent {
  fileprivate var isOfOrigins: Bool { if case .originsPutOff = self { true } else { false } }
}
