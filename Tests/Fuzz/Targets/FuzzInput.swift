// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// An input, taken from its beginning. What is missing at its end reads as zero.
struct FuzzInput {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = ArraySlice(Array(bytes)) }

  var isEmpty: Bool { bytes.isEmpty }

  mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

  mutating func number(below limit: Int) -> Int { Int(byte()) % limit }

  mutating func word() -> Int { Int(byte()) << 8 | Int(byte()) }

  mutating func flag() -> Bool { byte() & 1 == 1 }

  /// All that is left.
  mutating func rest() -> [UInt8] {
    defer { bytes = [] }
    return Array(bytes)
  }

  /// A number of lengths, and these; then all that is left, in pieces of these lengths by turns.
  mutating func cut() -> CutBytes {
    let lengths = (0..<number(below: 8)).map { _ in Int(byte()) }
    return CutBytes(bytes: rest(), lengths: lengths)
  }
}

/// Bytes, and where they are cut.
struct CutBytes {
  let bytes: [UInt8]
  private let lengths: [Int]

  init(bytes: [UInt8], lengths: [Int]) {
    self.bytes = bytes
    self.lengths = lengths
  }

  /// All bytes at once.
  var whole: [ArraySlice<UInt8>] { [bytes[...]] }

  /// A few may be empty.
  var pieces: [ArraySlice<UInt8>] {
    guard lengths.contains(where: { $0 > 0 }) else { return whole }
    var (pieces, start, turn) = ([ArraySlice<UInt8>](), 0, 0)
    while start < bytes.count {
      let end = min(start + lengths[turn % lengths.count], bytes.count)
      pieces.append(bytes[start..<end])
      (start, turn) = (end, turn + 1)
    }
    return pieces
  }
}
