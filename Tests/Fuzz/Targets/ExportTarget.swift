// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

extension FuzzTarget {
  /// The reply to `export`, read piece by piece. However it is cut, it has the same rows; a reply that is well formed has
  /// those that a reader of JSON finds in it; rows that are written are read as the same rows.
  static let export = FuzzTarget("export", length: 4096) { bytes in
    var input = FuzzInput(bytes)
    let cut = input.cut()
    let whole = ExportReading(cut.whole)
    let pieces = ExportReading(cut.pieces)
    try require(whole == pieces, "the cut makes other rows: \(whole), \(pieces)")
    // A name with escapes is not looked for by the stream.
    if !cut.bytes.contains(UInt8(ascii: "\\")), let reply = try? ExportReply(ByteBuffer(bytes: cut.bytes)) {
      try require(whole.error == nil, "a reply that is well formed is refused: \(whole)")
      try require(whole.rows == reply.rows.filter(\.isWithinLimits), "\(whole.rows) are not \(reply.rows)")
    }
    guard whole.error == nil, !whole.rows.isEmpty else { return }
    var (writer, written) = (ExportWriter(columns: nil), ByteBuffer())
    for row in whole.rows {
      writer.write(row)
      writer.drain(into: &written)
    }
    writer.finish(into: &written)
    let framing = Framing(
      [ArraySlice(written.readableBytesView)], line: ChunkStream.piece, message: 1 << 24, inPlace: true)
    try require(framing.messages.count == 1, "an export is \(framing.messages.count) messages")
    let again = ExportReading(framing.messages.map { ArraySlice($0.readableBytesView) })
    try require(again.rows == whole.rows && again.error == nil, "\(whole.rows) are written as \(again)")
  }
}

/// What a reply to `export` is.
private struct ExportReading: Equatable {
  /// Of a reply without an error.
  var rows: [Row] = []
  var tooLong = 0
  var refusal: String?
  var error: ResponseError?

  init(_ pieces: [ArraySlice<UInt8>]) {
    var stream = ExportStream()
    do throws(ResponseError) {
      for piece in pieces {
        let found: Result<[Row], ResponseError> = piece.withUnsafeBytes { bytes in
          do throws(ResponseError) { return .success(try stream.take(bytes)) } catch { return .failure(error) }
        }
        rows += try found.get()
      }
      refusal = try stream.finish()
      tooLong = stream.rowsTooLong
    } catch {
      self.error = error
      rows = []
    }
  }
}
