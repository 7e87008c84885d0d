// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

extension SessionState {
  /// What can happen. An event that a state does not expect changes nothing.
  enum Event: Sendable {
    case connected
    /// The client's certificate gives it other rights.
    case identified(Rights)
    /// The client's certificate is good no more.
    case revoked
    /// The connection has failed.
    case failed
    case disconnected
    /// The client sends no more.
    case inputClosed
    /// The server stops.
    case drain
    /// Whether the socket takes bytes has changed.
    case writable(Bool)

    // While lines are taken up:
    case greeted(PeerDescription, wantsHeaders: Bool)
    /// The lines cannot be followed any further.
    case unreadable(WireError)
    case request(Request, bytes: Int)
    /// A request has its answer at once.
    case answered(Response)
    case goodbye
    /// A chunk stream has begun, or none is open any more.
    case messageOpen(Bool)

    /// The outcome of `takeLines`.
    case linesTaken
    /// All that a read brought was taken up as far as it could be.
    case readCompleted
    /// The event loop asks to read while there is no room.
    case readWanted
    /// All other events have been handled, and ``mustSettle(behind:isCrowded:)``.
    case settled

    /// The outcome of `ask` and `answerPoll`.
    case replied(Ticket, SessionReply)
    /// The outcome of `readPage`.
    case pageRead
    /// - Parameter hasBegun: bytes of the export have been written.
    case pageFailed(hasBegun: Bool, Response)
    /// The outcome of `writePage`.
    case pageWritten(isLast: Bool)
    /// The outcome of `look`, and of later looks while it is held back.
    case looked(hasNews: Bool)
    /// The outcome of `awaitRoom`.
    case roomCame
    /// The outcome of `planFlush`.
    case flushDue
    /// A timer is over that was started and not cancelled.
    case fired(SessionTimer)
  }

  /// What is to be done, in this order.
  enum Action: Sendable {
    /// Appends a reply to the bytes that leave with the next `flush`.
    case write(SessionReply)
    case writeText(String)
    case flush
    /// Takes up the lines that have come, as long as ``takesLines(behind:isCrowded:)``.
    case takeLines
    /// Reads what the event loop wanted to read.
    case read
    case start(SessionTimer, after: Duration)
    case cancel(SessionTimer)
    /// Calls back once all sessions together hold less.
    case awaitRoom
    /// Calls back at the end of this turn of the event loop.
    case planFlush
    /// Counts what the socket has not taken.
    case measureUnsent

    /// The node has introduced itself.
    case introduce(store: String, Lane)
    /// Writes the server's headers.
    case describe
    case answerPing
    case answerIsReadonly
    /// Asks the node; the reply has its place.
    case ask(Request, Ticket)
    /// Asks the node what it would choose.
    case predict(TupleKey, History, Ticket)
    /// Counts and reports a refusal, whose reply is written as others are.
    case refused(RequestKind, reason: String)

    /// Begins the export whose pages are read from now on.
    case beginExport(ExportQuery)
    case readPage
    /// Writes the page that was read, and sends it.
    case writePage

    /// Opens the `changes` that the following are about.
    case openPoll(ChangesQuery)
    /// Looks for rows.
    case look
    /// Looks again when there may be more rows than it has seen.
    case hold
    /// Makes its reply of what the last look has found.
    case answerPoll(Ticket)
    /// Gives it up.
    case leavePoll

    case note(Note)
    /// The store is not seen over this connection any more.
    case leaveLane(store: String)
    /// Ends the connection when all that was written has left.
    case closeWhenSent
    case closeNow
  }

  /// What an operator may want to know.
  enum Note: Hashable, Sendable {
    case noHandshake
    case unfinishedMessage
    case stalled
    /// The certificate of the client was revoked.
    case revoked
    case unreadable(WireError)
    case followerCame
    case followerLeft
  }

  /// What a session cannot see itself.
  struct Moment: Sendable {
    var now: Instant
    /// Bytes of replies that were written and not sent.
    var unflushed = 0
    /// All sessions together hold too much.
    var isCrowded = false
    /// How many requests the loop's sessions have been answered.
    var answers = 0
  }

  /// What one event brings with it and leads to.
  struct Step {
    let moment: Moment
    private(set) var actions: [Action] = []
    /// Replies were written in this step.
    private(set) var hasWritten = false

    init(_ moment: Moment) { self.moment = moment }

    var now: Instant { moment.now }

    mutating func act(_ action: Action) { actions.append(action) }

    mutating func write(_ reply: SessionReply) {
      hasWritten = true
      actions.append(.write(reply))
    }
  }
}
