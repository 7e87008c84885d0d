// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: diagnosis", .ownThreads)
struct DiagnosisContractTests {
  private let databases = EngineDatabases()

  private static let origins: [Provenance.Origin] = [
    .rule(.first), .rule(.adopted), .imported, .rule(.renewed), .takenOver, .foreign,
  ]

  @Test(
    "the story of a package tells where its rows came from, in the order in which they came",
    arguments: EngineUnderTest.allCases)
  func story(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    var expected: [RowHistory] = []
    for (index, origin) in Self.origins.enumerated() {
      let provenance = Provenance(
        origin, asker: index == 1 ? nil : "client \(index)", milliseconds: index == 2 ? nil : Int64(index))
      let tuple = TupleKey.checksum(index.isMultiple(of: 2) ? "even" : "odd")
      try await store.write { context throws(StoreError) in
        try context.record(tuple, Revision(components: [UInt64(100 - index)]), provenance)
        try context.record(TupleKey("other", "all", "x"), Revision(components: [UInt64(index)]), .test)
      }
      expected.append(
        RowHistory(
          serial: Int64(2 * index + 1), checksum: tuple.checksum, value: "\(100 - index)", provenance: provenance))
    }
    for checksum in [nil, "even", "odd", "none"] {
      let found = try await store.read { reader throws(StoreError) in
        try reader.story(of: .busybox, checksum: checksum)
      }
      #expect(found == expected.filter { checksum == nil || $0.checksum == checksum })
    }
    let last = try await store.read { reader throws(StoreError) in try reader.lastEntries(4) }
    #expect(last.map(\.story.serial) == [12, 11, 10, 9] && last[1] == FeedEntry(package: .busybox, story: expected[5]))
    #expect(try await store.read { reader throws(StoreError) in try reader.lastEntries(99).count } == 12)
    #expect(try await store.read { reader throws(StoreError) in try reader.lastEntries(0) }.isEmpty)
  }

  @Test(
    "a search finds rows that have every word, whatever the case, the newest first", arguments: EngineUnderTest.allCases
  )
  func find(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    let tuples = [
      TupleKey("Busybox-1.36_r0", "core2-64", "abc"), TupleKey("busyboxX1.36Xr0", "all", "50%off"),
      TupleKey("zlib", "core2-64", "a\\b"), TupleKey("zlib", "all", "ÄÖ*?"),
    ]
    try await store.record(tuples.map { Row(tuple: $0, value: "1") })
    let last = Row(tuple: TupleKey("zlib", "x86", "copied"), value: "2")
    if engine.keepsCopy { _ = try await store.copy([last], milliseconds: 1) } else { try await store.record([last]) }
    for (words, serials) in [
      (["busybox"], [2, 1]), (["BUSY", "CORE2"], [1]), (["1.36_r0"], [1]), (["%"], [2]), (["_"], [1]), (["\\"], [3]),
      (["*?"], [4]), (["ab"], [1]), (["zlib", "L"], [5, 4, 3]), (["zlib", "busybox"], []), ([""], [5, 4, 3, 2, 1]),
      ([], []), (["x", "86"], [5]), (["Ö"], [4]), (["ö"], []),
    ] as [([String], [Int64])] {
      let found = try await store.diagnosticReader().read(within: .seconds(600)) { reader throws(StoreError) in
        try reader.find(words, limit: 5)
      }
      #expect(found.entries.map(\.story.serial) == serials, "\(words)")
      #expect(!found.isPartial && !found.isInterrupted)
    }
    for limit in 1...3 {
      let found = try await store.read { reader throws(StoreError) in try reader.find(["zlib"], limit: limit) }
      #expect(found.entries.map(\.story.serial) == Array([5, 4, 3].prefix(limit)) && found.isPartial == (limit < 3))
    }
  }
}
