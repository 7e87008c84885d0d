// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Joins the pieces of chunk streams; passes every other line on as the message it is.
public struct MessageAssembler: Sendable {
  private let limit: Int
  private var state = State.between

  private enum State: Sendable {
    /// The next line is a message, or opens a chunk stream: → `between`, `joining`.
    case between
    /// Pieces are coming; an empty line ends them: → `joining`, `between`.
    case joining(ByteBuffer)
  }

  /// - Parameter limit: the longest joined message, in bytes.
  public init(limit: Int) { self.limit = limit }

  /// A stream is open: the peer owes pieces.
  public var isJoining: Bool {
    if case .joining = state { true } else { false }
  }

  /// Takes a line.
  ///
  /// - Returns: a whole message, or nil while one is being joined.
  /// - Throws: ``WireError/messageTooLong(limit:)``.
  public mutating func accept(_ line: ByteBuffer) throws(WireError) -> ByteBuffer? {
    switch state {
    case .between:
      guard Self.opensChunkStream(line) else { return line }
      state = .joining(ByteBuffer())
      return nil
    case .joining(var joined):
      guard line.readableBytes > 0 else {
        state = .between
        return joined
      }
      guard joined.readableBytes + line.readableBytes <= limit else { throw .messageTooLong(limit: limit) }
      state = .between  // so that `joined` is the only owner and is not copied for every piece
      joined.writeImmutableBuffer(line)
      state = .joining(joined)
      return nil
    }
  }

  /// Whether the line is `{"chunk-stream": null}`, however it is spaced.
  private static func opensChunkStream(_ line: ByteBuffer) -> Bool {
    guard line.readableBytes < 64 else { return false }
    return line.withUnsafeReadableBytes { bytes in
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
}
