// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import TestThreads
import Testing

@testable import headwater

@Suite("Files to import", .ownThreads)
struct ImportFileTests {
  private func lines(of path: String) throws -> [String] {
    var source = LineSource(try ImportFile(path).contents)
    var lines: [String] = []
    while let line = try source.next() { lines.append(String(line)) }
    return lines
  }

  @Test("a pipe, which gives its lines once, is read like a file")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("rows.csv")
    #expect(mkfifo(path, 0o600) == 0)
    let writer = Thread { try? Data("one\ntwo\r\nthree".utf8).write(to: URL(fileURLWithPath: path)) }
    writer.start()
    #expect(try lines(of: path) == ["one", "two", "three"])
  }

  @Test(
    "lines end in a line feed, and the last one may have none",
    arguments: [
      ("", []), ("\n", [""]), ("one", ["one"]), ("one\n", ["one"]), ("one\r\n\ntwo\r", ["one", "", "two"]),
      (String(repeating: "x", count: 200_000) + "\ny", [String(repeating: "x", count: 200_000), "y"]),
    ])
  func lines(text: String, expected: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "rows.csv")
    #expect(try lines(of: folder.path("rows.csv")) == expected)
  }

  @Test("a line without an end is refused before it is read to its end")
  func endlessLine() throws {
    let folder = try TemporaryFolder()
    try folder.write("short\n" + String(repeating: "x", count: LineSource.maximumLineLength + 1), to: "rows.csv")
    var source = LineSource(try ImportFile(folder.path("rows.csv")).contents)
    #expect(try source.next() == "short")
    #expect(throws: LineSource.Failure.lineTooLong) { try source.next() }
  }

  @Test("parsed rows come back as they were, page by page, as often as they are read", arguments: [1, 7, 2000, 5000])
  func spool(page: Int) throws {
    let folder = try TemporaryFolder()
    var spool = try RowSpool(in: URL(fileURLWithPath: folder.path))
    let names = ["", "v", "é\u{301}\n", String(repeating: "x", count: 4096)]
    let rows = (0..<2000).map { number in
      Row(
        tuple: TupleKey(version: names[number % 4], pkgarch: "p", checksum: names[number / 4 % 4]), value: "\(number)")
    }
    for (number, row) in rows.enumerated() { try spool.append(row, at: ImportPlace(file: 1, line: number)) }
    try spool.finish()
    #expect(spool.packages.count == 4)
    for _ in 0..<2 {
      var found: [SpooledRow] = []
      var pages = try SpoolPages(spool)
      while let next = try pages.next(page) {
        #expect(next.count <= page)
        found += next
      }
      #expect(found.map { Row(tuple: $0.tuple, value: $0.value.text) } == rows)
      #expect(found.map(\.place) == rows.indices.map { ImportPlace(file: 1, line: $0) })
    }
  }

  @Test("the first problems of files and database stand in the order of their lines")
  func problems() {
    var summary = ImportSummary(names: ["a", "b"])
    for line in [9, 30] { summary.refuse("read", at: ImportPlace(file: 0, line: line)) }
    for line in 1...500 { summary.refuse("stored", at: ImportPlace(file: 1, line: line)) }
    summary.refuse("stored", at: ImportPlace(file: 0, line: 10))
    #expect(summary.refused == 503 && summary.problems.count == 20)
    #expect(
      summary.problems.prefix(4).map(\.description) == ["a:9: read", "a:10: stored", "a:30: read", "b:1: stored"])
  }
}
