// SPDX-License-Identifier: Apache-2.0
import GRDB
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("Rows that a foreign process writes", .ownThreads)
struct ForeignRowsTests {
  private typealias Row = PRRevision.Row

  private let folder: TemporaryFolder
  private let path: String
  private let store: Store
  private let other: ForeignProcess

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.writable(path)
    other = try ForeignProcess(path)
  }

  /// What a foreign row beside ("a", 7) does to the package: its greatest value, and whether x is current.
  static let repairs: [(value: String?, greatest: String, isCurrent: Bool)] = [
    ("3", "7", false), ("8", "8", true), ("10", "10", true), ("7.0", "7.0", true), ("6.9", "7", false),
    ("07", "7", true), ("9z", "7", false), ("", "7", false), (nil, "7", false), ("1_0", "7", false),
  ]

  @Test("the greatest value is right again at once", arguments: repairs)
  func headRepair(value: String?, greatest: String, isCurrent: Bool) async throws {
    try await store.record([.busybox("a", "7")])
    try other.insert(.checksum("x"), value)
    // A reader cannot repair; the writer does; then it stays so.
    #expect(
      try await store.read { reader throws(StoreError) in try reader.greatest(of: .busybox) } == revision(greatest))
    let standing = try await store.facts(.checksum("x")).standing
    if isCurrent {
      #expect(standing == .current(revision(greatest)))
    } else {
      #expect(standing != .current(revision("7")))
    }
    #expect(try await store.greatest(.busybox).map(revision) == revision(greatest))
    let next = try await store.count(.checksum("new"))
    #expect(next.components == [revision(greatest).components[0] + 1])
    #expect(try await store.facts(.checksum("new")).standing == .current(next))
  }

  @Test("a tie that they make is seen by both")
  func tie() async throws {
    let store = try Store.writable(path, guardsValues: false)
    try await store.record([.busybox("b", "7")])
    try other.insert([.busybox("a", "7")])
    for checksum in ["a", "b"] {
      #expect(try await store.facts(.checksum(checksum)).standing == .current(revision("7")))
    }
    #expect(try await store.facts(.checksum("c")).standing == .unknown)
  }

  @Test("they get a serial in the order of their commits, and ours stay ours")
  func serials() async throws {
    try await store.record([.busybox("a", "0")])
    try other.insert([.busybox("b", "1"), Row(tuple: TupleKey("v", "p", "c"), value: "0")])
    try await store.record([.busybox("c", "2")])
    try other.insert([.busybox("d", "3")])
    let feed = try other.feed()
    #expect(feed.map(\.row) == (try other.rows()))
    #expect(feed.map(\.origin) == ["imported", "foreign", "foreign", "imported", "foreign"])
    #expect(feed.map(\.serial) == [1, 2, 3, 4, 5])
    let times = try other.ask("SELECT count(*) FROM headwater_feed WHERE origin = 'foreign' AND at > 1700000000000")
    #expect(times == [["3"]])
  }

  @Test("many in one transaction get a serial each")
  func manyAtOnce() throws {
    try other.run("BEGIN")
    for number in 0..<300 { try other.insert([.busybox("c\(number)", "\(number)")]) }
    try other.run("COMMIT")
    #expect(try other.feed().map(\.row) == other.rows() && other.rows().count == 300)
  }

  @Test("what a foreign process takes back leaves nothing behind")
  func rolledBack() async throws {
    try await store.record([.busybox("a", "0")])
    try other.run("BEGIN")
    try other.insert([.busybox("b", "1")])
    try other.run("ROLLBACK")
    #expect(try other.feed().count == 1)
    #expect(try await store.count(.checksum("c")).text == "1")
  }

  @Test("serials survive VACUUM, and none comes back")
  func vacuum() async throws {
    try await store.record((0..<20).map { .busybox("a\($0)", "\($0)") })
    try other.insert((20..<40).map { .busybox("b\($0)", "\($0)") })
    try other.run("DELETE FROM PRMAIN WHERE rowid % 3 = 0")
    try other.run("DELETE FROM headwater_feed WHERE serial % 3 = 0")
    let before = try other.feed()
    #expect(before.count == 27)
    try other.run("VACUUM")
    #expect(try other.feed() == before)
    try other.insert([.busybox("c", "40")])
    try await store.record([.busybox("d", "41")])
    #expect(try other.feed().suffix(2).map(\.serial) == [41, 42])
  }

  @Test("a second checksum for a value is refused, and nothing of it is kept")
  func guarded() async throws {
    try await store.record([.busybox("a", "0"), .busybox("b", "1")])
    for value in ["0", "1"] {
      #expect {
        try other.insert([.busybox("x", value)])
      } throws: { error in
        let error = error as? DatabaseError
        return error?.resultCode == .SQLITE_CONSTRAINT && error?.message?.contains("ask again") == true
      }
    }
    #expect(try other.feed().count == 2 && other.rows().count == 2)
    // Another value, another package, and one more value of the same checksum are nobody's business.
    try other.insert([.busybox("x", "2"), Row(tuple: TupleKey("v", "p", "x"), value: "1"), .busybox("a", "3")])
    #expect(throws: DatabaseError.self) { try other.insert([.busybox("y", "2")]) }
    #expect(try other.feed().map(\.origin) == ["imported", "imported", "foreign", "foreign", "foreign"])
  }

  @Test("a node whose numbering can want them lets them pass")
  func unguarded() async throws {
    let store = try Store.writable(path, guardsValues: false)
    try await store.record([.busybox("a", "0")])
    try other.insert([.busybox("x", "0")])
    #expect(try other.feed().map(\.origin) == ["imported", "foreign"])
  }

  @Test("their own mistakes are refused as ever, and leave the feed alone")
  func ownMistakes() async throws {
    try await store.record([.busybox("a", "0")])
    #expect(throws: DatabaseError.self) { try other.insert([.busybox("a", "0")]) }
    try other.run("INSERT OR IGNORE INTO PRMAIN VALUES ('busybox-1.36.1-r0', 'core2-64', 'a', '0')")
    #expect(try other.feed().count == 1)
  }
}
