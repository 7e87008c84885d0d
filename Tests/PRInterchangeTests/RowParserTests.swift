// SPDX-License-Identifier: Apache-2.0
import PRInterchange
import PRRevision
import Testing

@Suite("Reading rows from files")
struct RowParserTests {
  private static func row(_ version: String, _ pkgarch: String, _ checksum: String, _ value: String) -> RowParser.Line {
    .row(Row(tuple: TupleKey(version: version, pkgarch: pkgarch, checksum: checksum), value: value))
  }

  static let notARevision = "the value is not a revision: numbers of ASCII digits joined by dots, such as 7 or 7.1"

  static let problemCases: [(RowFormat, String, String)] = [
    (.jsonl, "{}", "version, pkgarch, checksum and value must be there, as strings"),
    (.jsonl, #"{"version":"v","pkgarch":"p","checksum":"c"}"#, "must be there"),
    (.jsonl, #"{"version":"v","pkgarch":"p","checksum":"c","value":7}"#, "as strings"),
    (.jsonl, #"{"version":"v","pkgarch":"p","checksum":"c","value":"x"}"#, notARevision),
    (.jsonl, #"{"version":"v","pkgarch":"p","checksum":"c","value":""}"#, notARevision),
    (.jsonl, #"{"version":"v","pkgarch":"p","checksum":"a\u0000","value":"1"}"#, "the checksum contains a NUL"),
    (
      .csv, "pkgarch,version,checksum\n",
      "the header is missing: the first line must name version, pkgarch, checksum and value"
    ),
    (.csv, "v,p,c,1\n", "the first line must name"),
    (.csv, "version,pkgarch,checksum,value\nv,p,c\n", "3 fields, where the first line names more"),
    (.csv, "version,pkgarch,checksum,value\nv,p,c,-1\n", notARevision),
    (.csv, "version,pkgarch,checksum,value\nv,\"p,c,1\nv,p,c,1\n", "a quote is not closed"),
    (.inc, "PRAUTO$v$p$c \"1\"\n", "expected PRAUTO$version$pkgarch$checksum = \"value\""),
    (.inc, "PRAUTO$v$p$c = 1\n", "the value must be in quotes"),
    (.inc, "PRAUTO$v$p$c = \"1'\n", "the value must be in quotes"),
    (.inc, "PRAUTO$v$p$c = \"\n", "the value must be in quotes"),
    (.inc, "PRAUTO$v$p$c =\n", "the value must be in quotes"),
    (.inc, "PRAUTO$v$p$c = \"\"\n", notARevision),
    (.inc, "PRAUTO$v$p$c = \"1 \"\n", notARevision),
    (.inc, "PRAUTO$v$p = \"1\"\n", "expected PRAUTO$version$pkgarch$checksum on the left"),
    (.inc, "PRAUTO$v$p$c$d = \"1\"\n", "on the left"),
    (.inc, "PRAUTOMATIC$v$p$c = \"1\"\n", "on the left"),
    (.inc, "OTHER = \"1\"\n", "expected PRAUTO$version"),
  ]

  @Test("a line without a row says what is wrong with it", arguments: problemCases)
  func problems(format: RowFormat, text: String, expected: String) {
    let found = problem(in: text, as: format)
    #expect(found?.contains(expected) == true, "\(found ?? "no problem")")
  }

  @Test(
    "JSON that is broken is a problem, not a row", arguments: ["{", "[]", "nonsense", #"{"version":"v"} x"#, "\"v\""])
  func brokenJSON(text: String) {
    #expect(problem(in: text, as: .jsonl)?.isEmpty == false)
    #expect(rows(of: text, as: .jsonl).isEmpty)
  }

  @Test("a problem names file and line, or the file as a whole")
  func place() {
    #expect("\(RowProblem(file: "rows.csv", line: 7, text: "it is wrong"))" == "rows.csv:7: it is wrong")
    #expect("\(RowProblem(file: "rows.csv", line: 0, text: "it is wrong"))" == "rows.csv: it is wrong")
  }

  @Test("blank lines between JSON objects are passed over, and other members too")
  func jsonl() {
    let text = "\n  \t\r\n" + #"{"x":[{}],"value":"1","checksum":"c","pkgarch":"p","version":"v"}"# + " \r\n\n"
    #expect(lines(of: text, as: .jsonl) == [.nothing, .nothing, Self.row("v", "p", "c", "1"), .nothing, .nothing])
  }

  static let csvCases: [(String, [RowParser.Line])] = [
    ("v,p,c,1\n", [row("v", "p", "c", "1")]),
    ("\"v\",\"p\",\"c\",\"1\"\n", [row("v", "p", "c", "1")]),
    ("\"a,b\",\"say \"\"hi\"\"\",\"\"\"\",1\n", [row("a,b", "say \"hi\"", "\"", "1")]),
    ("\"a\nb\",p,c,1\nv,p,c,2\n", [.nothing, row("a\nb", "p", "c", "1"), row("v", "p", "c", "2")]),
    ("\"\n\n\",p,\"\n\",1\n", [.nothing, .nothing, .nothing, row("\n\n", "p", "\n", "1")]),
    ("\"a\r\nb\",p,c,1\n", [.nothing, row("a\r\nb", "p", "c", "1")]),
    ("\nv,p,c,1\n\n", [.nothing, row("v", "p", "c", "1"), .nothing]),
    (",,,1\n", [row("", "", "", "1")]),
    ("v,p,c,1,and more\n", [row("v", "p", "c", "1")]),
    ("e\u{301},\u{301},😀,1\n", [row("e\u{301}", "\u{301}", "😀", "1")]),
  ]

  @Test("CSV is RFC 4180's, line endings inside quotes included", arguments: csvCases)
  func csv(text: String, expected: [RowParser.Line]) {
    #expect(lines(of: "version,pkgarch,checksum,value\n" + text, as: .csv) == [.nothing] + expected + [.nothing])
  }

  @Test("columns stand in the order of the first line, whatever their case, others between them")
  func columns() {
    let text = "note,Value,CHECKSUM,more,version,PkgArch\nx,1,c,\"a\nb\",v,p\n"
    #expect(lines(of: text, as: .csv) == [.nothing, .nothing, Self.row("v", "p", "c", "1"), .nothing])
  }

  @Test("after a line that is wrong, the next is read as ever", arguments: RowFormat.allCases)
  func goesOn(format: RowFormat) {
    let good = Row(tuple: TupleKey(version: "v", pkgarch: "p", checksum: "c"), value: "1")
    let printer = RowPrinter(format)
    let line = printer.line(good) ?? ""
    #expect(rows(of: printer.header + line + "wrong\n" + line, as: format) == [good, good])
    #expect(problem(in: printer.header + line + "wrong\n" + line, as: format) != nil)
  }

  static let assignmentCases: [(String, RowParser.Line)] = [
    ("PRAUTO$v-1.0-r0$core2-64$abc = \"7\"", row("v-1.0-r0", "core2-64", "abc", "7")),
    ("PRAUTO$v$p$c=\"7\"", row("v", "p", "c", "7")),
    ("PRAUTO$$$ = \"7\"", row("", "", "", "7")),
    ("  PRAUTO$v$p$c  =  '7'  ", row("v", "p", "c", "7")),
    ("\tPRAUTO$v$p$c ?= \"7\"\r", row("v", "p", "c", "7")),
    ("PRAUTO$v$p$c?=\"7\"", row("v", "p", "c", "7")),
    ("PRAUTO$v$p$c = \"7.0.12\"", row("v", "p", "c", "7.0.12")),
    ("PRAUTO$a b$p$c = \"007\"", row("a b", "p", "c", "007")),
    ("PRAUTO$\u{301}v$\u{338}p$\u{200d}c = \"7\"", row("\u{301}v", "\u{338}p", "\u{200d}c", "7")),
    ("PRAUTO_v_p = \"7\"", .summary), ("PRAUTO_v_p ?= '7'", .summary),
    ("PRSERV_LOCKDOWN = \"1\"", .nothing), ("PRSERV_LOCKDOWN ?= '1'", .nothing),
    ("#PR_core_ver = \"0.1\"", .nothing), ("#   version \t     TEXT\t        1\t     None\t    1", .nothing),
    ("# PRAUTO$v$p$c = \"7\"", .nothing), ("  #", .nothing), ("", .nothing), (" \t ", .nothing),
  ]

  @Test("the .inc form is read as BitBake would", arguments: assignmentCases)
  func assignments(line: String, expected: RowParser.Line) {
    var parser = RowParser(.inc)
    #expect(parser.parse(Substring(line)) == expected)
    #expect(parser.finish() == .nothing)
  }
}
