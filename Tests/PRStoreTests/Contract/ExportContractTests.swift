// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

extension Store {
  /// The rows that a filter selects, read by pages of a size, and how many pages there were.
  func pages(
    of filter: RowFilter, includesCopy: Bool, size: Int
  ) async throws(StoreError) -> (rows: [Row], count: Int) {
    var (rows, count, cursor) = ([Row](), 0, Optional(RowCursor.start))
    while let place = cursor {
      let page = try await read(in: .long) { reader throws(StoreError) in
        try reader.page(of: filter, from: place, includesCopy: includesCopy, size: size)
      }
      rows += page.rows
      (count, cursor) = (count + 1, page.next)
    }
    return (rows, count)
  }
}

@Suite("The contract of a store: exports", .ownThreads)
struct ExportContractTests {
  private let databases = EngineDatabases()

  private static let own: [Row] = [
    Row(tuple: TupleKey("b", "x86", "c"), value: "10"), Row(tuple: TupleKey("a", "x86", "c"), value: "9"),
    Row(tuple: TupleKey("a", "x86", "b"), value: "010"), Row(tuple: TupleKey("a", "x86", "a"), value: "10"),
    Row(tuple: TupleKey("a", "all", "é"), value: "2"), Row(tuple: TupleKey("a", "all", "z"), value: "1"),
    Row(tuple: TupleKey("a", "all", "z"), value: "0"),
  ]
  private static let copied: [Row] = [
    Row(tuple: TupleKey("b", "x86", "d"), value: "11"), Row(tuple: TupleKey("a", "x86", "a"), value: "10"),
    Row(tuple: TupleKey("a", "x86", "d"), value: "10"), Row(tuple: TupleKey("c", "all", "a"), value: "7x"),
    Row(tuple: TupleKey("d", "all", "a"), value: "3"), Row(tuple: TupleKey("a", "all", "z"), value: "1.5"),
  ]

  private func filled(_ engine: EngineUnderTest) async throws -> Store {
    let store = try databases.open(engine)
    try await store.record(Self.own)
    guard engine.keepsCopy else { return store }
    _ = try await store.copy(Self.copied, milliseconds: 1)
    try await store.write { context throws(StoreError) in
      try context.learn(bound: revision("99"), of: Self.own[0].tuple.package)
    }
    return store
  }

  private static func byKey(_ rows: some Sequence<Row>) -> [Row] {
    Set(rows).sorted { left, right in
      left.tuple == right.tuple ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8) : left.tuple < right.tuple
    }
  }

  /// The rows of an export, brought into the order of keys where the engine has another.
  private static func inOrder(_ rows: [Row], _ engine: EngineUnderTest) -> [Row] {
    engine.sortsExports
      ? rows
      : rows.sorted { left, right in
        left.tuple == right.tuple
          ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8) : left.tuple < right.tuple
      }
  }

  private static let filters = [
    RowFilter(), RowFilter(version: "a"), RowFilter(pkgarch: "x86"), RowFilter(checksum: "c"),
    RowFilter(version: "a", pkgarch: "all"), RowFilter(version: "a", checksum: "a"),
    RowFilter(version: "a", pkgarch: "x86", checksum: "b"), RowFilter(version: "none"), RowFilter(version: ""),
  ]

  private static func isSelected(_ row: Row, _ filter: RowFilter) -> Bool {
    filter.version ?? row.tuple.package.version == row.tuple.package.version
      && filter.pkgarch ?? row.tuple.package.pkgarch == row.tuple.package.pkgarch
      && filter.checksum ?? row.tuple.checksum == row.tuple.checksum
  }

  @Test("with history has all rows in the order of their keys", arguments: EngineUnderTest.allCases, [false, true])
  func history(engine: EngineUnderTest, includesCopy: Bool) async throws {
    let store = try await filled(engine)
    let all = Self.byKey(Self.own + (includesCopy && engine.keepsCopy ? Self.copied : []))
    for var filter in Self.filters {
      filter.history = .kept
      let expected = all.filter { Self.isSelected($0, filter) }
      for size in [1, 2, 3, 5, 512] {
        let found = try await store.pages(of: filter, includesCopy: includesCopy, size: size)
        #expect(Self.inOrder(found.rows, engine) == expected, "\(filter), pages of \(size)")
        #expect(filter.version != nil || found.count >= expected.count / size, "\(filter), pages of \(size)")
      }
    }
  }

  @Test(
    "without history has the rows with the greatest value of their package", arguments: EngineUnderTest.allCases,
    [false, true])
  func greatest(engine: EngineUnderTest, includesCopy: Bool) async throws {
    let store = try await filled(engine)
    let all = Self.own + (includesCopy && engine.keepsCopy ? Self.copied : [])
    let packages = Dictionary(grouping: all.filter { Revision($0.value) != nil }, by: \.tuple.package)
    let greatest = packages.values.flatMap { rows in
      rows.filter { row in rows.allSatisfy { revision($0.value) <= revision(row.value) } }
    }
    for filter in Self.filters {
      let expected = Self.byKey(greatest.filter { Self.isSelected($0, filter) })
      for size in [1, 2, 3, 512] {
        let found = try await store.pages(of: filter, includesCopy: includesCopy, size: size).rows
        #expect(Self.inOrder(found, engine) == expected, "\(filter), pages of \(size)")
      }
    }
  }

  @Test("a page of long names ends before its size", arguments: EngineUnderTest.allCases, [History.none, .kept])
  func longNames(engine: EngineUnderTest, history: History) async throws {
    let store = try databases.open(engine)
    let long = String(repeating: "x", count: 100_000)
    let rows = (0..<7).map { Row(tuple: TupleKey("\(long)\($0)", "x86", "c"), value: "0") }
    try await store.record(rows)
    let found = try await store.pages(of: RowFilter(history: history), includesCopy: false, size: 512)
    #expect(Self.inOrder(found.rows, engine) == rows && (3...4).contains(found.count))
  }

  @Test("a page keeps its place while rows are added around it", arguments: EngineUnderTest.withCopy)
  func addedMeanwhile(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("b", "1"), .busybox("d", "2"), .busybox("f", "3")])
    let filter = RowFilter(history: .kept)
    let first = try await store.read { reader throws(StoreError) in try reader.page(of: filter, from: .start, size: 2) }
    try await store.record([.busybox("a", "4"), .busybox("e", "5")])
    let cursor = try #require(first.next)
    let rest = try await store.read { reader throws(StoreError) in try reader.page(of: filter, from: cursor) }
    #expect(first.rows == [.busybox("b", "1"), .busybox("d", "2")])
    #expect(rest.rows == [.busybox("e", "5"), .busybox("f", "3")] && rest.next == nil)
  }

  @Test("a new store has rows, and none of them is empty", arguments: EngineUnderTest.allCases)
  func empty(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let (hasRows, emptyRows) = try await store.read { reader throws(StoreError) in
      (try reader.hasRows, try reader.emptyRows)
    }
    #expect(hasRows && emptyRows == 0)
    #expect(try await store.pages(of: RowFilter(), includesCopy: true, size: 1).rows.isEmpty)
  }
}
