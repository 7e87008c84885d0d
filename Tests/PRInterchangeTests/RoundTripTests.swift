// SPDX-License-Identifier: Apache-2.0
import PRInterchange
import PRRevision
import TestSeed
import Testing

@Suite("Rows as text, and back")
struct RoundTripTests {
  private static func row(_ version: String, _ pkgarch: String, _ checksum: String) -> Row {
    Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: "7.0")
  }

  @Test("a nasty name comes back as it was, wherever it stands", arguments: RowFormat.allCases)
  func nastyNames(format: RowFormat) {
    var printed = 0
    for name in NastyNames.all {
      for row in [Self.row(name, "p", "c"), Self.row("v", name, "c"), Self.row("v", "p", name)] {
        guard let line = RowPrinter(format).line(row) else {
          #expect(format == .inc, "only .inc may leave a row out: \(name.debugDescription)")
          continue
        }
        printed += 1
        #expect(rows(of: RowPrinter(format).header + line, as: format) == [row], "\(name.debugDescription)")
      }
    }
    #expect(printed >= (format == .inc ? 9 : 3 * NastyNames.all.count))
  }

  @Test("files of random rows come back whole and in order", arguments: RowFormat.allCases, Seed.several(4))
  func randomFiles(format: RowFormat, seed: Seed) {
    var numbers = seed.numbers
    let rows = NastyNames.rows(&numbers).filter { RowPrinter(format).line($0) != nil }
    let text = text(of: rows, as: format)
    let found = lines(of: text, as: format)
    #expect(PRInterchangeTests.rows(of: text, as: format) == rows, "\(seed)")
    for case .problem(let problem) in found { Issue.record("\(problem); \(seed)") }
    for case .row(let row) in found { #expect(rows.contains { $0.value.utf8.elementsEqual(row.value.utf8) }) }
  }

  @Test("spellings of values are kept", arguments: RowFormat.allCases)
  func spelling(format: RowFormat) {
    for value in ["0", "007", "1.10", "18446744073709551615.0"] {
      let row = Row(tuple: TupleKey(version: "v", pkgarch: "p", checksum: "c"), value: value)
      #expect(rows(of: text(of: [row], as: format), as: format).map(\.value) == [value])
    }
  }

  static let printed: [(RowFormat, Row, String?)] = [
    (.jsonl, row("v", "p", "c"), #"{"version":"v","pkgarch":"p","checksum":"c","value":"7.0"}"# + "\n"),
    (
      .jsonl, row("a\n\"b", "é", "\t"), #"{"version":"a\n\"b","pkgarch":"\u00e9","checksum":"\t","value":"7.0"}"# + "\n"
    ),
    (.csv, row("v", "p", "c"), "v,p,c,7.0\n"),
    (.csv, row("a,b", "\"q\"", "x\ny"), "\"a,b\",\"\"\"q\"\"\",\"x\ny\",7.0\n"),
    (.csv, row(" a ", "é", "\r"), " a ,é,\"\r\",7.0\n"),
    (.inc, row("v", "p", "c"), "PRAUTO$v$p$c = \"7.0\"\n"),
    (.inc, row("a+b-1.0~rc1", "x/y_z", "A9.f"), "PRAUTO$a+b-1.0~rc1$x/y_z$A9.f = \"7.0\"\n"),
    (.inc, row("a b", "p", "c"), nil), (.inc, row("v", "é", "c"), nil), (.inc, row("v", "p", "'"), nil),
    (.inc, row("a^b", "p", "c"), nil), (.inc, row("a@b", "p", "c"), nil), (.inc, row("a,b", "p", "c"), nil),
    (.inc, row("a%b", "p", "c"), nil), (.inc, row("a#b", "p", "c"), nil), (.inc, row("a[b]", "p", "c"), nil),
    (.inc, row("{PN}", "p", "c"), nil), (.inc, row("a:append", "p", "c"), nil),
    (.inc, row("a_append", "p", "c"), nil), (.inc, row("v", "remove", "c"), nil),
    (.inc, row("v", "p", "x_prepend_y"), nil),
    (.inc, row("append", "p", "remove"), "PRAUTO$append$p$remove = \"7.0\"\n"),
    (.inc, row("a$b", "p", "c"), nil), (.inc, row("v", "a\"b", "c"), nil), (.inc, row("v", "p", "a=b"), nil),
    (.inc, row("v", "p", "a\nb"), nil), (.inc, row("v\r", "p", "c"), nil), (.inc, row("v", "p", "c "), nil),
  ]

  @Test("a row is printed like this", arguments: printed)
  func prints(format: RowFormat, row: Row, line: String?) {
    #expect(RowPrinter(format).line(row).map { Array($0.utf8) } == line.map { Array($0.utf8) })
  }

  @Test("headers and summaries are read as such")
  func headers() {
    let package = PackageKey(version: "v-1", pkgarch: "core2-64")
    #expect(RowPrinter(.jsonl).header.isEmpty)
    #expect(RowPrinter(.csv).header == "version,pkgarch,checksum,value\n")
    #expect(lines(of: RowPrinter(.inc).header, as: .inc) == [.nothing, .nothing, .nothing])
    let locked = RowPrinter(.inc, locksDown: true).header
    #expect(locked.contains("\nPRSERV_LOCKDOWN = \"1\"\n"))
    #expect(lines(of: locked, as: .inc).allSatisfy { $0 == .nothing })
    #expect(
      RowPrinter(.csv).summary(package, greatest: "3") == nil
        && RowPrinter(.jsonl).summary(package, greatest: "3") == nil)
    let summary = RowPrinter(.inc).summary(package, greatest: "3.1")
    #expect(summary == "PRAUTO_v-1_core2-64 = \"3.1\"\n")
    #expect(lines(of: summary ?? "", as: .inc) == [.summary, .nothing])
  }

  @Test(
    "a file's name tells its format",
    arguments: [
      ("rows.jsonl", .jsonl), ("rows.json", .jsonl), ("a.b.ndjson", .jsonl), ("/x.csv/rows.csv", .csv),
      ("pr.inc", .inc), ("pr.conf", .inc), ("rows", nil), ("rows.txt", nil), ("", nil), ("/x.csv/rows", nil),
      ("-", nil),
    ] as [(String, RowFormat?)])
  func formats(path: String, format: RowFormat?) { #expect(RowFormat(path: path) == format) }
}
