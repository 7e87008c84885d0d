// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
import TestSeed
import TestStore
import TestThreads
import Testing

@Suite("Exporting page by page", .ownThreads)
struct PagingTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  @Test("any page size gives what an independent look at random rows gives", arguments: Seed.several(4))
  func random(seed: Seed) async throws {
    var numbers = seed.numbers
    let rows = ExportOracle.rows(&numbers)
    let isBitBakes = Bool.random(using: &numbers)
    let file = try ForeignProcess.bitbake(path, isBitBakes ? rows : [])
    let store = try isBitBakes ? Store.readOnly(path) : Store.writable(path, guardsValues: false)
    if !isBitBakes {
      // Some of ours, some of another process's, and some packages that the writer has looked at since.
      for row in rows {
        if Revision(row.value) != nil, Bool.random(using: &numbers) {
          try await store.record([row])
        } else {
          try file.insert([row])
        }
      }
      for row in rows where Bool.random(using: &numbers) { _ = try await store.facts(row.tuple) }
    }
    for row in rows where Int.random(in: 0..<6, using: &numbers) == 0 { try file.insert(row.tuple, nil) }
    for round in 0..<12 {
      let filter = ExportOracle.filter(rows, isWide: round < 4, &numbers)
      let expected = ExportOracle.export(rows, filter)
      for size in 1...7 {
        let found = try await store.export(filter, page: size)
        #expect(
          found.count == expected.count && Set(found) == Set(expected),
          "\(filter), pages of \(size), \(isBitBakes ? "BitBake's file" : "ours"), \(seed)")
        if filter.history == .kept { #expect(found == expected, "in the order of keys; \(seed)") }
      }
    }
  }

  @Test("rows without a value end no export", arguments: 1...4)
  func nullValues(size: Int) async throws {
    let file = try ForeignProcess.bitbake(path)
    for checksum in ["a", "b", "c", "d", "e"] { try file.insert(.checksum(checksum), nil) }
    try file.insert([.busybox("b", "1"), .busybox("d", "2"), .busybox("f", "3")])
    let store = try Store.readOnly(path)
    #expect(
      try await store.export(RowFilter(history: .kept), page: size)
        == [.busybox("b", "1"), .busybox("d", "2"), .busybox("f", "3")])
    #expect(try await store.export(RowFilter(), page: size) == [.busybox("f", "3")])
  }

  @Test(
    "a page reads so many rows and no more, however few of them a filter selects", arguments: [History.none, .kept])
  func bounded(history: History) async throws {
    let store = try Store.writable(path)
    try await store.record((0..<2000).map { Row(tuple: TupleKey("v\($0)", "x86", "c"), value: "0") })
    for filter in [
      RowFilter(pkgarch: "none", history: history), RowFilter(checksum: "none", history: history),
      RowFilter(version: "v1", pkgarch: "none", history: history),
    ] {
      var (pages, cursor) = (0, Optional(RowCursor.start))
      while let place = cursor {
        let page = try await store.read { reader throws(StoreError) in
          try reader.page(of: filter, from: place, size: 100)
        }
        #expect(page.rows.isEmpty)
        (pages, cursor) = (pages + 1, page.next)
      }
      #expect(pages == (filter.version == nil ? 21 : 1), "\(filter)")
    }
  }

  @Test("a page of long names ends before its size, and the next goes on behind it", arguments: [History.none, .kept])
  func longNames(history: History) async throws {
    let store = try Store.writable(path)
    let long = String(repeating: "x", count: 100_000)
    try await store.record((0..<8).map { Row(tuple: TupleKey("\(long)\($0)", "x86", "c"), value: "0") })
    let first = try await store.read { reader throws(StoreError) in
      try reader.page(of: RowFilter(history: history), from: .start)
    }
    #expect(first.rows.count == 3 && first.next != nil)
    #expect(try await store.export(RowFilter(history: history)).count == 8)
  }

  @Test("names and values may be empty", arguments: [History.none, .kept])
  func emptyNames(history: History) async throws {
    let rows = [Row(tuple: TupleKey("", "", ""), value: "1"), Row(tuple: TupleKey("v", "", ""), value: "2")]
    let file = try ForeignProcess.bitbake(path, rows)
    try file.insert([Row(tuple: TupleKey("", "", ""), value: "")])
    let all = try await Store.readOnly(path).export(RowFilter(history: history), page: 1)
    #expect(all == (history == .kept ? [Row(tuple: TupleKey("", "", ""), value: "")] : []) + rows)
    #expect(try await Store.writable(path).export(RowFilter(version: "", history: .none)) == [rows[0]])
  }

  @Test("a page keeps its place while rows are added around it")
  func addedMeanwhile() async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("b", "1"), .busybox("d", "2"), .busybox("f", "3")])
    let filter = RowFilter(history: .kept)
    let first = try await store.read { reader throws(StoreError) in try reader.page(of: filter, from: .start, size: 2) }
    try await store.record([.busybox("a", "4"), .busybox("e", "5")])
    let cursor = try #require(first.next)
    let second = try await store.read { reader throws(StoreError) in try reader.page(of: filter, from: cursor, size: 9)
    }
    #expect(first.rows == [.busybox("b", "1"), .busybox("d", "2")])
    #expect(second.rows == [.busybox("e", "5"), .busybox("f", "3")] && second.next == nil)
  }
}

