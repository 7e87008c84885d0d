// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreSQLite
import TestStore
import TestThreads
import Testing

@Suite("Putting rows on record", .ownThreads)
struct WriteContextTests {
  private let folder: TemporaryFolder
  private let path: String
  private let store: Store
  private let file: ForeignProcess

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
    store = try Store.writable(path)
    file = try ForeignProcess(path)
  }

  private func record(_ tuple: TupleKey, _ value: String, _ provenance: Provenance = .test) async throws -> Bool {
    try await store.write { context throws(StoreError) in try context.record(tuple, revision(value), provenance) }
  }

  @Test("a row is stored once, however often it is recorded")
  func once() async throws {
    #expect(try await record(.checksum("a"), "3"))
    #expect(try await !record(.checksum("a"), "3"))
    #expect(try await record(.checksum("a"), "4"))
    #expect(try file.rows() == [.busybox("a", "3"), .busybox("a", "4")])
    #expect(try file.feed().map(\.row) == file.rows())
  }

  @Test("rows of ours are not taken for a foreign process's", arguments: [true, false])
  func origin(guardsValues: Bool) async throws {
    let store = try Store.writable(path, guardsValues: guardsValues)
    try await store.write { context throws(StoreError) in
      try context.record(.checksum("a"), revision("0"), Provenance(.rule(.first), asker: nil, milliseconds: 5))
      try context.record(.checksum("b"), revision("1"), Provenance(.rule(.next), asker: "x", milliseconds: nil))
      // A tie may be wanted, as by an import that was told so: the guard is for others.
      try context.record(.checksum("c"), revision("1"), Provenance(.imported, asker: nil, milliseconds: nil))
    }
    #expect(try file.feed().map(\.origin) == ["first", "next", "imported"])
    #expect(
      try file.ask("SELECT greatest, holder, tied FROM headwater_package") == [["1", "b", "1"]], "the head is kept")
    #expect(
      try file.ask("SELECT asker, at FROM headwater_feed ORDER BY serial") == [[nil, "5"], ["x", nil], [nil, nil]])
  }

  @Test("the spelling of a value is kept, and leading zeros do not matter in comparing")
  func leadingZeros() async throws {
    #expect(try await record(.checksum("a"), "007"))
    #expect(try await store.value(.checksum("a")) == "007")
    #expect(try await store.facts(.checksum("a")).standing == .current(revision("7")))
    let holder = try await store.write { context throws(StoreError) in
      try context.holder(of: revision("7"), besides: .checksum("b"))
    }
    #expect(holder == "a")
    #expect(try await record(.checksum("b"), "06"))
    #expect(try await store.greatest(.busybox) == "007")
  }

  @Test("the holder of a value is another checksum of the package, if there is one")
  func holder() async throws {
    try await store.record([
      .busybox("a", "3"), .busybox("b", "5"), Row(tuple: TupleKey("other", "all", "c"), value: "4"),
    ])
    let holders = try await store.write { context throws(StoreError) in
      var holders: [String?] = []
      for (value, checksum) in [("3", "b"), ("3", "a"), ("5", "a"), ("4", "a"), ("6", "a")] {
        holders.append(try context.holder(of: revision(value), besides: .checksum(checksum)))
      }
      return holders
    }
    #expect(holders == ["a", nil, "b", nil, nil])
  }

  static let everyName = [
    "", " ", "e\u{301}", "\u{e9}", "'; DROP TABLE PRMAIN; --", "\"quoted\"", "😀👩‍👩‍👧", "a\nb", "%_*?", "A", "a", "$v$",
    "\u{0}", "a\u{0}b", String(repeating: "long", count: 5000),
  ]

  @Test("names are bytes: no two of them are one package", arguments: [true, false])
  func names(isForeign: Bool) async throws {
    var rows: [Row] = []
    for (index, name) in Self.everyName.enumerated() {
      rows.append(Row(tuple: TupleKey(name, "p", "c"), value: "\(index)"))
      rows.append(Row(tuple: TupleKey("v", name, "c"), value: "\(100 + index)"))
      rows.append(Row(tuple: TupleKey("v", "p", name), value: "\(200 + index)"))
    }
    if isForeign { try file.insert(rows) } else { try await store.record(rows) }
    for row in rows {
      #expect(try await store.value(row.tuple) == row.value, "\(row.tuple.description.debugDescription)")
    }
    for index in Self.everyName.indices {
      #expect(try await store.greatest(PackageKey(version: Self.everyName[index], pkgarch: "p")) == "\(index)")
      #expect(try await store.greatest(PackageKey(version: "v", pkgarch: Self.everyName[index])) == "\(100 + index)")
    }
    #expect(try await store.greatest(PackageKey(version: "v", pkgarch: "p")) == "\(200 + Self.everyName.count - 1)")
    #expect(
      try await store.export(RowFilter(history: .kept), page: 4).sorted { $0.tuple < $1.tuple }
        == rows.sorted { $0.tuple < $1.tuple })
    let greatest = try await store.export(RowFilter(), page: 4)
    #expect(
      Set(greatest.map(\.tuple.package)).count == 2 * Self.everyName.count + 1
        && greatest.count == 2 * Self.everyName.count + 1
    )
  }

  @Test("the greatest revision there is can be stored and found")
  func maximumLength() async throws {
    let maximumLength = Array(repeating: "18446744073709551615", count: 12).joined(separator: ".")
    try await store.record([.busybox("a", "18446744073709551615"), .busybox("b", maximumLength)])
    #expect(try await store.greatest(.busybox) == maximumLength)
  }
}
