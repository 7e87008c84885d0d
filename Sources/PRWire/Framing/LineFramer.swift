// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore

/// Cuts a byte stream into lines. It remembers how far it looked, so that a slow peer's line is scanned once.
package struct LineFramer: Sendable {
  private let limit: Int
  private var buffer: ByteBuffer?
  /// How many readable bytes are known to hold no line ending.
  private var scanned = 0

  /// - Parameter limit: the longest line, in bytes without its ending.
  package init(limit: Int) { self.limit = limit }

  package mutating func append(_ bytes: ByteBuffer) {
    guard buffer?.readableBytes ?? 0 > 0 else {
      buffer = bytes
      scanned = 0
      return
    }
    buffer?.discardReadBytes()  // or a peer that never stops at the end of a line would make it grow for ever
    buffer?.writeImmutableBuffer(bytes)
  }

  /// Bytes that wait for the rest of their line.
  package var pendingBytes: Int { buffer?.readableBytes ?? 0 }

  /// What has come of a line that is not complete.
  package var incompleteLine: ByteBuffer? { buffer }

  /// The next complete line, without its `\n` or `\r\n`.
  ///
  /// - Throws: ``WireError/lineTooLong(limit:)`` as soon as more than the limit has come without an ending.
  package mutating func next() throws(WireError) -> ByteBuffer? {
    var line: ByteBuffer?
    try forEachLine { bytes throws(WireError) in
      line = ByteBuffer(bytes: bytes)
      return false
    }
    return line
  }

  /// Hands out the complete lines where they stand, without their `\n` or `\r\n`, until `body` returns false.
  ///
  /// - Parameter body: must not touch this framer; the bytes are there only during the call.
  /// - Throws: what `body` throws, and ``WireError/lineTooLong(limit:)`` as soon as more than the limit has come
  ///   without an ending.
  @inline(__always)
  package mutating func forEachLine(
    _ body: (UnsafeRawBufferPointer) throws(WireError) -> Bool
  ) throws(WireError) {
    guard let buffer else { return }
    let (limit, start) = (limit, scanned)
    let outcome = buffer.withUnsafeReadableBytes { bytes in
      var walk = LineWalk(bytes, scanned: start)
      do throws(WireError) {
        try walk.run(limit: limit, body)
        return (walk, WireError?.none)
      } catch {
        return (walk, error)
      }
    }
    scanned = outcome.0.scanned - outcome.0.taken
    self.buffer?.moveReaderIndex(forwardBy: outcome.0.taken)
    if self.buffer?.readableBytes == 0 { self.buffer = nil }
    if let error = outcome.1 { throw error }
  }
}

/// A walk over the lines of some bytes.
struct LineWalk {
  private let bytes: UnsafeRawBufferPointer
  /// How many bytes belong to lines that were handed out.
  private(set) var taken = 0
  /// How many bytes have been looked at.
  private(set) var scanned: Int

  init(_ bytes: UnsafeRawBufferPointer, scanned: Int) {
    self.bytes = bytes
    self.scanned = scanned
  }

  @inline(__always)
  mutating func run(
    limit: Int, _ body: (UnsafeRawBufferPointer) throws(WireError) -> Bool
  ) throws(WireError) {
    while let start = bytes.baseAddress,
      let end = memchr(start + scanned, CInt(truncatingIfNeeded: ASCII.newline), bytes.count - scanned)
    {
      let line = content(upTo: UnsafeRawPointer(end) - start)
      guard line.count <= limit else { throw .lineTooLong(limit: limit) }
      taken = UnsafeRawPointer(end) - start + 1
      scanned = taken
      guard try body(line) else { return }
    }
    scanned = bytes.count
    // A carriage return that came last may be half of the ending.
    guard content(upTo: bytes.count).count <= limit else { throw .lineTooLong(limit: limit) }
  }

  /// From the last line's end up to `end`, less a carriage return.
  private func content(upTo end: Int) -> UnsafeRawBufferPointer {
    let hasReturn = end > taken && bytes[end - 1] == ASCII.carriageReturn
    return UnsafeRawBufferPointer(rebasing: bytes[taken..<(hasReturn ? end - 1 : end)])
  }
}
