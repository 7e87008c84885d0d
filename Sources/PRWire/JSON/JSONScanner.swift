// SPDX-License-Identifier: Apache-2.0

/// A strict reader of one JSON text (RFC 8259) over bytes that it neither owns nor copies.
///
/// It pulls: the caller says what it expects next. Strings come as ``JSONText``, ranges of the input, so that a message
/// that is understood without being kept costs no allocation.
struct JSONScanner {
  let bytes: UnsafeRawBufferPointer
  /// How many levels of objects and arrays are followed.
  let deepest: Int
  private(set) var offset: Int
  private var depth = 0

  /// - Parameter offset: where the text begins.
  init(_ bytes: UnsafeRawBufferPointer, deepest: Int, from offset: Int = 0) {
    self.bytes = bytes
    self.deepest = deepest
    self.offset = offset
  }

  func failure(_ problem: JSONError.Problem, at offset: Int? = nil) -> JSONError {
    JSONError(problem: problem, offset: offset ?? self.offset)
  }

  // MARK: Values

  /// Reads an object, handing each member's name to `member`, which must read the member's value.
  mutating func object(
    _ member: (JSONText, inout JSONScanner) throws(JSONError) -> Void
  ) throws(JSONError) {
    skipBlanks()
    guard take(ASCII.openBrace) else { throw failure(.expectedObject) }
    try enter()
    skipBlanks()
    if take(ASCII.closeBrace) { return leave() }
    repeat {
      let name = try text()
      skipBlanks()
      guard take(ASCII.colon) else { throw failureHere() }
      try member(name, &self)
      skipBlanks()
    } while take(ASCII.comma)
    guard take(ASCII.closeBrace) else { throw failureHere() }
    leave()
  }

  /// Reads an array, calling `element` in front of each value; it must read that value.
  mutating func array(_ element: (inout JSONScanner) throws(JSONError) -> Void) throws(JSONError) {
    skipBlanks()
    guard take(ASCII.openBracket) else { throw failureHere() }
    try enter()
    skipBlanks()
    if take(ASCII.closeBracket) { return leave() }
    repeat {
      try element(&self)
      skipBlanks()
    } while take(ASCII.comma)
    guard take(ASCII.closeBracket) else { throw failureHere() }
    leave()
  }

  /// Reads any value. Objects and arrays are checked and passed over.
  mutating func value() throws(JSONError) -> JSONToken {
    skipBlanks()
    guard let byte = peek() else { throw failure(.unexpectedEnd) }
    switch byte {
    case ASCII.quote: return .text(try text())
    case ASCII.openBrace:
      try object { _, scanner throws(JSONError) in _ = try scanner.value() }
      return .object
    case ASCII.openBracket:
      try array { scanner throws(JSONError) in _ = try scanner.value() }
      return .array
    case ASCII.lowerT: return try literal("true", .bool(true))
    case ASCII.lowerF: return try literal("false", .bool(false))
    case ASCII.lowerN: return try literal("null", .null)
    default: return try number()
    }
  }

  /// Reads any value.
  ///
  /// - Returns: nil unless it is an array of so many strings at most, each of so many bytes at most.
  mutating func strings(maximum: Int = .max, maximumLength: Int = .max / 6) throws(JSONError) -> [String]? {
    let bytes = bytes
    guard isAtArray() else {
      _ = try value()
      return nil
    }
    var strings: [String]? = []
    try array { scanner throws(JSONError) in
      // No byte is escaped by more than six.
      guard case .text(let text) = try scanner.value(), text.count <= 6 * maximumLength,
        let count = strings?.count, count < maximum
      else {
        strings = nil
        return
      }
      let string = try text.string(in: bytes)
      if string.utf8.count <= maximumLength { strings?.append(string) } else { strings = nil }
    }
    return strings
  }

  /// Whether the next value is an object, without reading it.
  mutating func isAtObject() -> Bool {
    skipBlanks()
    return peek() == ASCII.openBrace
  }

  /// Whether the next value is an array, without reading it.
  mutating func isAtArray() -> Bool {
    skipBlanks()
    return peek() == ASCII.openBracket
  }

