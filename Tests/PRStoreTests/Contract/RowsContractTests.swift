// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: its own rows", .ownThreads)
struct RowsContractTests {
  private let databases = EngineDatabases()

  @Test("the facts follow from the rows", arguments: EngineUnderTest.allCases, FactsCase.all)
  func facts(engine: EngineUnderTest, example: FactsCase) async throws {
    let store = try databases.open(engine)
    try await store.record(example.rows)
    let decided = try await store.facts(.checksum("x"), example.history, upstream: example.upstream)
    let read = try await store.read { reader throws(StoreError) in
      try reader.facts(for: .checksum("x"), example.history, upstream: example.upstream)
    }
    for facts in [decided, read] {
      #expect(facts == example.expected)
      #expect(facts.greatest?.text == example.expected.greatest?.text)
      #expect(facts.least?.text == example.expected.least?.text)
    }
  }

  @Test(
    "a row is put on record once, and another spelling of its value is another row", arguments: EngineUnderTest.allCases
  )
  func once(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    var answers: [Bool] = []
    for value in ["3", "3", "03", "4", "3"] {
      answers.append(
        try await store.write { context throws(StoreError) in
          try context.record(.checksum("a"), revision(value), .test)
        })
    }
    #expect(answers == [true, false, true, true, false])
    let rows = [Row.busybox("a", "3"), .busybox("a", "03"), .busybox("a", "4")]
    #expect(try await store.feed().rows == rows)
    let exported = engine.sortsExports ? [rows[1], rows[0], rows[2]] : rows
    #expect(try await store.export(RowFilter(history: .kept)) == exported)
    let values = try await store.read { reader throws(StoreError) in try reader.values(of: .checksum("a")) }
    #expect(values == ToldValues([revision("3"), revision("4")]))
  }

  @Test("the values of a tuple are its least and its greatest", arguments: EngineUnderTest.allCases, [16, 17, 90])
  func values(engine: EngineUnderTest, count: Int) async throws {
    let store = try databases.open(engine)
    let all = (0..<count).map { revision("\($0 * 7 % count)") }
    try await store.record(all.map { .busybox("a", $0.text) } + [.busybox("b", "1000")])
    let values = try await store.read { reader throws(StoreError) in try reader.values(of: .checksum("a")) }
    #expect(values == ToldValues(all) && values.hasMore == (count > 16))
    let (none, other) = try await store.read { reader throws(StoreError) in
      (try reader.values(of: .checksum("c")), try reader.values(of: TupleKey("other", "core2-64", "a")))
    }
    #expect(none == .none && other == .none)
  }

  @Test(
    "a value is found by its number, in packages with few rows and with many",
    arguments: EngineUnderTest.allCases, [0, 300])
  func byNumber(engine: EngineUnderTest, others: Int) async throws {
    let store = try databases.open(engine)
    try await store.record(
      (0..<others).map { .busybox("other-\($0)", "\(5000 + $0)") }
        + [.busybox("c", "7"), .busybox("b", "7"), .busybox("a", "8"), .busybox("a", "7.3"), .busybox("d", "9999")])
    let found = try await store.read { reader throws(StoreError) in
      (
        holders: [
          try reader.holder(of: revision("7"), besides: .checksum("x")),
          try reader.holder(of: revision("007"), besides: .checksum("b")),
          try reader.holder(of: revision("8"), besides: .checksum("a")),
          try reader.holder(of: revision("10000"), besides: .checksum("a")),
        ],
        has: [
          try reader.has(revision("07"), .checksum("b")), try reader.has(revision("7"), .checksum("a")),
          try reader.has(revision("7"), TupleKey("other", "core2-64", "b")),
        ],
        greatest: [
          try reader.greatest(of: .busybox)?.text, try reader.greatest(of: TupleKey("v", "p", "c").package)?.text,
        ]
      )
    }
    #expect(found.holders == ["b", "c", nil, nil])
    #expect(found.has == [true, false, false])
    #expect(found.greatest == ["9999", nil])
    let facts = try await store.facts(.checksum("a"), upstream: FactsCase.above("7", "7"))
    #expect(facts.greatestUnderUpstream == revision("7.3") && facts.upstreamValueIsTaken)
    let holder = try await store.write { context throws(StoreError) in
      try context.holder(of: revision("7"), besides: .checksum("b"))
    }
    #expect(holder == "c")
  }

  @Test("a package that was settled needs no more of it", arguments: EngineUnderTest.allCases)
  func settled(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record((0..<700).map { .busybox("c\($0)", "\($0)") })
    try await store.settle([.busybox, TupleKey("none", "all", "").package])
    #expect(try await store.read { reader throws(StoreError) in try reader.unsettled(.busybox) } == nil)
    #expect(try await store.greatest(.busybox) == "699")
  }

  @Test("names are bytes: no two of them are one package", arguments: EngineUnderTest.allCases)
  func names(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    var rows: [Row] = []
    for (index, name) in WriteContextTests.everyName.enumerated() where engine.storesByte0 || !name.utf8.contains(0) {
      rows.append(Row(tuple: TupleKey(name, "p", "c"), value: "\(index)"))
      rows.append(Row(tuple: TupleKey("v", name, "c"), value: "\(100 + index)"))
      rows.append(Row(tuple: TupleKey("v", "p", name), value: "\(200 + index)"))
    }
    try await store.record(rows)
    for row in rows {
      #expect(try await store.value(row.tuple) == row.value, "\(row.tuple.description.debugDescription)")
    }
    let sorted = engine.sortsExports ? rows.sorted { $0.tuple < $1.tuple } : rows
    #expect(try await store.export(RowFilter(history: .kept), page: 4).map(\.value) == sorted.map(\.value))
  }
}
