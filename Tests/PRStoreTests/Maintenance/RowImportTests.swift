// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
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
    try await store.write { context throws(StoreError) in
      var outcomes: [ImportOutcome] = []
      for row in rows { outcomes.append(try context.take(row.tuple, revision(row.value), rules, .test)) }
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

  @Test("what would be done is said without doing it", arguments: cases)
  func judged(row: (String, String), rules: ImportRules, outcome: ImportOutcome) async throws {
    try await store.record([.busybox("a", "5"), .busybox("b", "7"), .busybox("c", "6"), .busybox("d", "6")])
    let judged = try await store.read { reader throws(StoreError) in
      try reader.judge(.checksum(row.0), revision(row.1), rules)
    }
    #expect(judged == outcome)
    #expect(try ForeignProcess(path).rows().count == 4)
  }

  /// Judges rows in steps of two, as an import does.
  private func judge(_ rows: [Row], _ rules: ImportRules = ImportRules()) async throws -> [ImportOutcome] {
    let trial = try Store.writable(folder.file("trial.sqlite3"))
    var outcomes: [ImportOutcome] = []
    for start in stride(from: 0, to: rows.count, by: 2) {
      let step = rows[start..<min(start + 2, rows.count)].map { ($0.tuple, revision($0.value)) }
      outcomes += try await store.judge(step, rules, trial: trial) { $0.version == "v" }
    }
    return outcomes
  }

  @Test("within one import the order of rows does not matter, only what was there before does")
  func order() async throws {
    let other = Row(tuple: TupleKey("v", "p", "c"), value: "3")
    let rows = [Row.busybox("a", "9"), .busybox("b", "3"), other, .busybox("c", "5"), .busybox("a", "9")]
    #expect(try await judge(rows) == [.added, .added, .added, .added, .known])
    #expect(try ForeignProcess(path).rows().isEmpty, "nothing is written")
    let lower = ImportRules(allowsLower: true)
    #expect(
      try await take(rows, lower) == [.added, .addedBelow(revision("9")), .added, .addedBelow(revision("9")), .known])
    #expect(try await judge([.busybox("d", "2"), other]) == [.refusedBelow(revision("9")), .known])
    #expect(try await store.greatest(.busybox) == "9")
  }

  @Test("a value given to two checksums by one import is refused at the second, in the same step or a later one")
  func duplicateWithin() async throws {
    let other = Row(tuple: TupleKey("v", "p", "a"), value: "4")
    let rows = [Row.busybox("a", "4"), .busybox("x", "4"), other, .busybox("b", "04"), .busybox("a", "4")]
    let refused = ImportOutcome.refusedDuplicate(holder: "a")
    #expect(try await judge(rows) == [.added, refused, .added, refused, .known])
    #expect(try ForeignProcess(path).rows().isEmpty, "nothing is written")
  }

  @Test("a value that a server gives away after the rows were judged is not given to a second checksum")
  func taken() async throws {
    let rows = (1...4).map { Row.busybox("i\($0)", "\($0)") }
    #expect(try await judge(rows) == rows.map { _ in .added })
    let server = try Store.writable(path)
    #expect(try await server.count(.checksum("builder")).text == "0")
    #expect(try await server.count(.checksum("another")).text == "1")
    #expect(
      try await take(rows, ImportRules(allowsLower: true)) == [
        .refusedDuplicate(holder: "another"), .added, .added, .added,
      ])
    #expect(try await server.count(.checksum("third")).text == "5")
  }

  @Test("what a database exports can be imported into it again, shared values included")
  func again() async throws {
    let rows = ["a", "b", "c"].flatMap { checksum in ["1", "2", "10"].map { Row.busybox(checksum, $0) } }
    try await store.record(rows)
    #expect(try await take(rows) == rows.map { _ in .known })
  }
}
