// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// Reads the rows of an export's reply piece by piece, however long it is: only the row that is being read is kept.
public struct ExportStream: Sendable {
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// The name in front of the value that is being read, of the outermost object.
  private var name: [UInt8] = []
  private var isNameNext = true
  private var isInRows = false
  private var row = ByteBuffer()
  private var isInRow = false
  /// The beginning, for a reply that is no export.
  private var head = ByteBuffer()
  private var hasRows = false
  private var isOver = false
  private var seen = 0

  private static let headLength = 4096
  private static let rowsName = Array("datainfo".utf8)
  /// No row is longer: a request with its names would not have been taken.
  private static let longestRow = 1 << 20

  public init() {}

  /// Takes a piece.
  ///
  /// - Returns: the rows that end in it.
  public mutating func take(_ piece: ByteBuffer) throws(ResponseError) -> [Row] {
    if head.readableBytes < Self.headLength {
      head.writeBytes(piece.readableBytesView.prefix(Self.headLength - head.readableBytes))
    }
    var rows: [Row] = []
    let outcome: Result<Void, ResponseError> = piece.withUnsafeReadableBytes { bytes in
      do throws(ResponseError) {
        return .success(try scan(bytes, into: &rows))
      } catch {
        return .failure(error)
      }
    }
    seen += piece.readableBytes
    try outcome.get()
    return rows
  }

  /// Checks that the reply is whole.
  ///
  /// - Returns: the server's words, where it refused.
  public func finish() throws(ResponseError) -> String? {
    if isOver, hasRows { return nil }
    if case .error(let words)? = try? Response(head, to: .export) { return words }
    throw .unexpected(.export)
  }

  private mutating func scan(_ bytes: UnsafeRawBufferPointer, into rows: inout [Row]) throws(ResponseError) {
    var start = 0
    for (index, byte) in bytes.enumerated() {
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == ASCII.backslash {
          isEscaped = true
        } else if byte == ASCII.quote {
          isInString = false
        } else if depth == 1, isNameNext {
          name.append(byte)
          guard name.count <= 64 else { throw .unexpected(.export) }
        }
        continue
      }
      switch byte {
      case ASCII.quote:
        isInString = true
        if depth == 1, isNameNext { name = [] }
      case ASCII.colon where depth == 1: isNameNext = false
      case ASCII.comma where depth == 1: isNameNext = true
      case ASCII.openBrace, ASCII.openBracket:
        depth += 1
        guard depth <= 16 else { throw .json(JSONError(problem: .tooDeep, offset: seen + index)) }
        if depth == 2, byte == ASCII.openBracket, name == Self.rowsName { (isInRows, hasRows) = (true, true) }
        if depth == 3, isInRows, byte == ASCII.openBrace { (isInRow, start) = (true, index) }
      case ASCII.closeBrace, ASCII.closeBracket:
        depth -= 1
        guard depth >= 0 else { throw .json(JSONError(problem: .unexpectedByte, offset: seen + index)) }
        if depth == 2, isInRow { try end(row: bytes[start...index], into: &rows) }
        if depth == 1 { isInRows = false }
        if depth == 0 { isOver = true }
      default: break
      }
    }
    guard isInRow else { return }
    row.writeBytes(bytes[start...])
    guard row.readableBytes <= Self.longestRow else { throw .unexpected(.export) }
  }

  private mutating func end(row rest: Slice<UnsafeRawBufferPointer>, into rows: inout [Row]) throws(ResponseError) {
    isInRow = false
    row.writeBytes(rest)
    do throws(JSONError) {
      // A row without a value counts for nothing, to BitBake's server too.
      if let row = try Row(json: row) { rows.append(row) }
    } catch {
      throw .json(error)
    }
    row.clear()
  }
}
