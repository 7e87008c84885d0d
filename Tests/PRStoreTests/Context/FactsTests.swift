// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

/// A line of the facts' table: rows, a question, what must be told.
struct FactsCase: Sendable, CustomTestStringConvertible {
  let name: String
  let rows: [Row]
  var history = History.none
  var upstream: UpstreamFacts?
  let expected: LocalFacts

  var testDescription: String { name }

  /// A checksum "x" among rows of others.
  init(
    _ name: String, _ rows: [(String, String)], history: History = .none, upstream: UpstreamFacts? = nil,
    _ expected: LocalFacts
  ) {
    self.name = name
    self.rows = rows.map { Row.busybox($0.0, $0.1) }
    self.history = history
    self.upstream = upstream
    self.expected = expected
  }

  static func above(_ greatest: String?, _ value: String? = nil) -> UpstreamFacts {
    UpstreamFacts(greatest: greatest.map(revision), value: value.map(revision))
  }

  static let all: [FactsCase] = [
    FactsCase("an unknown package", [], LocalFacts()),
    FactsCase("an unknown checksum", [("a", "7")], LocalFacts(greatest: revision("7"))),
    FactsCase(
      "a current checksum", [("a", "6"), ("x", "7")],
      LocalFacts(greatest: revision("7"), standing: .current(revision("7")))),
    FactsCase(
      "a current checksum with an older value", [("x", "3"), ("a", "6"), ("x", "7")],
      LocalFacts(greatest: revision("7"), standing: .current(revision("7")))),
    FactsCase(
      "a superseded checksum", [("x", "9"), ("a", "10")], LocalFacts(greatest: revision("10"), standing: .superseded)),
    FactsCase(
      "a value tied with another's, its own later", [("a", "7"), ("x", "7")],
      LocalFacts(greatest: revision("7"), standing: .current(revision("7")))),
    FactsCase(
      "a value tied with another's, its own first", [("x", "7"), ("a", "7")],
      LocalFacts(greatest: revision("7"), standing: .current(revision("7")))),
    FactsCase(
      "a tie of two others", [("a", "7"), ("b", "7"), ("x", "6")],
      LocalFacts(greatest: revision("7"), standing: .superseded)),
    FactsCase(
      "a tie that was overtaken", [("a", "7"), ("x", "7"), ("b", "8")],
      LocalFacts(greatest: revision("8"), standing: .superseded)),
    FactsCase(
      "dotted values", [("a", "7"), ("x", "7.0"), ("b", "6.9.9")],
      LocalFacts(greatest: revision("7.0"), standing: .current(revision("7.0")))),
    FactsCase(
      "history asks for the least", [("x", "9"), ("a", "10"), ("x", "11")], history: .kept,
      LocalFacts(greatest: revision("11"), standing: .current(revision("11")), least: revision("9"))),
    FactsCase(
      "history of a superseded checksum", [("x", "10"), ("x", "9"), ("a", "12")], history: .kept,
      LocalFacts(greatest: revision("12"), standing: .superseded, least: revision("9"))),
    FactsCase("history of an unknown checksum", [("a", "12")], history: .kept, LocalFacts(greatest: revision("12"))),
    FactsCase(
      "the greatest under the upstream's is the package's", [("a", "7.2"), ("b", "7.10")], upstream: above("7"),
      LocalFacts(greatest: revision("7.10"), greatestUnderUpstream: revision("7.10"))),
    FactsCase(
      "the greatest under the upstream's is another", [("a", "7.2"), ("b", "8"), ("c", "7.10.1"), ("d", "70")],
      upstream: above("7"), LocalFacts(greatest: revision("70"), greatestUnderUpstream: revision("7.10.1"))),
    FactsCase(
      "nothing is under the upstream's", [("a", "7"), ("b", "8.1")], upstream: above("7"),
      LocalFacts(greatest: revision("8.1"))),
    FactsCase(
      "the upstream is ahead", [("a", "7"), ("b", "8.1")], upstream: above("9"), LocalFacts(greatest: revision("8.1"))),
    FactsCase(
      "another checksum has the upstream's value", [("a", "5"), ("b", "6")], upstream: above("5", "5"),
      LocalFacts(greatest: revision("6"), upstreamValueIsTaken: true)),
    FactsCase(
      "another spelling of the upstream's value is taken too", [("a", "05")], upstream: above("5", "5"),
      LocalFacts(greatest: revision("05"), upstreamValueIsTaken: true)),
    FactsCase(
      "the checksum itself has the upstream's value", [("x", "5"), ("b", "6")], upstream: above("5", "5"),
      LocalFacts(greatest: revision("6"), standing: .superseded)),
    FactsCase(
      "the upstream's value is above everything here", [("a", "5")], upstream: above("9", "9"),
      LocalFacts(greatest: revision("5"))),
  ]
}

@Suite("The facts of a tuple", .ownThreads)
struct FactsTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  /// Compares spellings too: `1` and `01` are equal as revisions.
  private func check(_ facts: LocalFacts, _ example: FactsCase, _ whose: Comment) {
    #expect(facts == example.expected, whose)
    #expect(facts.greatest?.text == example.expected.greatest?.text, whose)
    #expect(facts.least?.text == example.expected.least?.text, whose)
  }

  @Test("are told from own rows", arguments: FactsCase.all)
  func own(example: FactsCase) async throws {
    let store = try Store.writable(path)
    try await store.record(example.rows)
    check(try await store.facts(.checksum("x"), example.history, upstream: example.upstream), example, "the writer's")
    let read = try await store.read { reader throws(StoreError) in
      try reader.facts(for: .checksum("x"), example.history, upstream: example.upstream)
    }
    check(read, example, "a reader's")
  }

  @Test("are the same over rows that a foreign process wrote", arguments: FactsCase.all)
  func foreign(example: FactsCase) async throws {
    let store = try Store.writable(path, guardsValues: false)
    try ForeignProcess(path).insert(example.rows)
    for comment: Comment in ["while the head is missing", "once it is found"] {
      check(try await store.facts(.checksum("x"), example.history, upstream: example.upstream), example, comment)
    }
  }

  @Test("are the same on BitBake's file", arguments: FactsCase.all)
  func bitbakes(example: FactsCase) async throws {
    _ = try ForeignProcess.bitbake(path, example.rows)
    let read = try await Store.readOnly(path).read { reader throws(StoreError) in
      try reader.facts(for: .checksum("x"), example.history, upstream: example.upstream)
    }
    check(read, example, "a read-only node's")
  }

  @Test("a checksum without one value that is a revision is unknown", arguments: [nil, "", "7x", "-1", " 3"])
  func unreadable(value: String?) async throws {
    let store = try Store.writable(path)
    let other = try ForeignProcess(path)
    try other.insert([.busybox("a", "5")])
    try other.insert(.checksum("x"), value)
    #expect(try await store.facts(.checksum("x")) == LocalFacts(greatest: revision("5")))
    #expect(try await store.facts(.checksum("x"), .kept) == LocalFacts(greatest: revision("5")))
  }
}