/// What an export is, computed without the store.
private enum ExportOracle {
  static func rows(_ numbers: inout SeededNumbers) -> [Row] {
    let versions = ["", "a", "b", "e\u{301}", "\u{e9}"]
    let pkgarches = ["", "all", "x86"]
    let values = ["0", "1", "2", "9", "10", "1.0", "1.1", "02", "2.10", "2.9", "x", "1_0", "-1"]
    var seen: Set<[String]> = []
    return (0..<Int.random(in: 0...90, using: &numbers)).compactMap { _ in
      let tuple = TupleKey(
        versions.randomElement(using: &numbers)!, pkgarches.randomElement(using: &numbers)!,
        "c\(Int.random(in: 0..<4, using: &numbers))")
      let value = values.randomElement(using: &numbers)!
      let key = [tuple.package.version, tuple.package.pkgarch, tuple.checksum].map { "\(Array($0.utf8))" }
      return seen.insert(key + [value == "02" ? "2" : value]).inserted ? Row(tuple: tuple, value: value) : nil
    }
  }

  static func filter(_ rows: [Row], isWide: Bool, _ numbers: inout SeededNumbers) -> RowFilter {
    var filter = RowFilter(history: History(kept: Bool.random(using: &numbers)))
    guard !isWide, let row = rows.randomElement(using: &numbers) else { return filter }
    if Bool.random(using: &numbers) { filter.version = row.tuple.package.version }
    if Bool.random(using: &numbers) { filter.pkgarch = row.tuple.package.pkgarch }
    if Bool.random(using: &numbers) { filter.checksum = row.tuple.checksum }
    return filter
  }

  static func export(_ rows: [Row], _ filter: RowFilter) -> [Row] {
    let chosen = rows.filter { row in
      filter.history == .kept
        || numbers(row).map { own in
          !rows.contains { other in
            other.tuple.package == row.tuple.package && numbers(other).map { isLess(own, $0) } == true
          }
        } ?? false
    }
    return chosen.filter { row in
      isWanted(row.tuple.package.version, filter.version) && isWanted(row.tuple.package.pkgarch, filter.pkgarch)
        && isWanted(row.tuple.checksum, filter.checksum)
    }.sorted { $0.tuple == $1.tuple ? $0.value.utf8.lexicographicallyPrecedes($1.value.utf8) : $0.tuple < $1.tuple }
  }

  private static func isWanted(_ name: String, _ wanted: String?) -> Bool {
    wanted.map { Array($0.utf8) == Array(name.utf8) } ?? true
  }

  private static func numbers(_ row: Row) -> [Int]? {
    let parts = row.value.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in part.allSatisfy("0123456789".contains) ? Int(part) : nil }
    return numbers.count == parts.count ? numbers : nil
  }

  private static func isLess(_ left: [Int], _ right: [Int]) -> Bool {
    for (own, other) in zip(left, right) where own != other { return own < other }
    return left.count < right.count
  }
}
