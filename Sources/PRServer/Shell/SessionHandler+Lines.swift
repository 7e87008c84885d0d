// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRWire

/// From bytes to requests, as far as they are taken up.
extension SessionHandler {
  @inline(__always)
  private var takesLines: Bool { state.takesLines(behind: out.readableBytes, isCrowded: desk.flight.isCrowded) }

  /// Takes up lines. What they cause is written; it leaves, and other events are handled, when all are taken up.
  func takeLines() {
    let wasHandling = isHandling
    isHandling = true
    defer {
      state.noteLines(pending: framer.pendingBytes, behind: out.readableBytes, isCrowded: desk.flight.isCrowded)
      isHandling = wasHandling
    }
    do throws(WireError) {
      guard takesLines else { return }
      try framer.forEachLine { line throws(WireError) in
        if state.phase == .handshaking {
          try takeHeader(ByteBuffer(bytes: line))
        } else {
          state.noteMessageLine()
          switch try assembler.accept(line) {
          case .message: takeMessage(line)
          case .piece: break
          case .joined(let message): message.withUnsafeReadableBytes { takeMessage($0) }
          }
        }
        return takesLines
      }
      if state.phase == .handshaking, let start = framer.incompleteLine { try handshake.check(incomplete: start) }
    } catch {
      handleNow(.unreadable(error))
    }
    if assembler.isJoining != state.timers.contains(.message) { handleNow(.messageOpen(assembler.isJoining)) }
  }

  private func takeHeader(_ line: ByteBuffer) throws(WireError) {
    guard case .done(let headers) = try handshake.accept(line) else { return }
    handleNow(.greeted(PeerDescription(headers), wantsHeaders: headers.needsHeaders))
  }

  private func takeMessage(_ bytes: UnsafeRawBufferPointer) {
    let view: RequestView
    do throws(JSONError) {
      view = try RequestView(bytes, depth: desk.options.wire.depth)
    } catch {
      return handleNow(.unreadable(.json(error)))
    }
    if state.answersAtOnce, let tuple = view.plainAllocation, desk.answerCurrent(tuple, into: &out) { return }
    // The right is looked at before the fields are: a request that is not allowed costs no more than its scan.
    if let name = view.name, !state.allows(name) { return refuse(name) }
    do throws(RequestError) {
      guard let request = try Request(view) else { return handleNow(.goodbye) }
      handleNow(.request(request, bytes: bytes.count))
    } catch .json(let error) {
      handleNow(.unreadable(.json(error)))
    } catch {
      refuseMalformed(error.request, error.description)
    }
  }

  /// Takes up the lines that were left lying.
  func takeWaitingLines() {
    takeLines()
    handleNow(.linesTaken)
  }
}
