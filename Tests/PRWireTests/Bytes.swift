// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import TestSeed

@testable import PRWire

extension ByteBuffer {
  /// What is readable, as bytes.
  var bytes: [UInt8] { Array(readableBytesView) }

  /// What `write` appends to an empty buffer, as text.
  static func text(_ write: (inout ByteBuffer) -> Void) -> String {
    var out = ByteBuffer()
    write(&out)
    return String(buffer: out)
  }
}

extension ExportStream {
  mutating func take(_ piece: ByteBuffer) throws(ResponseError) -> [Row] {
    try piece.withUnsafeReadableBytes { bytes throws(ResponseError) in try take(bytes) }
  }
}

extension String {
  var bytes: [UInt8] { Array(utf8) }
}

/// Cuts bytes into 1 to 7 byte pieces, at places that the seed chooses.
func cut(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [[UInt8]] {
  var pieces: [[UInt8]] = []
  var rest = bytes[...]
  while !rest.isEmpty {
    let length = Int.random(in: 1...7, using: &numbers)
    pieces.append(Array(rest.prefix(length)))
    rest = rest.dropFirst(length)
  }
  return pieces
}

/// What became of bytes that should be one JSON value.
enum Scanned: Equatable {
  case value(Kind)
  case refused(JSONError)

  enum Kind: Equatable {
    case text([UInt8])
    case integer(Range<Int>)
    case number, null, object, array
    case bool(Bool)
  }

  init(_ bytes: [UInt8], depth: Int = 16) {
    self = bytes.withUnsafeBytes { bytes in
      do throws(JSONError) {
        var scanner = JSONScanner(bytes, deepest: depth)
        let token = try scanner.value()
        try scanner.finish()
        return .value(try Kind(token, in: bytes))
      } catch {
        return .refused(error)
      }
    }
  }

  init(_ text: String, depth: Int = 16) { self.init(text.bytes, depth: depth) }

  var error: JSONError? { if case .refused(let error) = self { error } else { nil } }
}

extension Scanned.Kind {
  fileprivate init(_ token: JSONToken, in bytes: UnsafeRawBufferPointer) throws(JSONError) {
    self =
      switch token {
      case .text(let text): .text(Array(try text.string(in: bytes).utf8))
      case .integer(let range): .integer(range)
      case .number: .number
      case .bool(let flag): .bool(flag)
      case .null: .null
      case .object: .object
      case .array: .array
      }
  }
}
