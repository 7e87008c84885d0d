// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("The exchange of a fresh copy for the copy, step by step", .ownThreads)
struct CopySwapTests {
  private let folder: TemporaryFolder
  private let path: String
  private let old: [Row]
  private let new: [Row]

  /// A third of the rows goes, a third stays, a third comes. One package has many of them.
  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    let all = (0..<1800).map { number in
      number % 2 == 0
        ? Row.busybox("c\(number)", "\(number)")
        : Row(tuple: TupleKey("p\(number / 8)", "all", "c\(number)"), value: "\(number)")
    }
    old = Array(all.prefix(1200))
    new = Array(all.suffix(1200))
  }

  /// A node that has copied the old rows, and has a fresh copy of the new ones.
  private func prepared() async throws -> Store {
    let store = try Store.writable(path)
    let upstream = try Store.writable(folder.file("upstream.sqlite3"))
    try await store.record([.busybox("own", "5000")])
    _ = try await store.copy(old, milliseconds: 1)
    try await upstream.record(new)
    try await store.beginFreshCopy()
    let page = try await upstream.page(after: nil)
    _ = try await store.copyFresh(page, from: nil)
    let hasBegun = try await store.write { context throws(StoreError) in
      try context.beginSwap(at: page.position, sparingAfter: .max, milliseconds: 2)
    }
    #expect(hasBegun)
    return store
  }

  private func copied(_ store: Store) throws -> Set<Row> { Set(try store.copiedRows(path)) }

  @Test(
    "shows the old copy or the fresh one and never both, whatever process goes on with it", arguments: [false, true])
  func steps(isAnotherProcess: Bool) async throws {
    var stores = [try await prepared()]
    var hasSwapped = false
    var number = 0
    while try await stores[0].read({ reader throws(StoreError) in try reader.sqlite.swapProgress() }) != nil {
      let store = stores[stores.count - 1]
      let step = try await store.write { context throws(StoreError) in try context.swapStep() }
      if case .swapped(let vanished) = step {
        #expect(vanished == 600)
        hasSwapped = true
      }
      #expect(try copied(store) == Set(hasSwapped ? new : old))
      // The first rows of the feed are those that have not left it.
      let feed = try await store.feed().rows
      #expect(
        feed.prefix(hasSwapped ? 601 : 1201) == [.busybox("own", "5000")] + (hasSwapped ? old.suffix(600) : old[...]))
      let above = try await store.read { reader throws(StoreError) in try reader.greatestAbove(.busybox)?.text }
      #expect(above == (hasSwapped ? "1798" : "1198"))
      // Decisions are made in between.
      number += 1
      #expect(try await store.count(.checksum("between\(number)")).text == "\(5000 + number)")
      if isAnotherProcess, stores.count < 4 { stores.append(try Store.writable(path)) }
    }
    #expect(hasSwapped && number > 6, "so many rows take several steps")
    let feed = try ForeignProcess(path).feed()
    #expect(feed.filter { $0.origin == "vanished" }.map(\.row) == Array(old.prefix(600)))
    #expect(Set(feed.filter { $0.origin == "copied" }.map(\.row)) == Set(new))
    #expect(feed.filter { $0.origin == "copied" }.count == 1200, "each once")
    #expect(feed.map(\.serial) == (1...Int64(feed.count)).map { $0 })
  }

  @Test("what is told while new rows are announced stands in the feed once")
  func toldMeanwhile() async throws {
    let store = try await prepared()
    var step = SwapStep.working
    while step == .working { step = try await store.write { context throws(StoreError) in try context.swapStep() } }
    // The last of the rows by its names, which is announced last, is told live before; another one is news.
    let told = Row(tuple: TupleKey("zz", "all", "told"), value: "7")
    _ = try await store.copy([told], milliseconds: 3)
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 4) == nil, "it is exchanged already")
    let feed = try ForeignProcess(path).feed().filter { $0.origin == "copied" }.map(\.row)
    #expect(feed.count == 1201 && Set(feed) == Set(new + [told]))
  }

  @Test("pages for a fresh copy do not fit while it is exchanged, and a new one begins when that is done")
  func begunAgain() async throws {
    let store = try await prepared()
    #expect(try await store.write { context throws(StoreError) in try !context.copyFresh([.busybox("late", "1")]) })
    var step = SwapStep.working
    while step == .working { step = try await store.write { context throws(StoreError) in try context.swapStep() } }
    try await store.beginFreshCopy()
    #expect(try await store.read { reader throws(StoreError) in try reader.sqlite.swapProgress() } == nil)
    #expect(try copied(store) == Set(new))
    _ = try await store.copyFresh(old)
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 5) == 600)
    #expect(try copied(store) == Set(old))
  }

  @Test("given up before it shows, it leaves no trace")
  func givenUp() async throws {
    let store = try await prepared()
    for _ in 0..<3 { _ = try await store.write { context throws(StoreError) in try context.swapStep() } }
    let before = try await store.feed().positions.last
    try await store.beginFreshCopy()
    _ = try await store.copyFresh(old)
    #expect(try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 5) == 0)
    #expect(try copied(store) == Set(old))
    #expect(try await store.feed().positions.last == before)
  }

  @Test("the tables that it replaced go away")
  func gone() async throws {
    let store = try await prepared()
    _ = try await store.swapCopies(.nowhere, sparingAfter: .max, milliseconds: 5)
    while try await store.write({ context throws(StoreError) in try context.sqlite.removeGone() }) {}
    #expect(try await store.read { reader throws(StoreError) in try reader.sqlite.goneTables() }.isEmpty)
    #expect(try copied(store) == Set(new))
  }

  @Test("a large page is applied in slices, each with its position where the page tells it", arguments: [false, true])
  func slices(hasGaps: Bool) throws {
    let rows = (0..<10).map { Row.busybox("c\($0)", "\($0)") }
    var digest = FeedDigest.start
    for row in rows { digest.add(row) }
    let page = FeedPage(
      position: FeedPosition(store: "s", serial: hasGaps ? 17 : 10, digest: digest), rows: rows, hasMore: false)
    let slices = FeedSlice.slices(of: page, from: nil, maximum: 4)
    #expect(slices.map(\.rows.count) == [4, 4, 2])
    #expect(slices.map { $0.position?.serial } == (hasGaps ? [nil, nil, 17] : [4, 8, 10]))
    #expect(slices.last?.position == page.position)
    var early = FeedDigest.start
    for row in rows.prefix(4) { early.add(row) }
    if !hasGaps { #expect(slices[0].position?.digest == early) }
  }
}
