// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// One connection of a client: which lines are taken up when, which reply is written when, and when the connection ends.
///
/// Bytes, sockets and clocks are outside. The states of its parts are ``SessionPhase``, ``ExportState`` and ``PollState``.
/// Together they keep these rules:
///
/// - Replies are written in the order of their requests, each once, and none after the connection began to close.
/// - No line is taken up while too many requests or bytes are in flight, or while the socket takes no bytes.
/// - A timer that runs has its place in ``timers``. After the end none runs.
/// - At most one page of an export is under way, and at most one `changes`.
///
/// A known tuple is answered beside it: see ``answersAtOnce`` and ``isAtRest``.
struct SessionState: Sendable {
  typealias Instant = SessionInstant
  typealias Ticket = ReplyQueue<QueuedReply>.Ticket

  let limits: SessionLimits
  /// What the client may ask for.
  var rights: Rights
  var phase = SessionPhase.handshaking
  var replies = ReplyQueue<QueuedReply>()
  var export = ExportState.none
  var poll = PollState.never
  var timers = ArmedTimers()
  /// What is counted among the bytes of all sessions.
  var flight = SessionFlight()
  /// The store of the node that asks, if it is one that mints.
  var node: String?
  /// To a peer that says so a level that is not known can be left out. Others would take it for 0.
  var takesUnknownLevel = false
  /// The server stops.
  var isDraining = false
  /// The client has sent all that it will. It may still read replies.
  var isInputClosed = false
  var isWritable = true
  /// Lines have come for which there was no room.
  var areLinesLeft = false
  /// The event loop waits to read more.
  var isReadHeld = false
  /// Replies that become ready in this turn of the event loop leave together, at its end.
  var isFlushPlanned = false
  /// An event will say that all sessions together hold less.
  var isRoomAwaited = false
  /// The last end of a read.
  private var lastRead: Instant?

  init(_ limits: SessionLimits, rights: Rights) {
    self.limits = limits
    self.rights = rights
  }

  mutating func handle(_ event: Event, at moment: Moment) -> [Action] {
    guard phase != .closed else { return [] }
    var step = Step(moment)
    switch event {
    case .connected: connected(&step)
    case .identified(let rights): self.rights = rights
    case .greeted(let description, let wantsHeaders): greeted(description, wantsHeaders, &step)
    case .unreadable(let error): unreadable(error, &step)
    case .request(let request, let bytes): take(request, bytes, &step)
    case .answered(let response): answer(response, &step)
    case .goodbye: if phase.takesLines { finish(&step) }
    case .messageOpen(let isOpen): watchMessage(isOpen, &step)
    case .linesTaken: endTurn(&step)
    case .readCompleted: readCompleted(&step)
    case .readWanted: isReadHeld = true
    case .settled: settled(&step)
    case .replied(let ticket, let reply): fill(ticket, reply, &step)
    case .pageRead: pageRead(&step)
    case .pageFailed(let hasBegun, let response): pageFailed(hasBegun, response, &step)
    case .pageWritten(let isLast): pageWritten(isLast, &step)
    case .looked(let hasNews): looked(hasNews, &step)
    case .writable(let isWritable): turned(isWritable, &step)
    case .roomCame: roomCame(&step)
    case .flushDue: flushDue(&step)
    case .drain: drain(&step)
    case .inputClosed: inputClosed(&step)
    case .failed: cut(&step)
    case .revoked:
      step.act(.note(.revoked))
      cut(&step)
    case .disconnected: disconnected(&step)
    case .fired(let timer): fired(timer, &step)
    }
    return step.actions
  }

  private mutating func readCompleted(_ step: inout Step) {
    if let idle = limits.idle, phase == .greeted || phase == .serving {
      lastRead = step.now
      if !timers.contains(.idle) { start(.idle, after: idle, &step) }
    }
    endTurn(&step)
  }

  /// A client that waits for replies is not idle.
  mutating func checkIdle(_ step: inout Step) {
    guard let idle = limits.idle else { return }
    guard replies.isEmpty else { return start(.idle, after: idle, &step) }
    let rest = lastRead.map { step.now.duration(to: $0 + idle) } ?? .zero
    if rest > .zero { start(.idle, after: rest, &step) } else { close(&step) }
  }

  /// Goes on with what waits for room, or waits until all sessions together hold less.
  private mutating func settled(_ step: inout Step) {
    guard mustSettle(behind: step.moment.unflushed, isCrowded: step.moment.isCrowded) else { return }
    if !hasRoom(behind: step.moment.unflushed, isCrowded: step.moment.isCrowded) {
      awaitRoom(&step)
    } else if areLinesLeft {
      step.act(.takeLines)
    } else {
      isReadHeld = false
      step.act(.read)
    }
  }

  mutating func awaitRoom(_ step: inout Step) {
    guard !isRoomAwaited else { return }
    isRoomAwaited = true
    step.act(.awaitRoom)
  }
}
