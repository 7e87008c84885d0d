// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRRevision
import Synchronization
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Packages whose rows are not indexed yet", .ownThreads)
struct SettlingTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  /// Rows below, at and above each size at which something else is done.
  static let sizes = [1, 63, 64, 65, 66, 255, 256, 257, 512, 513, 700]

  /// Rows of three checksums: one with half of the values, one with a quarter, and others with one each.
  private func rows(_ count: Int) -> [Row] {
    (0..<count).map { .busybox($0 % 2 == 0 ? "a" : $0 % 4 == 1 ? "b" : "c\($0)", "\($0)") }
  }

  /// Compares what is found with what a look at all rows finds.
  private func check(_ store: Store, _ rows: [Row], _ comment: Comment) async throws {
    let values = rows.map { (checksum: $0.tuple.checksum, value: revision($0.value)) }
    let top = try #require(values.map(\.value).max())
    try await store.write { context throws(StoreError) in
      for index in [0, 1, values.count / 3, values.count / 2, values.count - 1] where index < values.count {
        let row = values[index]
        #expect(try context.holder(of: row.value, besides: .checksum("x")) == row.checksum, comment)
        #expect(try context.holder(of: row.value, besides: .checksum(row.checksum)) == nil, comment)
      }
      let facts = try context.facts(for: .checksum("x"), .none, upstream: nil)
      #expect(facts.greatest == top && facts.standing == .unknown, comment)
      for checksum in ["a", "b"] {
        let known = values.filter { $0.checksum == checksum }.map(\.value)
        #expect(try context.reader.values(of: .checksum(checksum)) == ToldValues(known), comment)
        #expect(try context.facts(for: .checksum(checksum), .kept).least == known.min(), comment)
      }
      #expect(
        try context.reader.sqlite.recordedHead(of: .busybox).size == (rows.count > 64 ? .indexed : .small(rows.count)),
        comment)
    }
  }

  @Test(
    "are indexed before the first decision: rows of BitBake's, of schema 2, and of a process beside", arguments: sizes)
  func found(count: Int) async throws {
    let rows = rows(count)
    let bitbake = try ForeignProcess.bitbake(path, rows)
    var store = try Store.writable(path)
    try await check(store, rows, "taken over")
    store.close()
    try bitbake.makeSchema(2)
    store = try Store.writable(path)
    #expect(try await store.greatest(.busybox) == "\(count - 1)")
    try await check(store, rows, "schema 2")
    let more = (count..<count + 300).map { Row.busybox($0 % 3 == 0 ? "a" : "d\($0)", "\($0)") }
    for row in more { try bitbake.insert(row.tuple, row.value) }
    #expect(try await store.greatest(.busybox) == "\(count + 299)", "a reader's")
    try await check(store, rows + more, "beside")
  }

  private func size(_ store: Store) async throws -> PackageSize {
    try await store.read { reader throws(StoreError) in try reader.sqlite.recordedHead(of: .busybox).size }
  }

  private func indexedRows() throws -> [[String?]] { try ForeignProcess(path).ask("SELECT * FROM headwater_number") }

  @Test("of this node are in no index until a row is sought by its number", arguments: [true, false])
  func lazy(isReader: Bool) async throws {
    let store = try Store.writable(path)
    let rows = (0..<700).map { Row.busybox("c\($0)", "\($0)") }
    for row in rows.prefix(100) { try await store.record([row]) }
    try await store.record(Array(rows[100...]))
    #expect(try await store.facts(.checksum("c699")).standing == .current(revision("699")))
    #expect(try await store.count(.checksum("c1")).text == "700")
    #expect(try await size(store) == .unindexed)
    #expect(try indexedRows() == [])
    let all = rows + [.busybox("c1", "700")]
    if isReader {
      let isTaken = try await store.read { reader throws(StoreError) in
        try reader.isTaken(revision("7"), besides: .checksum("x"))
      }
      #expect(isTaken)
      #expect(try await size(store) == .indexed)
    }
    try await check(store, all, "sought")
    #expect(try indexedRows().count == all.count)
    #expect(try await store.count(.checksum("new")).text == "701")
    try await check(store, all + [.busybox("new", "701")], "added")
  }

  @Test("a checksum that gets many values has its package indexed, and answers as before")
  func manyValues() async throws {
    let store = try Store.writable(path)
    let values = (0..<40).map { ($0 % 2 == 0 ? "a" : "b", "\($0)") }
    for row in (0..<200).map({ Row.busybox("c\($0)", "\($0)") }) { try await store.record([row]) }
    for (checksum, value) in values {
      #expect(try await store.count(.checksum(checksum)).text == "\(200 + (Int(value) ?? 0))")
    }
    let known = ToldValues((0..<20).map { revision("\(200 + 2 * $0)") })
    #expect(try await store.read { reader throws(StoreError) in try reader.values(of: .checksum("a")) } == known)
    #expect(try await size(store) == .indexed)
    #expect(try await store.facts(.checksum("a"), .kept).least == known.least)
  }

  @Test("a package whose turn is asked for while another one's is ending is indexed once")
  func following() async throws {
    let store = try Store.writable(path)
    let packages = ["a", "b"].map { TupleKey("package-\($0)", "all", "").package }
    for package in packages {
      try await store.record(
        (0..<300).map { Row(tuple: TupleKey(package: package, checksum: "c\($0)"), value: "\($0)") })
    }
    let unsettled = packages.map { UnsettledPackage(key: $0, isCopied: false) }
    await withCheckedContinuation { continuation in
      store.settling.settle(unsettled[0], store.engine) { _ in
        store.settling.settle(unsettled[1], store.engine) { _ in continuation.resume() }
      }
    }
    // What was begun twice would end twice.
    for _ in 0..<3 { try await store.writerIsIdle() }
    for package in packages {
      let size = try await store.read { reader throws(StoreError) in try reader.sqlite.recordedHead(of: package).size }
      #expect(size == .indexed)
    }
  }

  @Test("a row that is recorded while the index is being made is in it, in front of the place reached and behind it")
  func whileIndexing() async throws {
    let store = try Store.writable(path)
    let rows = rows(2000)
    try await store.record(rows)
    let package = PackageKey.busybox
    for _ in 0..<2 {
      #expect(try await store.write { context throws(StoreError) in try !context.sqlite.settleSlice(of: package) })
    }
    #expect(try await size(store) == .indexing)
    var all = rows
    for checksum in ["A", "a", "c3", "z", "b"] {
      let value = try await store.count(.checksum(checksum))
      all.append(.busybox(checksum, value.text))
    }
    #expect(try await size(store) == .indexing, "no decision has waited")
    try await check(store, all, "whole")
    for row in all.suffix(5) {
      let holder = try await store.write { context throws(StoreError) in
        try context.holder(of: revision(row.value), besides: .checksum("x"))
      }
      #expect(holder == row.tuple.checksum)
    }
  }

  @Test("a package that cannot be indexed is read whole")
  func notIndexed() async throws {
    let store = try Store.writable(path)
    let rows = (0..<300).map { Row.busybox($0 < 100 ? "a" : "c\($0)", "\($0)") }
    try await store.record(rows)
    try ForeignProcess(path).run("ALTER TABLE headwater_number RENAME TO elsewhere")
    #expect(
      try await store.write { context throws(StoreError) in
        try context.holder(of: revision("150"), besides: .checksum("x"))
      } == "c150")
    #expect(
      try await store.read { reader throws(StoreError) in try reader.isTaken(revision("150"), besides: .checksum("x")) }
    )
    #expect(
      try await store.read { reader throws(StoreError) in try reader.values(of: .checksum("a")).least?.text } == "0")
    #expect(try await size(store) == .unindexed)
  }

  @Test("an import indexes the packages that it adds to, those that are there and those that it makes")
  func imported() async throws {
    let store = try Store.writable(path)
    let rows = (100..<1000).map { Row.busybox("c\($0)", "\($0)") }
    try await store.record(rows)
    let other = (0..<600).map {
      Row(tuple: TupleKey(version: "other-1-r0", pkgarch: "all", checksum: "o\($0)"), value: "\($0)")
    }
    let added = (0..<100).map { Row.busybox("i\($0)", "\($0)") }
    for isPrepared in [true, false] {
      if isPrepared { try await store.settle([.busybox, other[0].tuple.package]) }
      let outcomes = try await store.write { context throws(StoreError) in
        var outcomes: [ImportOutcome] = []
        for row in added + other.reversed() {
          outcomes.append(try context.take(row.tuple, revision(row.value), ImportRules(allowsLower: true), .test))
        }
        return outcomes
      }
      #expect(outcomes.filter { $0 == .known }.count == (isPrepared ? 0 : 700))
    }
    try await check(store, rows + added, "imported")
    #expect(try indexedRows().count == 1600)
  }

  @Test("become large row by row", arguments: [true, false])
  func growing(isImported: Bool) async throws {
    let store = try Store.writable(path)
    let rows = rows(140)
    for row in isImported ? rows.reversed() : rows { try await store.record([row]) }
    try await check(store, rows, "grown")
  }

  @Test("a foreign process gives one checksum thousands of values at once")
  func manyAtOnce() async throws {
    let store = try Store.writable(path)
    try await store.record(rows(100))
    let other = try ForeignProcess(path)
    try other.run(
      """
      INSERT INTO PRMAIN
        WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 3000)
        SELECT 'busybox-1.36.1-r0', 'core2-64', 'e', CAST(i AS TEXT) FROM n
      """)
    try await check(store, rows(100) + (100..<3000).map { .busybox("e", "\($0)") }, "many")
    #expect(
      try await store.read { reader throws(StoreError) in try reader.values(of: .checksum("e")).values.map(\.text) }
        == (100..<108).map(String.init) + (2992..<3000).map(String.init))
  }

  @Test("the indexing goes on where a process ended, and two do it together")
  func interrupted() async throws {
    let rows = rows(2000)
    _ = try ForeignProcess.bitbake(path, rows)
    let package = PackageKey.busybox
    let stores = [try Store.writable(path), try Store.writable(path)]
    for store in stores {
      #expect(try await store.write { context throws(StoreError) in try !context.sqlite.settleSlice(of: package) })
    }
    // Rows that come in front of the place that the indexing has reached are not lost.
    try ForeignProcess(path).insert([.busybox("A", "5000"), .busybox("z", "5001")])
    async let first = stores[0].count(.checksum("new"))
    async let second = stores[1].count(.checksum("newer"))
    #expect(try await Set([first.text, second.text]) == ["5002", "5003"])
    let holders = try await stores[0].write { context throws(StoreError) in
      try ["5000", "5001", "1234"].map { (value) throws(StoreError) in
        try context.holder(of: revision(value), besides: .checksum("x"))
      }
    }
    #expect(holders == ["A", "z", "a"])
  }

  @Test("a decision on another package that came later is made first")
  func inBetween() async throws {
    _ = try LargeDatabase(path, rows: 5000, values: 1)
    let store = try Store.writable(path)
    let order = Mutex<[String]>([])
    let gate = DispatchSemaphore(value: 0)
    // The writer is held up until both wait.
    store.write { _ in
      gate.wait()
    } done: { _ in
    }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      store.write { context throws(StoreError) in
        try context.count(LargeDatabase.tuple(30_000))
      } done: { outcome in
        order.withLock { $0.append("large") }
        continuation.resume(with: outcome.map { _ in })
      }
      store.write { context throws(StoreError) in
        try context.count(.checksum("a"))
      } done: { _ in
        order.withLock { $0.append("other") }
      }
      gate.signal()
    }
    #expect(order.withLock { $0 } == ["other", "large"])
    #expect(try await store.greatest(LargeDatabase.large) == "5000")
  }

  @Test("a process of schema 2 that still has the file open can read, and cannot write")
  func oldProcess() async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "7")])
    let old = try ForeignProcess(path)
    #expect(try old.ask("SELECT greatest, holder, tied FROM headwater_package") == [["7", "a", "0"]])
    #expect(throws: (any Error).self) {
      try old.run(
        "UPDATE headwater_package SET greatest = '8', holder = 'b', tied = 0 WHERE version = 'busybox-1.36.1-r0'")
    }
    #expect(throws: (any Error).self) { try old.run("INSERT INTO headwater_above VALUES ('a', 'b', '1', NULL)") }
  }
}
