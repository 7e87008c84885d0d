// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The outgoing side of messages: whole lines below 32,767 bytes, a chunk stream from there on.
package enum ChunkStream {
  /// The longest piece, and the length from which a message is cut. BitBake's own threshold.
  package static let piece = 32_767

  /// What opens a stream, line ending included.
  static let opening: StaticString = "{\"chunk-stream\":null}\n"

  /// Writes `message` as one line or as a chunk stream.
  package static func write(_ message: ByteBuffer, into out: inout ByteBuffer) {
    var rest = message
    guard rest.readableBytes >= piece else {
      out.writeBuffer(&rest)
      out.writeInteger(ASCII.newline)
      return
    }
    open(&out)
    while rest.readableBytes > 0 { writePiece(of: &rest, into: &out) }
    close(&out)
  }

  /// Opens a stream whose message is not complete yet.
  package static func open(_ out: inout ByteBuffer) { out.writeStaticString(opening) }

  /// Ends a stream.
  package static func close(_ out: inout ByteBuffer) { out.writeInteger(ASCII.newline) }

  /// Moves one piece from `rest` to `out`. A piece does not end in a blank, since BitBake's reader strips those, unless it is
  /// all blank.
  package static func writePiece(of rest: inout ByteBuffer, into out: inout ByteBuffer) {
    let limit = min(piece, rest.readableBytes)
    // No cut in front of blanks alone is better than another. A byte at a time would look at all of them for each.
    let last = rest.readableBytesView.prefix(limit).lastIndex { !$0.isBlank }
    guard var slice = rest.readSlice(length: last.map { $0 - rest.readerIndex + 1 } ?? limit) else { return }
    out.writeBuffer(&slice)
    out.writeInteger(ASCII.newline)
  }
}
