// SPDX-License-Identifier: Apache-2.0
import PRInterchange
import PRRevision

extension FuzzTarget {
  /// Files of rows in every format. A row that is printed is read as the same row.
  static let rows = FuzzTarget("rows", length: 4096) { bytes in
    var input = FuzzInput(bytes)
    let format = RowFormat.allCases[input.number(below: RowFormat.allCases.count)]
    let text = String(decoding: input.rest(), as: UTF8.self)
    var parser = RowParser(format)
    for line in lines(of: text) {
      switch parser.parse(line) {
      case .row(let row):
        for format in RowFormat.allCases { try printAndRead(row, format) }
      case .floor(let floor):
        let printed = RowPrinter(.jsonl).line(floor) ?? ""
        try require(read(printed, .jsonl) == [.floor(floor)], "\(floor) is printed as \(printed)")
      case .nothing, .summary, .problem: break
      }
    }
    _ = parser.finish()
  }

  private static func printAndRead(_ row: Row, _ format: RowFormat) throws {
    let printer = RowPrinter(format)
    guard let line = printer.line(row) else {
      return try require(format == .inc, "\(format) cannot hold \(row)")
    }
    let found = read(printer.header + line, format)
    try require(found == [.row(row)], "\(row) is printed as \(line), which is \(found)")
  }

  private static func read(_ text: String, _ format: RowFormat) -> [RowParser.Line] {
    var parser = RowParser(format)
    return (lines(of: text).map { parser.parse($0) } + [parser.finish()]).filter { $0 != .nothing }
  }

  /// By bytes: Swift takes a carriage return and a line feed for one character.
  private static func lines(of text: String) -> [Substring] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Substring($0) }
  }
}
