// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

/// Makes rows of lines, one after the other.
package struct RowParser: Sendable {
  private let format: RowFormat
  private var columns: [Int]?
  private var csv = CSVReader()

  package init(_ format: RowFormat) { self.format = format }

  /// What a line holds.
  package enum Line: Hashable, Sendable {
    case row(Row)
    /// Of JSON Lines only.
    case floor(Floor)
    /// A comment, a blank line, a header.
    case nothing
    /// A package's greatest value without its checksum, as OE-Core writes for people to read.
    case summary
    case problem(String)
  }

  /// Reads the next line, without its ending.
  package mutating func parse(_ line: Substring) -> Line {
    let parsed =
      switch format {
      case .jsonl: Self.json(line)
      case .csv: record(line)
      case .inc: Self.assignment(line)
      }
    switch parsed {
    case .row(let row): return Self.check(row)
    case .floor(let floor): return Self.problem(with: TupleKey(package: floor.package, checksum: "")) ?? parsed
    case .nothing, .summary, .problem: return parsed
    }
  }

  /// What is still open at the end of the file.
  package func finish() -> Line { csv.isOpen ? .problem("a quote is not closed") : .nothing }

  private static func check(_ row: Row) -> Line {
    if let problem = problem(with: row.tuple) { return problem }
    guard Revision(row.value) != nil else {
      return .problem("the value is not a revision: numbers of ASCII digits joined by dots, such as 7 or 7.1")
    }
    return .row(row)
  }

  private static func problem(with tuple: TupleKey) -> Line? {
    for (name, text) in [
      ("version", tuple.package.version), ("pkgarch", tuple.package.pkgarch), ("checksum", tuple.checksum),
    ] {
      if text.utf8.contains(0) { return .problem("the \(name) contains a NUL character") }
    }
    if let field = tuple.overlongField {
      return .problem("the \(field) is longer than \(NameLimit.bytes) bytes, which no server takes")
    }
    return nil
  }

  // MARK: JSON Lines

  private static func json(_ line: Substring) -> Line {
    guard !line.utf8.allSatisfy(\.isBlank) else { return .nothing }
    do throws(JSONError) {
      let line = ByteBuffer(substring: line)
      if let row = try Row(json: line) { return .row(row) }
      if let floor = try Floor(json: line) { return .floor(floor) }
      return .problem(
        "version, pkgarch, checksum and value must be there, as strings; or version, pkgarch and floor, a revision")
    } catch {
      return .problem(error.description)
    }
  }

  // MARK: CSV

  private mutating func record(_ line: Substring) -> Line {
    if !csv.isOpen, line.utf8.isEmpty { return .nothing }
    let fields: [String]
    switch csv.take(line) {
    case .record(let record): fields = record
    case .open: return .nothing
    case .refused(let reason): return .problem(reason)
    }
    guard let columns else { return header(fields) }
    guard !columns.isEmpty else { return .nothing }  // the header was refused; that has been said
    guard let maximum = columns.max(), maximum < fields.count else {
      return .problem("\(fields.count) fields, where the first line names more")
    }
    let tuple = TupleKey(version: fields[columns[0]], pkgarch: fields[columns[1]], checksum: fields[columns[2]])
    return .row(Row(tuple: tuple, value: fields[columns[3]]))
  }

  private mutating func header(_ fields: [String]) -> Line {
    let names = fields.map { $0.lowercased() }
    let found = ["version", "pkgarch", "checksum", "value"].compactMap { names.firstIndex(of: $0) }
    columns = found.count == 4 ? found : []
    guard found.count == 4 else {
      return .problem("the header is missing: the first line must name version, pkgarch, checksum and value")
    }
    return .nothing
  }

  // MARK: .inc

  /// Source of the form: docs/operations/data.md, "Export".
  private static func assignment(_ line: Substring) -> Line {
    // By bytes: a name may begin with what Swift would join to the `$`, and each byte is looked at once.
    let text = line.utf8.trimmingBlanks
    ReadingCost.add(line.utf8.count)
    if text.isEmpty || text.first == UInt8(ascii: "#") { return .nothing }
    // What OE-Core's export begins with: builds that read the file ask no server. It is no row.
    if text.starts(with: "PRSERV_LOCKDOWN".utf8) { return .nothing }
    guard text.starts(with: "PRAUTO".utf8), let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
      return .problem(#"expected PRAUTO$version$pkgarch$checksum = "value""#)
    }
    let name = text[..<equals].dropLast(text[..<equals].last == UInt8(ascii: "?") ? 1 : 0).trimmingBlanks
    let quoted = text[text.index(after: equals)...].trimmingBlanks
    guard let quote = quoted.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), quoted.count >= 2,
      quoted.last == quote
    else {
      return .problem("the value must be in quotes")
    }
    if name.starts(with: "PRAUTO_".utf8) { return .summary }
    let parts = name.split(separator: UInt8(ascii: "$"), maxSplits: 4, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard parts.count == 4, parts[0] == "PRAUTO" else {
      return .problem("expected PRAUTO$version$pkgarch$checksum on the left")
    }
    let tuple = TupleKey(version: parts[1], pkgarch: parts[2], checksum: parts[3])
    return .row(Row(tuple: tuple, value: String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)))
  }
}

extension Substring.UTF8View {
  fileprivate var trimmingBlanks: Substring.UTF8View {
    let start = drop(while: \.isBlank)
    guard let end = start.lastIndex(where: { !$0.isBlank }) else { return start[start.endIndex...] }
    return start[...end]
  }
}

extension UInt8 {
  /// A space, or one of the ASCII controls from tab to carriage return.
  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || (0x09...0x0D).contains(self) }
}
