// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestStore
import TestThreads
import Testing

@Suite("Importing rows", .ownThreads)
struct RowImportTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.writable(path)
  }

  private func take(_ rows: [Row], _ rules: ImportRules = ImportRules()) async throws -> [ImportOutcome] {
    try await store.write { ledger throws(StoreError) in
      var work = RowImport(into: ledger, rules: rules, provenance: .test)
      var outcomes: [ImportOutcome] = []
      for row in rows { outcomes.append(try work.take(row.tuple, revision(row.value))) }
      return outcomes
    }
  }

  /// Onto a package that has ("a", 5), ("b", 7) and the shared ("c", 6), ("d", 6).
  static let cases: [(row: (String, String), rules: ImportRules, outcome: ImportOutcome)] = [
    (("e", "8"), ImportRules(), .added),
    (("a", "7.0"), ImportRules(), .added),
    (("a", "5"), ImportRules(), .known),
    (("a", "05"), ImportRules(), .known),
    (("c", "6"), ImportRules(), .known),
    (("d", "6"), ImportRules(), .known),
    (("d", "6"), ImportRules(allowsLower: true, allowsDuplicates: true), .known),
    (("e", "4"), ImportRules(), .refusedBelow(revision("7"))),
    (("e", "6.9"), ImportRules(allowsDuplicates: true), .refusedBelow(revision("7"))),
    (("e", "4"), ImportRules(allowsLower: true), .addedBelow(revision("7"))),
    (("e", "7"), ImportRules(), .refusedDuplicate(holder: "b")),
    (("e", "07"), ImportRules(allowsLower: true), .refusedDuplicate(holder: "b")),
    (("e", "5"), ImportRules(allowsLower: true), .refusedDuplicate(holder: "a")),
    (("e", "7"), ImportRules(allowsDuplicates: true), .added),
    (("e", "5"), ImportRules(allowsDuplicates: true), .refusedBelow(revision("7"))),
    (("e", "5"), ImportRules(allowsLower: true, allowsDuplicates: true), .addedBelow(revision("7"))),
  ]

  @Test("a row is judged by what the package has", arguments: cases)
  func judges(row: (String, String), rules: ImportRules, outcome: ImportOutcome) async throws {
    let before = [Row.busybox("a", "5"), .busybox("b", "7"), .busybox("c", "6"), .busybox("d", "6")]
    try await store.record(before)
    let row = Row.busybox(row.0, row.1)
    #expect(try await take([row], rules) == [outcome])
    let isAdded = outcome == .added || outcome == .addedBelow(revision("7"))
    #expect(try ForeignProcess(path).rows() == before + (isAdded ? [row] : []))
  }

  @Test("within one import the order of rows does not matter, only what was there before does")
  func order() async throws {
    let other = Row(tuple: TupleKey("v", "p", "c"), value: "3")
    #expect(
      try await take([.busybox("a", "9"), .busybox("b", "3"), other, .busybox("c", "5"), .busybox("a", "9")])
        == [.added, .added, .added, .added, .known])
    #expect(try await take([.busybox("d", "2"), other]) == [.refusedBelow(revision("9")), .known])
    #expect(try await store.greatest(.busybox) == "9")
  }

  @Test("a value given to two checksums by one import is refused at the second")
  func duplicateWithin() async throws {
    let other = Row(tuple: TupleKey("v", "p", "a"), value: "4")
    #expect(
      try await take([.busybox("a", "4"), other, .busybox("b", "4")]) == [
        .added, .added, .refusedDuplicate(holder: "a"),
      ])
  }

  @Test("what a database exports can be imported into it again, shared values included")
  func again() async throws {
    let rows = ["a", "b", "c"].flatMap { checksum in ["1", "2", "10"].map { Row.busybox(checksum, $0) } }
    try await store.record(rows)
    #expect(try await take(rows) == rows.map { _ in .known })
  }

  @Test("an import that is given up leaves nothing")
  func givenUp() async throws {
    let store = store
    await #expect(throws: StoreError.abandoned) {
      try await store.write { ledger throws(StoreError) in
        var work = RowImport(into: ledger, rules: ImportRules(), provenance: .test)
        for number in 0..<100 { _ = try work.take(.checksum("\(number)"), Revision(components: [UInt64(number)])) }
        throw .abandoned
      }
    }
    #expect(try ForeignProcess(path).rows().isEmpty && ForeignProcess(path).feed().isEmpty)
    #expect(try await store.greatest(.busybox) == nil)
  }
}
