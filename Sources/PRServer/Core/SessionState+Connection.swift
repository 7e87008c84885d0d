// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// The connection: from its handshake to its end.
extension SessionState {
  // MARK: Beginning

  mutating func connected(_ step: inout Step) {
    guard phase == .handshaking, !timers.contains(.handshake) else { return }
    start(.handshake, after: limits.handshake, &step)
  }

  mutating func greeted(_ description: PeerDescription, _ wantsHeaders: Bool, _ step: inout Step) {
    guard phase == .handshaking else { return }
    cancel(.handshake, &step)
    phase = .greeted
    takesUnknownLevel = description.features.contains(.via)
    // A node says which store it mints for, and in which lane.
    if let store = description.store, LaneRival.isStore(store), let lane = description.lane, rights.contains(.read) {
      node = store
      step.act(.introduce(store: store, lane))
    }
    if wantsHeaders { step.act(.describe) }
  }

  /// One last line says why, unless the client speaks another protocol. A client of HTTP gets an answer in HTTP, all others
  /// get nothing.
  ///
  /// A connection that is closed while bytes are unread is reset, and a reset takes the answer with it: so the client of
  /// HTTP ends it.
  mutating func unreadable(_ error: WireError, _ step: inout Step) {
    guard phase.takesLines else { return }
    step.act(.note(.unreadable(error)))
    guard phase == .handshaking else {
      answer(.error(error.description), &step)
      return finish(&step)
    }
    guard case .foreignProtocol(let foreigner) = error, let text = HTTPRefusal.text(to: foreigner) else {
      return finish(&step)
    }
    step.act(.writeText(text))
    phase = .rejecting
    cancel(.handshake, &step)
    cancel(.courtesy, &step)
    start(.courtesy, after: SessionLimits.rejection, &step)
  }

  /// A chunk stream that was begun has to end: its pieces take memory.
  mutating func watchMessage(_ isOpen: Bool, _ step: inout Step) {
    if isOpen, phase.takesLines {
      if !timers.contains(.message) { start(.message, after: limits.message, &step) }
    } else {
      cancel(.message, &step)
    }
  }

  // MARK: Ending

  /// A client without a request has just connected, and is about to send one: it is answered first. For all others a
  /// connection may end between two requests.
  mutating func drain(_ step: inout Step) {
    guard !isDraining else { return }
    isDraining = true
    switch phase {
    case .handshaking, .greeted: start(.courtesy, after: SessionLimits.firstRequest, &step)
    case .serving, .rejecting:
      finish(&step)
      endTurn(&step)
    case .finishing, .closing, .closed: break
    }
  }

  mutating func inputClosed(_ step: inout Step) {
    isInputClosed = true
    if phase == .rejecting { finish(&step) }
    proceed(&step)
  }

  /// Takes up no more lines. What is in flight is answered.
  mutating func finish(_ step: inout Step) {
    guard phase.takesLines || phase == .rejecting else { return }
    for timer in [SessionTimer.handshake, .courtesy, .message, .idle] { cancel(timer, &step) }
    phase = .finishing
    areLinesLeft = false
    endPoll(&step)
  }

  /// Ends the connection once what was written has left.
  mutating func close(_ step: inout Step) {
    guard !phase.isEnding else { return }
    if step.moment.unflushed > 0 || step.hasWritten { step.act(.flush) }
    stop(&step)
    step.act(.closeWhenSent)
  }

  /// Ends the connection at once. What was written does not leave any more.
  mutating func cut(_ step: inout Step) {
    stop(&step)
    step.act(.closeNow)
  }

  /// A socket that takes nothing has to end even now.
  private mutating func stop(_ step: inout Step) {
    phase = .closing
    areLinesLeft = false
    export = .none
    leavePoll(&step)
    for timer in SessionTimer.allCases where timer != .write { cancel(timer, &step) }
  }

  mutating func disconnected(_ step: inout Step) {
    stop(&step)
    phase = .closed
    isReadHeld = false
    cancel(.write, &step)
    if let node {
      step.act(.leaveLane(store: node))
    } else if poll != .never {
      step.act(.note(.followerLeft))
    }
  }

  // MARK: Timers

  mutating func fired(_ timer: SessionTimer, _ step: inout Step) {
    guard timers.remove(timer) else { return }
    switch timer {
    case .handshake:
      step.act(.note(.noHandshake))
      close(&step)
    case .message:
      step.act(.note(.unfinishedMessage))
      close(&step)
    case .write:
      step.act(.note(.stalled))
      cut(&step)
    case .courtesy:
      finish(&step)
      endTurn(&step)
    case .idle: checkIdle(&step)
    case .page: restOver(&step)
    case .poll: endPoll(&step)
    }
  }

  mutating func start(_ timer: SessionTimer, after time: Duration, _ step: inout Step) {
    timers.insert(timer)
    step.act(.start(timer, after: time))
  }

  mutating func cancel(_ timer: SessionTimer, _ step: inout Step) {
    if timers.remove(timer) { step.act(.cancel(timer)) }
  }
}
