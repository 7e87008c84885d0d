// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("The contract of a store: imports", .ownThreads)
struct ImportContractTests {
  private let databases = EngineDatabases()

  private static let provenance = Provenance(.imported, asker: "a file", milliseconds: 3)

  private static func rows(_ rows: [(String, String)]) -> [Store.ImportedRow] {
    rows.map { (TupleKey.checksum($0.0), revision($0.1)) }
  }

  private static let imported = rows([
    ("a", "05"), ("a", "7"), ("b", "7"), ("c", "6"), ("c", "2"), ("d", "9"), ("e", "9"), ("f", "8"),
  ])

  /// What becomes of ``imported`` in a store with a value 5 of "a" and a value 6 of "b".
  private static func expected(_ rules: ImportRules) -> [ImportOutcome] {
    let below = { (value: String) -> ImportOutcome in
      rules.allowsLower ? .addedBelow(revision(value)) : .refusedBelow(revision(value))
    }
    return [
      .known, .added, rules.allowsDuplicates ? .added : .refusedDuplicate(holder: "a"),
      rules.allowsDuplicates ? below("7") : .refusedDuplicate(holder: "b"), below("7"), .added,
      rules.allowsDuplicates ? .added : .refusedDuplicate(holder: "d"), below("9"),
    ]
  }

  private static let rules = [
    ImportRules(), ImportRules(allowsLower: true), ImportRules(allowsDuplicates: true),
    ImportRules(allowsLower: true, allowsDuplicates: true),
  ]

  @Test("takes what the rules allow, row by row", arguments: EngineUnderTest.allCases, rules)
  func take(engine: EngineUnderTest, rules: ImportRules) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "5"), .busybox("b", "6")])
    let outcomes = try await store.take(Self.imported, rules, Self.provenance)
    #expect(outcomes == Self.expected(rules))
    let added = zip(Self.imported, outcomes).compactMap { row, outcome -> Row? in
      switch outcome {
      case .added, .addedBelow: Row(tuple: row.tuple, value: row.value.text)
      case .known, .refusedBelow, .refusedDuplicate: nil
      }
    }
    #expect(try await store.feed().rows.dropFirst(2) == added[...])
    let last = try await store.read { reader throws(StoreError) in try reader.lastEntries(1) }
    #expect(last.first?.story.provenance == Self.provenance)
    #expect(try await store.take(Array(Self.imported.prefix(2)), rules, Self.provenance) == [.known, .known])
  }

  @Test(
    "is judged without being taken, also where its rows contradict each other", arguments: EngineUnderTest.allCases,
    EngineUnderTest.allCases)
  func judge(engine: EngineUnderTest, other: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record([.busybox("a", "5"), .busybox("b", "6")])
    let trial = try databases.open(other)
    let judged = try await store.judge(Self.imported, ImportRules(), trial: trial)
    #expect(
      judged == [
        .known, .added, .refusedDuplicate(holder: "a"), .refusedDuplicate(holder: "b"), .refusedBelow(revision("6")),
        .added, .refusedDuplicate(holder: "d"), .added,
      ], "a row that only others of the import are above is not refused here")
    #expect(try await store.feed().rows.count == 2)
  }

  @Test("goes into a package with many rows", arguments: EngineUnderTest.allCases)
  func many(engine: EngineUnderTest) async throws {
    let store = try databases.open(engine)
    try await store.record((0..<300).map { .busybox("c\($0)", "\($0)") })
    let rows = Self.rows([("c7", "7"), ("x", "7"), ("x", "299.1"), ("x", "4.5")])
    #expect(
      try await store.take(rows, ImportRules(), Self.provenance) == [
        .known, .refusedDuplicate(holder: "c7"), .added, .refusedBelow(revision("299.1")),
      ])
    #expect(try await store.greatest(.busybox) == "299.1")
  }
}
