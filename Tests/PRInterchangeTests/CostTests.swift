// SPDX-License-Identifier: Apache-2.0
import PRInterchange
import PRRevision
import PRWire
import Testing

/// What a file may hold at its worst.
enum FileFilling: CaseIterable, Sendable {
  case rows, longNames, strayQuote, quotes, openQuotes, blankLines, noise, commas, signs

  func text(_ format: RowFormat, bytes: Int) -> String {
    let header = format == .csv ? "version,pkgarch,checksum,value\n" : ""
    let row = Row(tuple: TupleKey(version: "busybox-1.36.1-r0", pkgarch: "core2-64", checksum: "9f2c"), value: "1")
    let long = Row(
      tuple: TupleKey(version: String(repeating: "é\"", count: 200), pkgarch: "p", checksum: "c"), value: "1")
    let lines: (String, unit: String) =
      switch self {
      case .rows: ("", RowPrinter(format).line(row) ?? "")
      case .longNames:
        ("", RowPrinter(format).line(long) ?? "PRAUTO$\(String(repeating: "é", count: 300))$p$c = \"1\"\n")
      case .strayQuote: ("\"p,x,c,0\n", RowPrinter(format).line(row) ?? "")
      case .quotes: ("", "\"\"\"\"\"\",p,c,1\n")
      case .openQuotes: ("", "\"\n")
      case .blankLines: ("", " \t \n")
      case .noise: ("", "{\"version\":[\\u0000,$=\"'#?\n")
      case .commas: ("", String(repeating: ",", count: 400) + "\n")
      case .signs: ("", "PRAUTO" + String(repeating: "$", count: 300) + "=\"\"\n")
      }
    return header + lines.0 + String(repeating: lines.unit, count: bytes / lines.unit.utf8.count + 1)
  }
}

@Suite("What a file costs")
struct CostTests {
  @Test(
    "grows with its bytes, whatever stands in it: no line is looked at more than a few times",
    arguments: RowFormat.allCases,
    FileFilling.allCases)
  func linear(format: RowFormat, filling: FileFilling) {
    let texts = [3000, 30_000].map { filling.text(format, bytes: $0) }
    let costs = texts.map { text in ReadingCost.of { _ = lines(of: text, as: format) } ?? 0 }
    for (text, cost) in zip(texts, costs) {
      #expect(cost <= 6 * text.utf8.count + 1000, "\(format), \(filling): \(cost) for \(text.utf8.count) bytes")
    }
    #expect(costs[1] <= 12 * costs[0] + 1000, "\(format), \(filling): \(costs)")
    if filling == .rows { #expect(costs[1] > texts[1].utf8.count / 2, "nothing was counted") }
  }

  @Test("a stray quote is said to be one within a name's length, and the file is read on behind it")
  func strayQuote() {
    let text = FileFilling.strayQuote.text(.csv, bytes: 30_000)
    #expect(problem(in: text, as: .csv)?.contains("lines above not closed?") == true)
    #expect(rows(of: text, as: .csv).count > 400)
  }

  @Test("a name that no server takes is a problem, not a row", arguments: RowFormat.allCases)
  func longNames(format: RowFormat) {
    let maximumLength = String(repeating: "x", count: NameLimit.bytes)
    let good = Row(tuple: TupleKey(version: maximumLength, pkgarch: maximumLength, checksum: maximumLength), value: "1")
    #expect(rows(of: text(of: [good], as: format), as: format) == [good])
    let bad = Row(tuple: TupleKey(version: "v", pkgarch: maximumLength + "x", checksum: "c"), value: "1")
    #expect(rows(of: text(of: [bad], as: format), as: format).isEmpty)
    #expect(problem(in: text(of: [bad], as: format), as: format)?.contains("longer than 4096 bytes") == true)
  }
}
