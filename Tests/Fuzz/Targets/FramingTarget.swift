// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRWire

extension FuzzTarget {
  /// Lines, and messages of them. However bytes are cut, they make the same messages; a message that is written as a chunk
  /// stream is read as the same message; no more than the limits is kept.
  static let framing = FuzzTarget("framing", length: 4096) { bytes in
    var input = FuzzInput(bytes)
    let (line, message) = (input.number(below: 256) + 1, input.word())
    let repeats = input.byte()
    let cut = input.cut()
    let whole = Framing(cut.whole, line: line, message: message, inPlace: false)
    let pieces = Framing(cut.pieces, line: line, message: message, inPlace: true)
    try require(whole == pieces, "the cut makes another message: \(whole), \(pieces)")
    for framing in [whole, pieces] where framing.error == nil {
      try require(framing.pendingLine <= line + 1, "\(framing.pendingLine) bytes wait for their line")
      try require(framing.pendingMessage <= message, "\(framing.pendingMessage) bytes wait for their message")
    }
    if repeats >= 0xFC { try writeAndRead(cut.bytes, repeats: Int(repeats & 0xF)) }
  }

  private static func writeAndRead(_ bytes: [UInt8], repeats: Int) throws {
    var text = bytes.filter { $0 != 0x0A && $0 != 0x0D }
    // Up to a length at which one piece is not enough.
    for _ in 0..<repeats where text.count < ChunkStream.piece { text += text }
    let message = ByteBuffer(bytes: text)
    guard !MessageAssembler.opensChunkStream(message) else { return }
    var written = ByteBuffer()
    ChunkStream.write(message, into: &written)
    let read = Framing(
      [ArraySlice(written.readableBytesView)], line: ChunkStream.piece, message: 1 << 20, inPlace: true)
    let found = "\(read.messages.map(\.readableBytes)), \(read.error.debugDescription)"
    try require(read.messages == [message] && read.error == nil, "of \(message.readableBytes) bytes come \(found)")
  }
}

/// What a framer with an assembler makes of bytes.
struct Framing: Equatable {
  var messages: [ByteBuffer] = []
  var error: WireError?
  var pendingLine = 0
  var pendingMessage = 0

  /// - Parameter inPlace: lines are taken where they stand, as a session does it.
  init(_ pieces: [ArraySlice<UInt8>], line: Int, message: Int, inPlace: Bool) {
    var framer = LineFramer(limit: line)
    var assembler = MessageAssembler(limit: message)
    do throws(WireError) {
      for piece in pieces {
        framer.append(ByteBuffer(bytes: piece))
        if inPlace {
          try takeInPlace(&framer, &assembler)
        } else {
          while let line = try framer.next() {
            if let message = try assembler.accept(line) { messages.append(message) }
          }
        }
      }
      (pendingLine, pendingMessage) = (framer.pendingBytes, assembler.pendingBytes)
    } catch {
      self.error = error
    }
  }

  private mutating func takeInPlace(
    _ framer: inout LineFramer, _ assembler: inout MessageAssembler
  ) throws(WireError) {
    var found: [ByteBuffer] = []
    defer { messages += found }
    try framer.forEachLine { line throws(WireError) in
      switch try assembler.accept(line) {
      case .message: found.append(ByteBuffer(bytes: line))
      case .piece: break
      case .joined(let message): found.append(message)
      }
      return true
    }
  }
}
