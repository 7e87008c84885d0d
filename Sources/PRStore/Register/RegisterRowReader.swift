// SPDX-License-Identifier: Apache-2.0

/// Reads the fields of a row by the names of their columns. Whatever stands in them is a value or an error.
struct RegisterRowReader {
  let row: RegisterRow
  /// The place of the row in its table, from 1, in the order of keys.
  let place: Int
  let path: String

  /// The text of a field is not part of it.
  func wrong(_ column: String) -> StoreError {
    .badRegister(
      path: path,
      detail:
        "row \(place) of its table '\(row.table.rawValue)' has a '\(column)' that this version does not understand")
  }

  private func field(_ column: String) throws(StoreError) -> RegisterField {
    guard let index = row.table.columns.firstIndex(where: { $0.name == column }), index < row.fields.count else {
      throw wrong(column)
    }
    return row.fields[index]
  }

  func has(_ column: String) throws(StoreError) -> Bool { try field(column) != .null }

  func text(_ column: String) throws(StoreError) -> String {
    guard case .text(let text) = try field(column) else { throw wrong(column) }
    return text
  }

  func number(_ column: String) throws(StoreError) -> Int64 {
    guard case .number(let number) = try field(column) else { throw wrong(column) }
    return number
  }

  /// A text as a value has it.
  func value<Value>(_ column: String, _ read: (String) -> Value?) throws(StoreError) -> Value {
    guard let value = read(try text(column)) else { throw wrong(column) }
    return value
  }

  /// Nil for NULL.
  func optional<Value>(_ column: String, _ read: (String) -> Value?) throws(StoreError) -> Value? {
    try has(column) ? try value(column, read) : nil
  }

  /// Digits, as a number of 64 bits writes itself.
  func unsigned(_ column: String) throws(StoreError) -> UInt64 {
    try value(column) { text in UInt64(text).flatMap { String($0) == text ? $0 : nil } }
  }

  /// A level. It is far from where counting it up could overflow.
  func level() throws(StoreError) -> Int {
    guard let level = Int32(exactly: try number("level")), level >= 0 else { throw wrong("level") }
    return Int(clamping: level)
  }

  /// Texts joined by commas; none where the field is empty.
  func list<Value>(_ column: String, _ read: (String) -> Value?) throws(StoreError) -> [Value] {
    let text = try text(column)
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { read(String($0)) }
    guard values.count == parts.count else { throw wrong(column) }
    return values
  }
}
