// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Taking over BitBake's database", .ownThreads)
struct AdoptingTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("prserv.sqlite3")
  }

  @Test("its rows stand in the feed in the order in which they were written, and are counted")
  func order() throws {
    let rows = [
      Row.busybox("z", "0"), .busybox("a", "1"), Row(tuple: TupleKey("acl-2", "all", "c"), value: "5"),
      .busybox("a", "2"),
    ]
    let bitbake = try ForeignProcess.bitbake(path, rows)
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report == OpeningReport(adoptedRows: 4))
    let feed = try bitbake.feed()
    #expect(feed.map(\.row) == rows)
    #expect(feed.map(\.serial) == [1, 2, 3, 4])
    #expect(feed.allSatisfy { $0.origin == "taken-over" })
    #expect(store.identity != nil)
  }

  @Test("the greatest value is found as a number, and the next one follows it")
  func asNumbers() async throws {
    _ = try ForeignProcess.bitbake(path, [.busybox("a", "9"), .busybox("b", "10"), .busybox("c", "8")])
    let store = try Store.writable(path)
    #expect(try await store.greatest(.busybox) == "10")
    #expect(try await store.facts(.checksum("b")).standing == .current(revision("10")))
    #expect(try await store.facts(.checksum("a")).standing == .superseded)
    #expect(try await store.count(.checksum("d")).text == "11")
  }

  @Test("rows without a value are left where they are")
  func nullValues() async throws {
    let bitbake = try ForeignProcess.bitbake(path, [.busybox("a", "3")])
    try bitbake.insert(.checksum("b"), nil)
    try bitbake.insert(TupleKey("only-null", "all", "c"), nil)
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report.adoptedRows == 1)
    #expect(try bitbake.feed().map(\.row) == [.busybox("a", "3")])
    #expect(try await store.greatest(TupleKey("only-null", "all", "").package) == nil)
    #expect(try await store.greatest(.busybox) == "3")
  }

  @Test("values that are no revision are in the feed, and count for nothing")
  func unreadable() async throws {
    _ = try ForeignProcess.bitbake(path, [.busybox("a", "99x"), .busybox("b", "2"), .busybox("c", "")])
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report.adoptedRows == 3)
    #expect(try await store.greatest(.busybox) == "2")
    #expect(try await store.count(.checksum("d")).text == "3")
  }

  @Test("a database in another journal mode is brought to WAL")
  func otherJournal() async throws {
    let bitbake = try ForeignProcess(path)
    try bitbake.run(
      "CREATE TABLE PRMAIN (version TEXT NOT NULL, pkgarch TEXT NOT NULL, checksum TEXT NOT NULL, value TEXT)")
    try bitbake.insert([.busybox("a", "4")])
    #expect(try bitbake.ask("PRAGMA journal_mode") == [["delete"]])
    let store = try Store.writable(path)
    #expect(try ForeignProcess(path).ask("PRAGMA journal_mode") == [["wal"]])
    #expect(try await store.count(.checksum("b")).text == "5")
  }

  @Test("adopting happens once")
  func once() throws {
    let bitbake = try ForeignProcess.bitbake(path, [.busybox("a", "0")])
    let first = try Store.open(StoreOptions(path: path))
    let second = try Store.open(StoreOptions(path: path))
    #expect(first.report.adoptedRows == 1 && second.report == OpeningReport())
    #expect(first.store.identity == second.store.identity)
    #expect(try bitbake.feed().count == 1)
  }
}

