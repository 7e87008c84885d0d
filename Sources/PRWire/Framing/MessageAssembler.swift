// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Joins the pieces of chunk streams; passes every other line on as the message it is.
package struct MessageAssembler: Sendable {
  private let limit: Int
  private var state = State.between

  private enum State: Sendable {
    /// The next line is a message, or opens a chunk stream: → `between`, `joining`.
    case between
    /// Pieces are coming; an empty line ends them: → `joining`, `between`.
    case joining(ByteBuffer)
  }

  /// - Parameter limit: the longest joined message, in bytes.
  package init(limit: Int) { self.limit = limit }

  /// A stream is open: the peer owes pieces.
  package var isJoining: Bool {
    if case .joining = state { true } else { false }
  }

  /// Bytes of a message that is being joined.
  package var pendingBytes: Int {
    if case .joining(let joined) = state { joined.readableBytes } else { 0 }
  }

  /// What a line is.
  package enum Line: Sendable {
    /// A message by itself.
    case message
    /// Part of one that is being joined.
    case piece
    /// The end of one that was joined.
    case joined(ByteBuffer)
  }

  /// Takes a line.
  ///
  /// - Throws: ``WireError/messageTooLong(limit:)``.
  @inline(__always)
  package mutating func accept(_ line: UnsafeRawBufferPointer) throws(WireError) -> Line {
    ReadingCost.add(line.count + 1)
    if case .between = state, line.count >= Self.maximumOpeningLength { return .message }
    return try join(line)
  }

  /// Takes a line.
  ///
  /// - Returns: a whole message, or nil while one is being joined.
  /// - Throws: ``WireError/messageTooLong(limit:)``.
  package mutating func accept(_ line: ByteBuffer) throws(WireError) -> ByteBuffer? {
    let kind = try line.withUnsafeReadableBytes { bytes throws(WireError) in try accept(bytes) }
    switch kind {
    case .message: return line
    case .piece: return nil
    case .joined(let message): return message
    }
  }

  private mutating func join(_ line: UnsafeRawBufferPointer) throws(WireError) -> Line {
    switch state {
    case .between:
      guard Self.opensChunkStream(line) else { return .message }
      state = .joining(ByteBuffer())
      return .piece
    case .joining(var joined):
      guard line.count > 0 else {
        state = .between
        return .joined(joined)
      }
      guard joined.readableBytes + line.count <= limit else { throw .messageTooLong(limit: limit) }
      state = .between  // so that `joined` is the only owner and is not copied for every piece
      joined.writeBytes(line)
      state = .joining(joined)
      return .piece
    }
  }

  /// A line of this length opens no chunk stream, however it is spaced.
  private static let maximumOpeningLength = 64

  /// Whether the line is `{"chunk-stream": null}`, however it is spaced.
  package static func opensChunkStream(_ line: ByteBuffer) -> Bool {
    line.withUnsafeReadableBytes { opensChunkStream($0) }
  }

  /// Whether the line is `{"chunk-stream": null}`, however it is spaced.
  package static func opensChunkStream(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count < maximumOpeningLength else { return false }
    var opens = false
    var scanner = JSONScanner(bytes, deepest: 1)
    do throws(JSONError) {
      try scanner.object { name, scanner throws(JSONError) in
        if name.equals("chunk-stream", in: bytes) { opens = true }
        _ = try scanner.value()
      }
      try scanner.finish()
    } catch {
      return false  // it is a message then, and its reader will say what is wrong with it
    }
    return opens
  }
}
