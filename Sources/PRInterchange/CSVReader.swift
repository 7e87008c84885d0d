// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// Reads the records of RFC 4180 line by line. Each byte is looked at once, however many lines a record has.
struct CSVReader: Sendable {
  private var fields: [String] = []
  private var field: [UInt8] = []
  private var isQuoted = false
  /// How many lines the record has so far.
  private var lines = 0

  /// No file that holds rows has more columns.
  private static let maximumFields = 256

  /// What a line made of the record.
  enum Outcome {
    case record([String])
    /// A quote is open: the record goes on in the next line.
    case open
    /// The record cannot be one. The next line begins another.
    case refused(String)
  }

  /// The record goes on in the next line.
  var isOpen: Bool { isQuoted }

  /// Takes a line, without its ending.
  mutating func take(_ line: Substring) -> Outcome {
    if isQuoted { field.append(UInt8(ascii: "\n")) }
    lines += 1
    var bytes = line.utf8.makeIterator()
    var next = bytes.next()
    while let byte = next {
      ReadingCost.add(1)
      next = bytes.next()
      switch byte {
      case UInt8(ascii: "\"") where isQuoted && next == UInt8(ascii: "\""):
        field.append(byte)
        next = bytes.next()
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted: endField()
      default: field.append(byte)
      }
      // A quote without an end would swallow the file.
      guard field.count <= NameLimit.bytes, fields.count <= Self.maximumFields else { return .refused(refuse()) }
    }
    guard !isQuoted else { return .open }
    endField()
    defer { self = CSVReader() }
    return .record(fields)
  }

  private mutating func endField() {
    fields.append(String(decoding: field, as: UTF8.self))
    field.removeAll(keepingCapacity: true)
  }

  private mutating func refuse() -> String {
    defer { self = CSVReader() }
    guard fields.count <= Self.maximumFields else { return "more than \(Self.maximumFields) fields" }
    return lines == 1
      ? "a field is longer than \(NameLimit.bytes) bytes"
      : "a field is longer than \(NameLimit.bytes) bytes; is the quote that opens \(lines - 1) lines above not closed?"
  }
}

/// Writes a record of RFC 4180.
enum CSVRecord {
  /// The record's text, quoted where it must be.
  static func text(of fields: [String]) -> String {
    fields.map { field in
      let isPlain = field.utf8.allSatisfy { ![0x22, 0x2C, 0x0A, 0x0D].contains($0) }
      // By bytes: Swift would take a quote and the accent behind it for one character.
      let doubled = field.utf8.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] }
      return isPlain ? field : "\"\(String(decoding: doubled, as: UTF8.self))\""
    }.joined(separator: ",")
  }
}
