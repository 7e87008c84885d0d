// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("A feed that is read page by page", .ownThreads)
struct FeedPagingTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.writable(path)
  }

  private static let names = ["plain", "é", "e\u{301}", "😀", "nul\u{0}byte", "quote \"", ""]

  private func fill(_ count: Int = 60) async throws {
    let other = try ForeignProcess(path)
    for number in 0..<count {
      let name = Self.names[number % Self.names.count]
      let row = Row(tuple: TupleKey("v\(number % 5)", name, "c\(number)"), value: "\(number)")
      if number % 4 == 1 {
        try other.insert([row])
      } else if number % 4 == 2 {
        _ = try await store.write { context throws(StoreError) in try context.copy([row], milliseconds: 1) }
      } else {
        try await store.record([row])
      }
    }
  }

  @Test("is the same with every limit: own, copied and foreign rows in the order of their commits, and their digests")
  func limits() async throws {
    try await fill()
    let (rows, positions) = try await store.feed(limit: 1)
    #expect(rows.map { Array($0.tuple.package.pkgarch.utf8) } == (0..<60).map { Array(Self.names[$0 % 7].utf8) })
    #expect(rows.map(\.value) == (0..<60).map(String.init))
    #expect(positions.map(\.serial) == (1...60).map(Int64.init))
    var digest = FeedDigest.start
    for (row, position) in zip(rows, positions) {
      digest.add(row)
      #expect(position.digest == digest)
    }
    for limit in [2, 7, 59, 60, 61, 8192] {
      let walk = try await Store.readOnly(path).feed(limit: limit)
      #expect(walk.rows == rows, "\(limit)")
      #expect(walk.positions.allSatisfy { positions[Int($0.serial) - 1] == $0 }, "\(limit)")
    }
  }

  @Test("has the same digests where some are kept and where none is, far into the feed", arguments: Seed.several(1))
  func keptDigests(seed: Seed) async throws {
    var numbers = seed.numbers
    try await store.record((0..<9000).map { .busybox("c\($0)", "\($0)") })
    let whole = try await store.feed(limit: 6000)
    #expect(whole.rows.count == 9000 && whole.positions.map(\.serial) == [6000, 9000])
    let fresh = try Store.readOnly(path)
    var position = whole.positions[1]
    for _ in 0..<20 {
      let serial = Int.random(in: 1...6000, using: &numbers)
      let walk = try await fresh.feed(limit: serial)
      let here = try #require(walk.positions.first { $0.serial == serial })
      #expect(here.digest == Self.digest(whole.rows.prefix(serial)), "\(seed)")
      let rest = try await store.page(after: here, limit: 100).rows
      #expect(rest == Array(whole.rows.dropFirst(serial).prefix(100)), "\(seed)")
      position = here
    }
    #expect(try await fresh.changes(after: position) == store.changes(after: position))
  }

  @Test(
    "reads its way to a position in slices, whatever stands between: rows that vanished, serials that were left out")
  func slices() async throws {
    try await store.record((0..<9000).map { .busybox("c\($0)", "\($0)") })
    let other = try ForeignProcess(path)
    try other.run("UPDATE headwater_feed SET origin = 'vanished' WHERE serial % 4096 = 0 OR serial BETWEEN 5 AND 4200")
    try other.run("UPDATE headwater_feed SET serial = 9000000 WHERE serial = 9000")
    let whole = try await store.feed(limit: 1000)
    let end = try #require(whole.positions.last)
    #expect(end.serial == 9_000_000 && whole.rows.count == 9000 - 4196 - 1)
    let fresh = try Store.readOnly(path)
    let steps = try await fresh.read { reader throws(StoreError) in
      var (steps, checked) = (1, FeedCheck?.none)
      while case .again(let next) = try reader.changes(
        after: end, floors: nil, limit: 1, checked: checked, digests: FeedDigests())
      {
        (steps, checked) = (steps + 1, next)
      }
      return steps
    }
    #expect(steps == 3, "9,000 rows, and no more than 4,096 in a slice")
    #expect(try await fresh.page(after: end).rows.isEmpty)
  }

  private static func digest(_ rows: some Sequence<Row>) -> FeedDigest {
    var digest = FeedDigest.start
    for row in rows { digest.add(row) }
    return digest
  }

  @Test("breaks a page off before it grows too large for memory")
  func largePages() async throws {
    let long = String(repeating: "x", count: NameLimit.bytes - 4)
    try await store.record((1000..<1200).map { .busybox("\(long)\($0)", "\($0)") })
    let (rows, positions) = try await store.feed(limit: 8192)
    var (bytes, ends) = (0, [Int64]())
    for (index, row) in rows.enumerated() {
      let names = [row.tuple.package.version, row.tuple.package.pkgarch, row.tuple.checksum, row.value]
      bytes += names.reduce(0) { $0 + $1.utf8.count }
      guard bytes >= 256 << 10 else { continue }
      ends.append(Int64(index + 1))
      bytes = 0
    }
    #expect(rows.count == 200 && ends.count == 3)
    #expect(positions.map(\.serial) == ends + [200])
  }

  @Test("leaves out a row that no follower could take: it is in no page and in no digest")
  func longRows() async throws {
    let long = String(repeating: "x", count: NameLimit.bytes)
    try await store.record([.busybox("a", "1"), .busybox(long + "x", "2"), .busybox(long, "3")])
    let (rows, positions) = try await store.feed()
    #expect(rows.map(\.value) == ["1", "3"])
    #expect(positions.last?.serial == 3 && positions.last?.digest == Self.digest(rows))
  }

  @Test("keeps its serials and digests through VACUUM, and a serial never comes back")
  func vacuum() async throws {
    try await fill()
    let before = try await store.feed(limit: 10)
    let other = try ForeignProcess(path)
    // Without the rows that hold the greatest values: a file without those is refused.
    try other.run(
      """
      DELETE FROM PRMAIN WHERE rowid % 2 = 0 AND value NOT IN (SELECT greatest FROM headwater_package)
      """)
    try other.run("VACUUM")
    let after = try await Store.readOnly(path).feed(limit: 10)
    #expect(after.rows == before.rows && after.positions == before.positions)
    try await store.record([.busybox("later", "100")])
    #expect(try await store.page(after: before.positions.last).position.serial == 61)
  }

  @Test("answers after the greatest serial that a file can hold, as a damaged file may")
  func greatestSerial() async throws {
    try await store.record([.busybox("a", "0"), .busybox("b", "1")])
    let end = try #require(try await store.feed().positions.last)
    try ForeignProcess(path).run("UPDATE headwater_feed SET serial = \(Int64.max) WHERE serial = 2")
    let reader = try Store.readOnly(path)
    let greatest = FeedPosition(store: end.store, serial: .max, digest: end.digest)
    for limit in [1, 8192, .max] {
      #expect(
        try await reader.page(after: greatest, limit: limit) == FeedPage(position: greatest, rows: [], hasMore: false))
    }
  }

  @Test("refuses a position of another store, of a longer feed and of one with other rows")
  func resets() async throws {
    try await fill(20)
    let position = try #require(try await store.feed().positions.last)
    let other = try Store.writable(folder.file("other.sqlite3"))
    #expect(try await other.changes(after: position) == .reset(.store))
    var ahead = position
    ahead.serial += 1
    #expect(try await store.changes(after: ahead) == .reset(.shorter))
    ahead.serial = .max
    #expect(try await store.changes(after: ahead) == .reset(.shorter))
    var wrong = position
    wrong.digest.add(.busybox("x", "1"))
    #expect(try await store.changes(after: wrong) == .reset(.digest))
    wrong.serial = 7
    #expect(try await store.changes(after: wrong) == .reset(.digest))
    wrong.serial = 0
    #expect(try await store.page(after: wrong).rows.count == 20, "who begins has no digest to be wrong")
  }

  @Test("refuses the positions of days that a restored backup does not know", arguments: [1, 3, 5])
  func restored(rowsSince: Int) async throws {
    try await fill(20)
    try Backup(of: path, to: folder.file("backup.sqlite3")).run(replaces: false)
    let restored = try Store.writable(folder.file("backup.sqlite3"))
    try await store.record((0..<3).map { .busybox("lost\($0)", "\(100 + $0)") })
    let position = try #require(try await store.feed().positions.last)
    #expect(try await restored.changes(after: position) == .reset(.shorter))
    try await restored.record((0..<rowsSince).map { .busybox("new\($0)", "\(100 + $0)") })
    #expect(try await restored.changes(after: position) == .reset(rowsSince < 3 ? .shorter : .digest))
    // Who had come no further than the backup notices nothing, and need not.
    let (old, _) = (try await store.page(after: nil, limit: 20).position, 0)
    #expect(try await restored.page(after: old).rows.count == rowsSince)
  }

  @Test("an empty feed has a position, from which its first row is news")
  func empty() async throws {
    let start = try await store.page(after: nil)
    #expect(start == FeedPage(position: .start(of: try #require(store.identity)), rows: [], hasMore: false))
    try await store.record([.busybox("a", "0")])
    #expect(try await store.page(after: start.position).rows == [.busybox("a", "0")])
  }

  @Test("a file that only BitBake's server has written has no feed, and says so")
  func noFeed() async throws {
    let bare = folder.file("bitbake.sqlite3")
    _ = try ForeignProcess.bitbake(bare, [.busybox("a", "0")])
    let store = try Store.readOnly(bare)
    #expect(!store.hasFeed)
    await #expect(throws: StoreError.self) { try await store.changes(after: nil) }
  }

  @Test("a file of an earlier schema keeps its feed, and can be followed and copied into", arguments: [1, 2, 3])
  func migrated(schema: Int) async throws {
    try await store.record([.busybox("a", "0"), .busybox("b", "1")])
    let before = try await store.feed().positions.last
    store.close()
    let other = try ForeignProcess(path)
    try other.makeSchema(schema)
    #expect(try await Store.readOnly(path).page(after: before).rows.isEmpty, "it need not be migrated to be read")
    let migrated = try Store.writable(path)
    #expect(try other.ask("SELECT value FROM headwater_store WHERE key = 'schema'") == [["4"]])
    _ = try await migrated.copy([.busybox("c", "2")], milliseconds: 1)
    #expect(try await migrated.page(after: before).rows == [.busybox("c", "2")])
    #expect(migrated.identity == store.identity)
  }
}
