// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

@testable import PRServer

/// A session in a test: its clock stands still unless a test moves it, and its actions are words.
struct SessionScript {
  static let tuple = TupleKey(version: "v", pkgarch: "p", checksum: "c")
  static let get = Request.getPR(tuple, .none)
  static let node = PeerDescription(store: "30f02a00-29a6-4e8b-9240-f9274e6ca8d8", lane: Lane("0/4"))
  /// The place of a request that has not come.
  static let noTicket: SessionState.Ticket = {
    var queue = ReplyQueue<QueuedReply>()
    for _ in 0..<99 { _ = queue.reserve() }
    return queue.reserve()
  }()

  var state: SessionState
  var moment = SessionState.Moment(now: SessionInstant(after: .seconds(100)))

  init(idle: Duration? = nil, rights: Rights = .bitbake) {
    var limits = SessionLimits()
    limits.inFlight = 2
    limits.idle = idle
    state = SessionState(limits, rights: rights)
  }

  @discardableResult
  mutating func handle(_ event: SessionState.Event) -> String {
    state.handle(event, at: moment).map(Self.word).joined(separator: ", ")
  }

  mutating func greet() {
    handle(.connected)
    handle(.greeted(PeerDescription(), wantsHeaders: false))
  }

  mutating func serve() {
    greet()
    state.noteMessageLine()
  }

  /// - Returns: the place of its reply.
  @discardableResult
  mutating func ask() -> SessionState.Ticket? {
    for action in state.handle(.request(Self.get, bytes: 100), at: moment) {
      if case .ask(_, let ticket) = action { return ticket }
    }
    return nil
  }

  mutating func export() { handle(.request(.export(ExportQuery()), bytes: 10)) }

  mutating func poll(wait: Int = 60) { handle(.request(.changes(ChangesQuery(limit: 9, wait: wait)), bytes: 10)) }

  static func word(_ action: SessionState.Action) -> String {
    switch action {
    case .write(.response(.value(let text))): "write \(text)"
    case .write(.response(.error)): "write error"
    case .write(.response): "write"
    case .write(.encoded): "write news"
    case .writeText: "write HTTP"
    case .flush: "flush"
    case .takeLines: "take lines"
    case .read: "read"
    case .start(let timer, _): "start \(timer)"
    case .cancel(let timer): "cancel \(timer)"
    case .awaitRoom: "await room"
    case .planFlush: "plan flush"
    case .measureUnsent: "measure unsent"
    case .introduce: "introduce"
    case .describe: "describe"
    case .answerPing: "answer ping"
    case .answerIsReadonly: "answer is-readonly"
    case .ask(_, let ticket): "ask \(ticket.number)"
    case .predict(_, _, let ticket): "predict \(ticket.number)"
    case .refused: "refused"
    case .beginExport: "begin export"
    case .readPage: "read page"
    case .writePage: "write page"
    case .openPoll: "open poll"
    case .look: "look"
    case .hold: "hold"
    case .answerPoll(let ticket): "answer poll \(ticket.number)"
    case .leavePoll: "leave poll"
    case .note(.unreadable): "note unreadable"
    case .note(let note): "note \(note)"
    case .leaveLane: "leave lane"
    case .closeWhenSent: "close"
    case .closeNow: "cut"
    }
  }
}

extension SessionScript {
  /// What can happen to a session. Requests are numbered from 0; the first one waits for its reply in most states.
  enum Event: String, CaseIterable {
    case connected, identified, failed, disconnected, inputClosed, drain, writable, unwritable
    case greeted, greetedNode, foreign, http, unreadable
    case get, ping, readonly, changes, export, answered, goodbye, streamBegun, streamEnded
    case linesTaken, readCompleted, readWanted, settled
    case replied, pageRead, pageRefused, pageBroken, pageWritten, lastWritten, looked, news, roomCame, flushDue
    case handshakeFired, messageFired, idleFired, writeFired, pageFired, courtesyFired, pollFired

    func event(for ticket: SessionState.Ticket) -> SessionState.Event {
      switch self {
      case .connected: .connected
      case .identified: .identified(.read)
      case .failed: .failed
      case .disconnected: .disconnected
      case .inputClosed: .inputClosed
      case .drain: .drain
      case .writable: .writable(true)
      case .unwritable: .writable(false)
      case .greeted: .greeted(PeerDescription(), wantsHeaders: true)
      case .greetedNode: .greeted(SessionScript.node, wantsHeaders: false)
      case .foreign: .unreadable(.foreignProtocol(.tls))
      case .http: .unreadable(.foreignProtocol(.http))
      case .unreadable: .unreadable(.lineTooLong(limit: 1))
      case .get: .request(SessionScript.get, bytes: 100)
      case .ping: .request(.ping, bytes: 9)
      case .readonly: .request(.isReadonly, bytes: 9)
      case .changes: .request(.changes(ChangesQuery(limit: 9, wait: 60)), bytes: 10)
      case .export: .request(.export(ExportQuery()), bytes: 10)
      case .answered: .answered(.value("now"))
      case .goodbye: .goodbye
      case .streamBegun: .messageOpen(true)
      case .streamEnded: .messageOpen(false)
      case .linesTaken: .linesTaken
      case .readCompleted: .readCompleted
      case .readWanted: .readWanted
      case .settled: .settled
      case .replied: .replied(ticket, .response(.value("0")))
      case .pageRead: .pageRead
      case .pageRefused: .pageFailed(hasBegun: false, .error("e"))
      case .pageBroken: .pageFailed(hasBegun: true, .error("e"))
      case .pageWritten: .pageWritten(isLast: false)
      case .lastWritten: .pageWritten(isLast: true)
      case .looked: .looked(hasNews: false)
      case .news: .looked(hasNews: true)
      case .roomCame: .roomCame
      case .flushDue: .flushDue
      case .handshakeFired: .fired(.handshake)
      case .messageFired: .fired(.message)
      case .idleFired: .fired(.idle)
      case .writeFired: .fired(.write)
      case .pageFired: .fired(.page)
      case .courtesyFired: .fired(.courtesy)
      case .pollFired: .fired(.poll)
      }
    }
  }
}
