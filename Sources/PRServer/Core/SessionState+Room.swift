// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// What is looked at for each line and each read. A known tuple passes by all else.
///
/// Questions are `mutating` although they change nothing: the handler's property is then looked at in its place, where the
/// compiler would make a copy of it for each question.
extension SessionState {
  /// Whether a further line may be taken up.
  ///
  /// - Parameters:
  ///   - unflushed: bytes of replies that were written and not sent.
  ///   - isCrowded: all sessions together hold too much.
  @inline(__always)
  mutating func takesLines(behind unflushed: Int, isCrowded: Bool) -> Bool {
    phase.takesLines && hasRoom(behind: unflushed, isCrowded: isCrowded)
  }

  /// Whether more may be read and taken up, as far as its size is concerned.
  @inline(__always)
  mutating func hasRoom(behind unflushed: Int, isCrowded: Bool) -> Bool {
    replies.count < limits.inFlight && isWritable && unflushed + replies.bytes < limits.bytes
      && !(isCrowded && flight.isLarge)
  }

  /// A line that came is a message or part of one.
  @inline(__always)
  mutating func noteMessageLine() { if phase == .greeted { phase = .serving } }

  /// Lines were taken up as far as there was room.
  ///
  /// - Parameter pending: bytes that were received and not taken up.
  @inline(__always)
  mutating func noteLines(pending: Int, behind unflushed: Int, isCrowded: Bool) {
    areLinesLeft = pending > 0 && phase.takesLines && !hasRoom(behind: unflushed, isCrowded: isCrowded)
  }

  /// Whether there is something to be done for lines or for a read that wait for room.
  @inline(__always)
  mutating func mustSettle(behind unflushed: Int, isCrowded: Bool) -> Bool {
    guard areLinesLeft || isReadHeld else { return false }
    return hasRoom(behind: unflushed, isCrowded: isCrowded) || isCrowded && !isRoomAwaited
  }

  /// Whether a current value may be written at once, behind the replies that were written before.
  @inline(__always)
  var answersAtOnce: Bool { mutating get { replies.isEmpty && !rights.isDisjoint(with: .asking) } }

  /// Whether the end of a read leaves nothing to be decided: what was written is sent, and that is all.
  @inline(__always)
  var isAtRest: Bool {
    mutating get {
      (phase == .serving || phase == .greeted) && replies.isEmpty && !isDraining && !isInputClosed && limits.idle == nil
    }
  }

  /// Counts what the session holds.
  ///
  /// - Parameter bytes: those that were received and not taken up, and those that were written and not sent.
  /// - Returns: how much more that is than before.
  @inline(__always)
  mutating func settle(_ bytes: Int) -> Int { flight.settle(bytes + replies.bytes) }

  /// Whether the client has the right to a request.
  func allows(_ request: RequestKind) -> Bool { !rights.isDisjoint(with: request.rights) }
}
