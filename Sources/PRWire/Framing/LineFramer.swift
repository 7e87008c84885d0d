// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Cuts a byte stream into lines. It remembers how far it looked, so that a slow peer's line is scanned once.
public struct LineFramer: Sendable {
  private let limit: Int
  private var buffer: ByteBuffer?
  /// How many readable bytes are known to hold no line ending.
  private var scanned = 0

  /// - Parameter limit: the longest line, in bytes without its ending.
  public init(limit: Int) { self.limit = limit }

  public mutating func append(_ bytes: ByteBuffer) {
    guard buffer?.readableBytes ?? 0 > 0 else {
      buffer = bytes
      scanned = 0
      return
    }
    buffer!.discardReadBytes()  // or a peer that never stops at the end of a line would make it grow for ever
    buffer!.writeImmutableBuffer(bytes)
  }

  /// Bytes that wait for the rest of their line.
  public var pendingBytes: Int { buffer?.readableBytes ?? 0 }

  /// What has come of a line that is not complete.
  public var incompleteLine: ByteBuffer? { buffer }

  /// The next complete line, without its `\n` or `\r\n`.
  ///
  /// - Throws: ``WireError/lineTooLong(limit:)`` as soon as more than the limit has come without an ending.
  public mutating func next() throws(WireError) -> ByteBuffer? {
    guard let length = lengthOfNextLine() else {
      // A carriage return that came last may be half of the ending.
      guard withoutCarriageReturn(pendingBytes) <= limit else { throw .lineTooLong(limit: limit) }
      if pendingBytes == 0 { buffer = nil }
      return nil
    }
    let content = withoutCarriageReturn(length)
    guard content <= limit else { throw .lineTooLong(limit: limit) }
    let line = buffer?.readSlice(length: content)
    buffer?.moveReaderIndex(forwardBy: length + 1 - content)
    scanned = 0
    return line
  }

  /// The length of the first `length` bytes, less a carriage return at their end.
  private func withoutCarriageReturn(_ length: Int) -> Int {
    guard let buffer, length > 0 else { return length }
    let last = buffer.getInteger(at: buffer.readerIndex + length - 1, as: UInt8.self)
    return last == ASCII.carriageReturn ? length - 1 : length
  }

  private mutating func lengthOfNextLine() -> Int? {
    guard let buffer else { return nil }
    let found = buffer.withUnsafeReadableBytes { bytes -> Int? in
      UnsafeRawBufferPointer(rebasing: bytes[scanned...]).firstIndex(of: ASCII.newline).map { $0 + scanned }
    }
    if found == nil { scanned = buffer.readableBytes }
    return found
  }
}
