// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// Reads the rows of an export's reply piece by piece, however long it is: only the row that is being read is kept.
package struct ExportStream: Sendable {
  private var depth = 0
  /// Which of the open brackets are braces: a bit for each level, the innermost lowest.
  private var braces: UInt32 = 0
  private var isInString = false
  private var isEscaped = false
  /// The name in front of the value that is being read, of the outermost object.
  private var name: [UInt8] = []
  private var isNameNext = true
  private var isInRows = false
  private var row = ByteBuffer()
  private var isInRow = false
  /// How many bytes the row has so far.
  private var rowLength = 0
  private let maximumPassedOverLength: Int
  /// How many rows had longer names than a node takes, and were passed over.
  package private(set) var rowsTooLong = 0
  /// The beginning, for a reply that is no export.
  private var head = ByteBuffer()
  private var hasRows = false
  private var isOver = false
  private var seen = 0

  /// A refusal is no longer.
  private static let headLength = 64 << 10
  private static let rowsName = Array("datainfo".utf8)
  /// A longer row is not kept while it is read: its names are beyond every limit.
  private static let maximumRowLength = NameLimit.message
  private static let deepest = 16

  /// - Parameter longestPassedOver: a row of more bytes is taken for an endless one.
  package init(maximumPassedOverLength: Int = 64 << 20) { self.maximumPassedOverLength = maximumPassedOverLength }

  /// Takes a piece.
  ///
  /// - Returns: the rows that end in it.
  package mutating func take(_ piece: UnsafeRawBufferPointer) throws(ResponseError) -> [Row] {
    if !hasRows, head.readableBytes < Self.headLength {
      // There is room left, as was just asked.
      head.writeBytes(piece.prefix(Self.headLength - head.readableBytes))
    }
    ReadingCost.add(piece.count)
    var rows: [Row] = []
    try scan(piece, into: &rows)
    seen += piece.count
    return rows
  }

  /// Checks that the reply is whole.
  ///
  /// - Returns: the server's words, where it refused.
  package func finish() throws(ResponseError) -> String? {
    if isOver, hasRows { return nil }
    if case .error(let words)? = try? Response(head, to: .export) { return words }
    throw .unexpected(.export)
  }

  private mutating func scan(_ bytes: UnsafeRawBufferPointer, into rows: inout [Row]) throws(ResponseError) {
    var start = 0
    for (index, byte) in bytes.enumerated() {
      if isInString {
        takeInString(byte)
        continue
      }
      switch byte {
      case ASCII.openBrace, ASCII.openBracket:
        try open(byte, at: index)
        if depth == 3, isInRows { (isInRow, start) = (true, index) }
      case ASCII.closeBrace, ASCII.closeBracket:
        try close(byte, at: index)
        if depth == 2, isInRow { try end(row: bytes[start...index], into: &rows) }
      case _ where byte.isBlank: break
      // Between the rows, and outside of the object, nothing else may stand.
      case _ where depth == 0 || (depth == 2 && isInRows && byte != ASCII.comma): throw .unexpected(.export)
      case ASCII.quote:
        isInString = true
        if depth == 1, isNameNext { name = [] }
      case ASCII.colon where depth == 1: isNameNext = false
      case ASCII.comma where depth == 1: isNameNext = true
      default: break
      }
    }
    if isInRow { try keep(bytes[start...]) }
  }

  private mutating func keep(_ part: Slice<UnsafeRawBufferPointer>) throws(ResponseError) {
    rowLength += part.count
    guard rowLength <= maximumPassedOverLength else { throw .unexpected(.export) }
    if rowLength > Self.maximumRowLength { row.clear() } else { row.writeBytes(part) }
  }

  private mutating func takeInString(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == ASCII.backslash {
      isEscaped = true
    } else if byte == ASCII.quote {
      isInString = false
    } else if depth == 1, isNameNext, name.count <= Self.rowsName.count {
      // A longer name is that of another member.
      name.append(byte)
    }
  }

  private mutating func open(_ byte: UInt8, at index: Int) throws(ResponseError) {
    let isBrace = byte == ASCII.openBrace
    // The reply is one object; a row is an object.
    guard isBrace || (depth > 0 && !(depth == 2 && isInRows)), !isOver else { throw .unexpected(.export) }
    depth += 1
    guard depth <= Self.deepest else { throw .json(JSONError(problem: .tooDeep, offset: seen + index)) }
    braces = braces << 1 | (isBrace ? 1 : 0)
    if depth == 2, !isBrace, !isNameNext, name == Self.rowsName { (isInRows, hasRows) = (true, true) }
  }

  private mutating func close(_ byte: UInt8, at index: Int) throws(ResponseError) {
    guard depth > 0, braces & 1 == (byte == ASCII.closeBrace ? 1 : 0) else {
      throw .json(JSONError(problem: .unexpectedByte, offset: seen + index))
    }
    depth -= 1
    braces >>= 1
    if depth == 1 { isInRows = false }
    if depth == 0 { isOver = true }
  }

  private mutating func end(row rest: Slice<UnsafeRawBufferPointer>, into rows: inout [Row]) throws(ResponseError) {
    isInRow = false
    try keep(rest)
    defer {
      rowLength = 0
      row.clear()
    }
    guard rowLength <= Self.maximumRowLength else {
      rowsTooLong += 1
      return
    }
    var isRow = true
    do throws(JSONError) {
      if let row = try Row(json: row) {
        if row.isWithinLimits { rows.append(row) } else { rowsTooLong += 1 }
      } else {
        isRow = try Self.hasNullValue(row)
      }
    } catch {
      throw .json(error)
    }
    guard isRow else { throw .unexpected(.export) }
  }

  /// A row without a value counts for nothing, to BitBake's server too. One whose value is a number is of a BitBake
  /// that is too old to be copied: to pass it over would make an empty copy of a full server.
  private static func hasNullValue(_ row: ByteBuffer) throws(JSONError) -> Bool {
    let read: Result<Bool, JSONError> = row.withUnsafeReadableBytes { bytes in
      do throws(JSONError) {
        var isNull = false
        var scanner = JSONScanner(bytes, deepest: Self.deepest)
        try scanner.object { name, scanner throws(JSONError) in
          guard case .null = try scanner.value() else { return }
          if name.equals("value", in: bytes) { isNull = true }
        }
        return .success(isNull)
      } catch {
        return .failure(error)
      }
    }
    return try read.get()
  }
}
