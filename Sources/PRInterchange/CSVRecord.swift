// SPDX-License-Identifier: Apache-2.0

/// One record of RFC 4180.
enum CSVRecord {
  /// - Returns: nil when a quote is still open.
  static func fields(of record: String) -> [String]? {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var bytes = record.utf8.makeIterator()
    var next = bytes.next()
    while let byte = next {
      next = bytes.next()
      switch byte {
      case UInt8(ascii: "\"") where isQuoted && next == UInt8(ascii: "\""):
        field.append(byte)
        next = bytes.next()
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted:
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
      default: field.append(byte)
      }
    }
    guard !isQuoted else { return nil }
    return fields + [String(decoding: field, as: UTF8.self)]
  }

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
