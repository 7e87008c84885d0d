// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

@Suite("Heads are compared with rows at an opening", .ownThreads)
struct HeadSampleTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("pr.sqlite3")
  }

  private func fill(packages: Int, rows: Int) async throws {
    let store = try Store.writable(path)
    try await store.record(
      (0..<packages).flatMap { package in
        (0..<rows).map { Row(tuple: TupleKey("package-\(package)", "all", "c\($0)"), value: "\($0)") }
      })
    store.close()
  }

  static let damage: [(String, String)] = [
    ("UPDATE headwater_head SET greatest = '3' WHERE version = 'package-1'", "package-1 all is 3 on record, and 7"),
    ("UPDATE headwater_head SET greatest = '9' WHERE version = 'package-1'", "is 9 on record, and 7"),
    ("UPDATE headwater_head SET greatest = 'w' WHERE version = 'package-1'", "is w on record, and 7"),
    ("UPDATE headwater_head SET holder = 'c6' WHERE version = 'package-1'", "the holder of 7"),
    ("UPDATE headwater_head SET tied = 1 WHERE version = 'package-1'", "the holder of 7"),
    ("DELETE FROM headwater_head WHERE version = 'package-1'", "is nothing on record, and 7"),
    ("DELETE FROM PRMAIN WHERE version = 'package-1'", "is 7 on record, and nothing"),
    ("DELETE FROM PRMAIN WHERE value = '7'", "is 7 on record, and 6"),
  ]

  @Test("one that does not fit keeps the file from being served, with what to do", arguments: damage)
  func refused(sql: String, words: String) async throws {
    try await fill(packages: 3, rows: 8)
    try ForeignProcess(path).run(sql)
    for readOnly in [false, true] {
      let error = #expect(throws: StoreError.self) { try Store.open(StoreOptions(path: path, readOnly: readOnly)) }
      guard case .misfit(path, let detail)? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(detail.contains(words))
      #expect("\(StoreError.misfit(path: path, detail: detail))".contains("headwater recover"))
    }
  }

  static let damagedIndex = [
    "DELETE FROM headwater_number WHERE checksum = 'c7'",
    "UPDATE headwater_number SET number = x'F000' WHERE checksum = 'c7'",
    "UPDATE headwater_number SET checksum = 'other' WHERE checksum = 'c7'",
    "INSERT INTO headwater_number VALUES ('package-1', 'all', x'11', 'c7', '17')",
    "DELETE FROM headwater_copy_number WHERE checksum = 'c7'",
  ]

  @Test("a number index that has other rows than its package keeps the file from being served", arguments: damagedIndex)
  func wrongIndex(sql: String) async throws {
    try await fill(packages: 3, rows: 80)
    let store = try Store.writable(path)
    try await store.settle([TupleKey("package-1", "all", "").package])
    _ = try await store.write { context throws(StoreError) in
      try context.copy((0..<80).map { Row.busybox("c\($0)", "\($0)") }, milliseconds: 1)
    }
    store.close()
    #expect(throws: Never.self) { try Store.readOnly(path) }
    try ForeignProcess(path).run(sql)
    let error = #expect(throws: StoreError.self) { try Store.readOnly(path) }
    #expect("\(String(describing: error))".contains("the number index of"))
    let report = try Audit(path: path).run()
    let faults = report.findings.filter { if case .wrongHead(let fault) = $0 { fault.isOfIndex } else { false } }
    #expect(faults.count == 1)
    let recovery = try Recovery(of: path)
    try await recovery.rebuildHeads()
    _ = try recovery.finish(acknowledges: true)
    #expect(throws: Never.self) { try Store.readOnly(path) }
  }

  @Test("one that a foreign process has cleared, and one that two checksums hold, fit")
  func fits() async throws {
    try await fill(packages: 1, rows: 2)
    let other = try ForeignProcess(path)
    try other.insert([Row(tuple: TupleKey("package-0", "all", "z"), value: "5")])
    #expect(throws: Never.self) { try Store.readOnly(path) }
    let store = try Store.writable(path, guardsValues: false)
    try await store.record([Row(tuple: TupleKey("package-0", "all", "c0"), value: "5")])
    #expect(throws: Never.self) { try Store.readOnly(path) }
  }

  @Test("the head over copied rows is compared as well")
  func copied() async throws {
    let store = try Store.writable(path)
    _ = try await store.write { context throws(StoreError) in
      try context.copy([.busybox("a", "4"), .busybox("b", "12")], milliseconds: 1)
    }
    store.close()
    #expect(throws: Never.self) { try Store.readOnly(path) }
    try ForeignProcess(path).run("UPDATE headwater_copy_head SET greatest = '4'")
    #expect(throws: StoreError.self) { try Store.readOnly(path) }
  }

  /// The chance that a look at one of two packages misses the wrong one of them 20 times is one in a million.
  @Test("of a large file some are compared, others each time, in a time that does not grow with it")
  func sampled() async throws {
    try await fill(packages: 60, rows: 200)
    try ForeignProcess(path).run(
      "UPDATE headwater_head SET greatest = '3' WHERE CAST(substr(version, 9) AS INTEGER) < 30")
    let connection = try Connection(path: path, on: SystemFiles(), access: .readOnly, busy: .zero, cache: 64)
    for seed in UInt64(0)..<20 {
      var sample = try #require(try HeadSample(connection, seed: seed))
      #expect(try sample.fault() != nil)
    }
  }

  @Test("the same seed chooses the same packages")
  func seeded() {
    var (one, same, other) = (SampleNumbers(seed: 7), SampleNumbers(seed: 7), SampleNumbers(seed: 8))
    let numbers = (0..<5).map { _ in one.next() }
    #expect(numbers == (0..<5).map { _ in same.next() })
    #expect(numbers != (0..<5).map { _ in other.next() })
  }
}
