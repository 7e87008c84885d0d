// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// Requests, and their replies in the same order.
extension SessionState {
  // MARK: Requests

  mutating func take(_ request: Request, _ bytes: Int, _ step: inout Step) {
    guard phase == .serving else { return }
    switch request {
    case .ping: step.act(.answerPing)
    case .isReadonly: step.act(.answerIsReadonly)
    case .export(let query):
      replies.append(.export(query), bytes: bytes)
      moveReplies(&step)
    case .changes(let query): openPoll(query, bytes, &step)
    case .getPR(let tuple, let history) where !rights.contains(.allocate):
      step.act(.predict(tuple, history, replies.reserve(bytes: bytes)))
    // Each of the others is answered at a place that is kept for its reply, whatever the answer takes.
    default: step.act(.ask(request, replies.reserve(bytes: bytes)))
    }
  }

  mutating func answer(_ response: Response, _ step: inout Step) {
    guard phase == .serving || phase == .greeted else { return }
    let reply = SessionReply.response(response)
    replies.append(.reply(reply), bytes: reply.bytes)
    moveReplies(&step)
  }

  // MARK: Replies

  mutating func fill(_ ticket: Ticket, _ reply: SessionReply, _ step: inout Step) {
    guard !phase.isEnding else { return }
    replies.fill(ticket, with: .reply(reply), bytes: reply.bytes)
    moveReplies(&step)
    planFlush(&step)
  }

  /// Writes the replies that are ready and whose turn it is.
  mutating func moveReplies(_ step: inout Step) {
    while isWritable, let first = replies.first {
      guard case .reply(let reply) = first else { return readPage(&step) }
      replies.removeFirst()
      step.write(reply)
    }
  }

  /// Replies become ready in crowds: while more are expected, one flush serves all that come in this turn.
  mutating func planFlush(_ step: inout Step) {
    guard !isFlushPlanned else { return }
    guard !replies.isEmpty else { return proceed(&step) }
    isFlushPlanned = true
    step.act(.planFlush)
  }

  mutating func flushDue(_ step: inout Step) {
    isFlushPlanned = false
    proceed(&step)
  }

  // MARK: Going on

  /// Goes on after a wait: replies first, then lines that were left lying.
  mutating func proceed(_ step: inout Step) {
    guard !phase.isEnding else { return }
    moveReplies(&step)
    if areLinesLeft { step.act(.takeLines) } else { endTurn(&step) }
  }

  /// What was written leaves. The session ends if nothing is left that it waits for.
  mutating func endTurn(_ step: inout Step) {
    guard !phase.isEnding else { return }
    if isDraining, phase == .serving { finish(&step) }
    if isInputClosed, !areLinesLeft { finish(&step) }
    if phase == .finishing, replies.isEmpty { return close(&step) }
    if step.moment.unflushed > 0 || step.hasWritten { step.act(.flush) }
  }

  mutating func turned(_ isWritable: Bool, _ step: inout Step) {
    guard self.isWritable != isWritable else { return }
    self.isWritable = isWritable
    guard !isWritable else {
      cancel(.write, &step)
      return proceed(&step)
    }
    start(.write, after: limits.write, &step)
    step.act(.measureUnsent)
  }

  mutating func roomCame(_ step: inout Step) {
    isRoomAwaited = false
    guard !phase.isEnding else { return }
    beginPoll(&step)
    proceed(&step)
  }
}
