// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Auditing a database", .ownThreads)
struct AuditTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  static let cases: [(rows: [(String, String?)], findings: [AuditFinding])] = [
    ([("a", "0"), ("b", "1"), ("a", "2")], []),
    ([], []),
    ([("a", "1.9"), ("b", "1")], []),
    ([("a", "3"), ("b", "3")], [.duplicate(.busybox, value: "3", checksums: ["a", "b"])]),
    ([("a", "3"), ("b", "03"), ("c", "4")], [.duplicate(.busybox, value: "3", checksums: ["a", "b"])]),
    (
      [("a", "1"), ("b", "1"), ("c", "2"), ("d", "2"), ("e", "2")],
      [
        .duplicate(.busybox, value: "1", checksums: ["a", "b"]),
        .duplicate(.busybox, value: "2", checksums: ["c", "d", "e"]),
      ]
    ),
    ([("a", "3"), ("a", "03")], []),
    ([("a", "x"), ("b", "4")], [.unreadable(.checksum("a"), value: "x")]),
    ([("a", nil), ("b", "4")], [.unreadable(.checksum("a"), value: "")]),
    ([("a", "9"), ("b", "10")], [.misleadingOrder(.busybox, asText: "9", asNumber: "10")]),
    ([("a", "1.9"), ("b", "1.10")], [.misleadingOrder(.busybox, asText: "1.9", asNumber: "1.10")]),
    ([("a", "9"), ("b", "90")], []),
    (
      [("a", "9"), ("b", "10"), ("c", "10"), ("d", "-")],
      [
        .unreadable(.checksum("d"), value: "-"), .duplicate(.busybox, value: "10", checksums: ["b", "c"]),
        .misleadingOrder(.busybox, asText: "9", asNumber: "10"),
      ]
    ),
  ]

  @Test("each thing that is wrong is found, and nothing else", arguments: cases)
  func findings(rows: [(String, String?)], findings: [AuditFinding]) throws {
    let file = try ForeignProcess.bitbake(path)
    for (checksum, value) in rows { try file.insert(.checksum(checksum), value) }
    // A sound package on either side.
    try file.insert([Row(tuple: TupleKey("a", "p", "c"), value: "5"), Row(tuple: TupleKey("z", "p", "c"), value: "5")])
    let report = try Audit(path: path).run()
    #expect(report.findings == findings)
    #expect(report.isClean == findings.isEmpty && report.damage.isEmpty)
    #expect(report.rows == rows.count + 2 && report.packages == (rows.isEmpty ? 2 : 3))
    #expect(report.tables == ["PRMAIN"])
  }

  @Test("two spellings of a checksum are two contents")
  func byBytes() throws {
    _ = try ForeignProcess.bitbake(path, [.busybox("e\u{301}", "1"), .busybox("\u{e9}", "1")])
    guard case .duplicate(.busybox, value: "1", let checksums)? = try Audit(path: path).run().findings.first else {
      Issue.record("no duplicate was found")
      return
    }
    #expect(checksums.count == 2)
  }

  @Test("BitBake 2.8's tables are read, and their numbers are numbers")
  func oldTables() throws {
    let file = try ForeignProcess(path)
    try file.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 9), (.checksum("b"), 10)])
    try file.makeOldTable("PRMAIN_hist", [(.checksum("a"), 3), (.checksum("b"), 3)])
    let report = try Audit(path: path).run()
    #expect(report.tables == ["PRMAIN_nohist", "PRMAIN_hist"] && report.rows == 4)
    #expect(report.findings == [.duplicate(.busybox, value: "3", checksums: ["a", "b"])])
  }

  @Test("tables that were taken over are left out: their rows stand in the newer one")
  func takenOver() throws {
    let file = try ForeignProcess(path)
    try file.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 9), (.checksum("b"), 10)])
    try file.makeOldTable("PRMAIN_hist", [(.checksum("c"), 11)])
    try Store.writable(path).close()
    let report = try Audit(path: path).run()
    #expect(report.tables == ["PRMAIN"] && report.rows == 3 && report.packages == 1)
  }

  @Test("a value that the copy gives to two contents, or to another than an own row, is told apart from own ones")
  func copied() async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "1"), .busybox("same", "2")])
    _ = try await store.write { context throws(StoreError) in
      try context.copy(
        [
          .busybox("b", "01"), .busybox("same", "2"), .busybox("x", "3"), .busybox("y", "3"), .busybox("z", "4"),
          Row(tuple: TupleKey("other", "p", "c"), value: "3"),
        ], milliseconds: 1)
    }
    store.close()
    let report = try Audit(path: path).run()
    #expect(
      report.findings == [
        .copiedDuplicate(.busybox, value: "01", own: ["a"], copied: ["b"]),
        .copiedDuplicate(.busybox, value: "3", own: [], copied: ["x", "y"]),
      ])
    #expect(!report.isSound && report.rows == 2 && report.copiedRows == 6 && report.packages == 2)
    #expect(report.tables == ["PRMAIN"])
  }

  @Test("what a server of BitBake 2.8 has added to its tables since is read")
  func oldTablesSince() async throws {
    let file = try ForeignProcess(path)
    try file.makeOldTable("PRMAIN_nohist", [(.checksum("a"), 3)])
    let store = try Store.writable(path)
    try await store.record([.busybox("b", "4")])
    store.close()
    try file.run("INSERT INTO PRMAIN_nohist VALUES ('busybox-1.36.1-r0', 'core2-64', 'c', 4)")
    let report = try Audit(path: path).run()
    #expect(report.tables == ["PRMAIN", "PRMAIN_nohist"] && report.rows == 3)
    #expect(report.findings == [.duplicate(.busybox, value: "4", checksums: ["b", "c"])])
  }

  static let handiwork: [(String, [AuditFinding])] = [
    (
      "UPDATE headwater_head SET greatest = '1'",
      [.wrongHead(HeadFault(package: .busybox, isOfCopy: false, recorded: "1", found: "2"))]
    ),
    (
      "UPDATE headwater_copy_head SET greatest = '9'",
      [.wrongHead(HeadFault(package: .busybox, isOfCopy: true, recorded: "9", found: "7"))]
    ),
    ("DELETE FROM PRMAIN WHERE value = '1'", [.missing(.busybox("b", "1"))]),
    (
      "UPDATE PRMAIN SET checksum = 'x' WHERE value = '1'",
      [.missing(.busybox("b", "1")), .unrecorded(.busybox("x", "1"))]
    ),
    ("INSERT INTO PRMAIN VALUES ('v', 'p', 'c', NULL)", []),
  ]

  @Test("heads that do not fit, and rows that were changed or deleted by hand, are found", arguments: handiwork)
  func changedByHand(sql: String, findings: [AuditFinding]) async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "0"), .busybox("b", "1"), .busybox("c", "2")])
    _ = try await store.write { context throws(StoreError) in
      try context.copy([.busybox("u", "7")], milliseconds: 1)
    }
    store.close()
    #expect(try Audit(path: path).run().findings == [])
    try ForeignProcess(path).run(sql)
    #expect(
      try Audit(path: path).run().findings.filter { if case .unreadable = $0 { false } else { true } } == findings)
  }

  private static let provenance = FloorProvenance(.operator, source: nil, setter: nil, milliseconds: 1)

  private static func entry(_ value: String, after last: FloorEntry? = nil) -> FloorEntry {
    FloorEntry(after: last, Floor(package: .busybox, value: revision(value)), provenance)
  }

  private static let entries = [entry("2"), entry("5", after: entry("2"))]

  static let changedFloors: [(String, [AuditFinding])] = [
    (
      "UPDATE headwater_head SET below_floor = 0",
      [.wrongHead(HeadFault(package: .busybox, isOfCopy: false, isOfFloor: true, recorded: "0", found: "0"))]
    ),
    ("UPDATE headwater_floor_head SET value = '4'", [.wrongFloor(.busybox, recorded: "4", found: "5")]),
    (
      "DELETE FROM headwater_floor_head",
      [
        .wrongHead(HeadFault(package: .busybox, isOfCopy: false, isOfFloor: true, recorded: "0", found: "0")),
        .wrongFloor(.busybox, recorded: nil, found: "5"),
      ]
    ),
    ("DELETE FROM headwater_floor_feed WHERE serial = 1", [.changedFloor(entries[1])]),
    (
      "UPDATE headwater_floor_feed SET value = '3' WHERE serial = 1",
      [
        .changedFloor(
          FloorEntry(
            serial: 1, floor: Floor(package: .busybox, value: revision("3")), provenance: provenance,
            digest: entries[0].digest))
      ]
    ),
  ]

  @Test("floors that were changed or deleted by hand are found", arguments: changedFloors)
  func floors(sql: String, findings: [AuditFinding]) async throws {
    let store = try Store.writable(path)
    try await store.record([.busybox("a", "0")])
    _ = try await store.write { context throws(StoreError) in
      try Self.entries.map { entry throws(StoreError) in try context.raise(entry.floor, Self.provenance) }
    }
    store.close()
    #expect(try Audit(path: path).run().findings == [])
    try ForeignProcess(path).run(sql)
    #expect(try Audit(path: path).run().findings == findings)
  }

  @Test("our own database is audited like any other, and is not written to")
  func ours() async throws {
    let store = try Store.writable(path)
    for number in 0..<9 { try await store.count(.checksum("\(number)")) }
    store.close()
    let before = (try contents(of: path), try contents(of: path + "-wal"))
    let report = try Audit(path: path).run()
    #expect(report.isClean && report.rows == 9 && report.packages == 1)
    #expect(try contents(of: path) == before.0 && contents(of: path + "-wal") == before.1)
  }

  @Test("a file without a PR table has no tables to speak of")
  func unrelated() throws {
    try ForeignProcess(path).run("CREATE TABLE other (x)")
    #expect(try Audit(path: path).run() == AuditReport())
  }

  @Test("progress is told")
  func progress() throws {
    let file = try ForeignProcess.bitbake(path)
    try file.run("BEGIN")
    for number in 0..<8200 { try file.insert([.busybox("c", "\(number)")]) }
    try file.run("COMMIT")
    var told: [Int] = []
    #expect(try Audit(path: path).run { told.append($0) }.rows == 8200)
    #expect(told == [8192])
  }

  @Test("damage is told, in the report or as the reason that there is none", arguments: 2...9)
  func damage(page: Int) throws {
    let file = try ForeignProcess.bitbake(path)
    try file.run("BEGIN")
    for number in 0..<2000 { try file.insert([.busybox("checksum-\(number)", "\(number)")]) }
    try file.run("COMMIT")
    try file.close()
    var bytes = try contents(of: path)
    try #require(bytes.count > 10 * 4096)
    bytes.replaceSubrange((page - 1) * 4096..<page * 4096, with: Data(repeating: 0xA5, count: 4096))
    try bytes.write(to: URL(fileURLWithPath: path))
    do {
      let report = try Audit(path: path).run()
      #expect(!report.damage.isEmpty && !report.isClean)
    } catch {
      guard case .damaged(path, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
    #expect(try contents(of: path) == bytes)
  }

  @Test("a file that cannot be opened is refused like a server would")
  func missing() {
    #expect(throws: StoreError.missing(path: path)) { try Audit(path: path) }
  }
}