@Suite("Taking over the tables of BitBake 2.8 and older", .ownThreads)
struct OldTablesTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("prserv.sqlite3")
  }

  @Test(
    "their numbers become values, the next number follows, and the report says how many",
    arguments: ["PRMAIN_nohist", "PRMAIN_hist"])
  func takesOver(table: String) async throws {
    let old = try ForeignProcess(path)
    try old.makeOldTable(table, [(.checksum("a"), 9), (.checksum("b"), 10)])
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report == OpeningReport(takenOver: [table: 2]))
    #expect(try old.rows() == [.busybox("a", "9"), .busybox("b", "10")])
    #expect(try old.ask("SELECT DISTINCT typeof(value) FROM PRMAIN") == [["text"]])
    #expect(try old.feed().map(\.origin) == ["taken-over", "taken-over"])
    #expect(try await store.value(.checksum("b")) == "10")
    #expect(try await store.count(.checksum("c")).text == "11")
  }

  @Test("it happens once, unless the old table has rows that lack")
  func once() async throws {
    let old = try ForeignProcess(path)
    try old.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 9)])
    #expect(try Store.open(StoreOptions(path: path)).report.takenOver == ["PRMAIN_nohist": 1])
    #expect(try Store.open(StoreOptions(path: path)).report == OpeningReport())
    try old.run("DELETE FROM PRMAIN_nohist")
    #expect(try Store.open(StoreOptions(path: path)).report == OpeningReport())
    #expect(try old.feed().count == 1)
  }

  /// The server of BitBake 2.8 sees its own tables only, and counts on from there.
  @Test("what a server of BitBake 2.8 has added since is taken over at each opening, and numbering goes on after it")
  func turns() async throws {
    let old = try ForeignProcess(path)
    try old.makeOldTable("PRMAIN_nohist", (0..<3).map { (.checksum("k\($0)"), $0) })
    let first = try Store.open(StoreOptions(path: path)).store
    try await first.record([.busybox("h3", "3")])
    first.close()
    for number in 3..<10 {
      try old.run("INSERT INTO PRMAIN_nohist VALUES ('busybox-1.36.1-r0', 'core2-64', 'n\(number)', \(number))")
    }
    #expect(throws: StoreError.notTakenOver(path: path, table: "PRMAIN_nohist")) { try Store.readOnly(path) }
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report.takenOver == ["PRMAIN_nohist": 6])
    #expect(report.refusedOldRows == [.init(tuple: .checksum("n3"), value: "3", holder: "h3")])
    #expect(try await store.value(.checksum("n9")) == "9")
    #expect(try await store.value(.checksum("n3")) == nil, "its number names another content")
    #expect(try await store.count(.checksum("new")).text == "10")
    store.close()
    #expect(try old.feed().suffix(7).map(\.origin) == Array(repeating: "taken-over", count: 6) + ["imported"])
    // What was refused stays refused, and is no news.
    #expect(try Store.open(StoreOptions(path: path)).report == OpeningReport())
    #expect(throws: Never.self) { try Store.readOnly(path) }
    // That server replaces a row when it numbers its checksum anew.
    try old.run("INSERT OR REPLACE INTO PRMAIN_nohist VALUES ('busybox-1.36.1-r0', 'core2-64', 'n3', 12)")
    #expect(try Store.open(StoreOptions(path: path)).report.takenOver == ["PRMAIN_nohist": 1])
  }

  @Test("a newer BitBake that has begun again at 0 is brought back above the old numbers")
  func begunAgain() async throws {
    let bitbake = try ForeignProcess.bitbake(path, [.busybox("b", "0"), .busybox("c", "1")])
    try bitbake.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 0), (.checksum("b"), 41), (.checksum("c"), 1)])
    let (store, report) = try Store.open(StoreOptions(path: path))
    // The row of c is there already; 0 then names two contents, as the past has it.
    #expect(report == OpeningReport(adoptedRows: 2, takenOver: ["PRMAIN_nohist": 2]))
    #expect(try bitbake.feed().map(\.row) == bitbake.rows())
    #expect(try bitbake.rows().count == 4)
    #expect(try await store.value(.checksum("b")) == "41")
    #expect(try await store.count(.checksum("new")).text == "42")
  }

  @Test("both tables are taken over")
  func both() async throws {
    let old = try ForeignProcess(path)
    try old.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 3), (.checksum("b"), 4)])
    try old.makeOldTable("PRMAIN_hist", [(.checksum("a"), 3), (.checksum("c"), 7)])
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report == OpeningReport(takenOver: ["PRMAIN_nohist": 2, "PRMAIN_hist": 1]))
    #expect(try await store.count(.checksum("d")).text == "8")
  }

  @Test("a table that turns up later is taken over too")
  func later() async throws {
    try await Store.writable(path).record([.busybox("a", "2")])
    let old = try ForeignProcess(path)
    try old.makeOldTable("PRMAIN_hist", [(.checksum("z"), 30)])
    let (store, report) = try Store.open(StoreOptions(path: path))
    #expect(report == OpeningReport(takenOver: ["PRMAIN_hist": 1]))
    #expect(try old.feed().map(\.row) == [.busybox("a", "2"), .busybox("z", "30")])
    #expect(try await store.count(.checksum("b")).text == "31")
  }

  @Test("old rows without a number are passed over")
  func nullNumbers() throws {
    let old = try ForeignProcess(path)
    try old.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 3)])
    try old.run("INSERT INTO PRMAIN_nohist VALUES ('v', 'p', 'c', NULL)")
    #expect(try Store.open(StoreOptions(path: path)).report.takenOver == ["PRMAIN_nohist": 1])
  }
}