  /// Checks that nothing but blanks is left.
  mutating func finish() throws(JSONError) {
    skipBlanks()
    guard offset == bytes.count else { throw failure(.trailingBytes) }
  }

  // MARK: Strings

  /// Reads a string and checks its escapes, in one pass that keeps nothing.
  mutating func text() throws(JSONError) -> JSONText {
    skipBlanks()
    guard take(ASCII.quote) else { throw failure(.expectedString) }
    let start = offset
    var isPlain = true
    var isASCII = true
    while true {
      skipPlainWords()
      guard let byte = peek() else { throw failure(.unexpectedEnd) }
      switch byte {
      case ASCII.quote:
        let text = JSONText(start: start, count: offset - start, isPlain: isPlain)
        ReadingCost.add(text.count + 2)
        guard isASCII || isUTF8(text) else { throw failure(.badUTF8, at: start) }
        offset += 1
        return text
      case ASCII.backslash:
        isPlain = false
        offset += try JSONEscape(at: offset, in: bytes).length
      case 0..<0x20: throw failure(.controlCharacter)
      default:
        if byte >= 0x80 { isASCII = false }
        offset += 1
      }
    }
  }

  private func isUTF8(_ text: JSONText) -> Bool {
    ReadingCost.add(text.count)
    return String(validating: text.raw(in: bytes), as: UTF8.self) != nil
  }

  /// Moves over groups of eight bytes in which no quote, backslash, control or non-ASCII byte stands.
  @inline(__always)
  private mutating func skipPlainWords() {
    while offset + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let quote = word ^ 0x2222_2222_2222_2222
      let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
      let ones: UInt64 = 0x0101_0101_0101_0101
      // The classic "has a zero byte", "has a byte below 0x20" tests; the high bits also catch what is not ASCII.
      let found = ((quote &- ones) | (backslash &- ones) | (word &- 0x2020_2020_2020_2020) | word)
      guard found & 0x8080_8080_8080_8080 == 0 else { return }
      offset += 8
    }
  }

  // MARK: Numbers and literals

  private mutating func literal(_ word: StaticString, _ token: JSONToken) throws(JSONError) -> JSONToken {
    guard offset + word.utf8CodeUnitCount <= bytes.count else { throw failure(.unexpectedEnd) }
    for index in 0..<word.utf8CodeUnitCount where bytes[offset + index] != word.utf8Start[index] {
      throw failure(.unexpectedByte, at: offset + index)
    }
    offset += word.utf8CodeUnitCount
    ReadingCost.add(word.utf8CodeUnitCount)
    return token
  }

  private mutating func number() throws(JSONError) -> JSONToken {
    let start = offset
    var isInteger = true
    let isNegative = take(ASCII.minus)
    guard let first = peek(), first.isDigit else {
      throw isNegative ? failure(.badNumber, at: start) : failure(.unexpectedByte)
    }
    if !take(ASCII.zero) { skipDigits() }
    if take(ASCII.dot) {
      isInteger = false
      guard skipDigits() else { throw failure(.badNumber, at: start) }
    }
    if take(ASCII.lowerE) || take(ASCII.upperE) {
      isInteger = false
      if !take(ASCII.plus) { _ = take(ASCII.minus) }
      guard skipDigits() else { throw failure(.badNumber, at: start) }
    }
    return isInteger ? .integer(start..<offset) : .number
  }

  @discardableResult
  private mutating func skipDigits() -> Bool {
    let start = offset
    while let byte = peek(), byte.isDigit { offset += 1 }
    ReadingCost.add(offset - start)
    return offset > start
  }

  // MARK: Bytes

  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= deepest else { throw failure(.tooDeep) }
  }

  private mutating func leave() { depth -= 1 }

  @inline(__always)
  private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

  @inline(__always)
  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }

  @inline(__always)
  private mutating func skipBlanks() {
    let start = offset
    while let byte = peek(), byte.isBlank { offset += 1 }
    ReadingCost.add(offset - start + 1)
  }

  private func failureHere() -> JSONError { failure(offset < bytes.count ? .unexpectedByte : .unexpectedEnd) }
}
