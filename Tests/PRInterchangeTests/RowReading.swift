// SPDX-License-Identifier: Apache-2.0
import PRInterchange
import PRRevision
import TestSeed

/// What a text is in a format: one thing a line, and what is open at its end.
func lines(of text: String, as format: RowFormat) -> [RowParser.Line] {
  var parser = RowParser(format)
  // By bytes: to Swift, a line ending may be part of a larger character.
  var parts = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  if parts.last?.isEmpty == true { parts.removeLast() }
  return parts.map { parser.parse(Substring(decoding: $0, as: UTF8.self)) } + [parser.finish()]
}

/// The rows among them.
func rows(of text: String, as format: RowFormat) -> [Row] {
  lines(of: text, as: format).compactMap { line in
    if case .row(let row) = line { row } else { nil }
  }
}

/// The first problem among them.
func problem(in text: String, as format: RowFormat) -> String? {
  for case .problem(let text) in lines(of: text, as: format) { return text }
  return nil
}

/// What a file of these rows holds.
func text(of rows: [Row], as format: RowFormat) -> String {
  let printer = RowPrinter(format)
  return printer.header + rows.compactMap(printer.line).joined()
}

/// Names that some format must quote, escape or leave out.
enum NastyNames {
  static let all = [
    "", "plain", "a+b~c/d.e-f_g", "a b", " a", "a ", "\ta\t", "a,b", ",", "\"", "a\"b", "\"\"", "'", "'a'", "a\nb",
    "\n", "\n\n",
    "a\r\nb",
    "\r", "$", "a$b", "=", "a=b", "a = \"1\"", "#", "# a", "PRAUTO$", "\\", "\\n", "{}", "{\"version\":\"v\"}",
    "e\u{301}",
    "\u{e9}", "\u{301}", "\u{301}a", "😀👩‍👩‍👧", "\u{85}", "a\u{2028}", "\u{a0}", "a?", "?", "\u{1}", "\u{7f}", "\u{feff}",
    "٣",
    "\u{10ffff}", "a\u{200d}", "\u{200d}a", "a\u{338}",
  ]

  static func rows(_ numbers: inout SeededNumbers) -> [Row] {
    (0..<40).map { _ in
      let names = (0..<3).map { _ in
        (0..<Int.random(in: 1...3, using: &numbers)).map { _ in all.randomElement(using: &numbers)! }.joined()
      }
      let value = ["0", "7", "007", "7.0.12", "18446744073709551615"].randomElement(using: &numbers)!
      return Row(tuple: TupleKey(version: names[0], pkgarch: names[1], checksum: names[2]), value: value)
    }
  }
}
