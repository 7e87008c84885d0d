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
      guard pendingBytes <= limit else { throw .lineTooLong(limit: limit) }
      if pendingBytes == 0 { buffer = nil }
      return nil
    }
    guard length <= limit else { throw .lineTooLong(limit: limit) }
    guard var line = buffer?.readSlice(length: length + 1) else { return nil }
    scanned = 0
    line.moveWriterIndex(to: line.writerIndex - 1)
    if line.getInteger(at: line.writerIndex - 1, as: UInt8.self) == ASCII.carriageReturn, line.readableBytes > 0 {
      line.moveWriterIndex(to: line.writerIndex - 1)
    }
    return line
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
