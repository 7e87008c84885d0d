// SPDX-License-Identifier: Apache-2.0
import PRWire
import TestSeed
import Testing

@testable import PRServer

/// What each event does while a `changes` is open. A request waits behind it.
@Suite("A long poll of a session")
struct SessionPollTests {
  typealias Event = SessionScript.Event

  enum State: String, CaseIterable {
    /// All sessions together hold too much.
    case waitingForRoom
    /// The first look is under way.
    case looking
    /// Its time is up while the first look is under way.
    case lookingLate
    case held
    /// The client has said good-bye while the first look was under way.
    case ending
    /// It has its answer.
    case over
    /// The server has stopped while it was held, and its answer is being made.
    case answering
  }

  static let table = StateTable<State, Event>(
    """
    waitingForRoom: connected identified writable greeted greetedNode export answered streamEnded linesTaken
      readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten lastWritten looked news
      flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: leave poll, cut
      disconnected: leave poll, note followerLeft
      inputClosed: look
      drain: look
      unwritable: start write, measure unsent
      foreign: note unreadable, look
      http: note unreadable, look
      unreadable: note unreadable, look
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: refused
      goodbye: look
      streamBegun: start message
      replied: write 0, plan flush
      roomCame: look
    looking: connected identified inputClosed drain writable greeted greetedNode export answered goodbye
      streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten
      lastWritten roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired
      pollFired
      failed: leave poll, cut
      disconnected: leave poll, note followerLeft
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: refused
      streamBegun: start message
      replied: write 0, plan flush
      looked: hold, start poll
      news: answer poll 0
    lookingLate: connected identified inputClosed drain writable greeted greetedNode export answered goodbye
      streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten
      lastWritten roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired
      pollFired
      failed: leave poll, cut
      disconnected: leave poll, note followerLeft
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: refused
      streamBegun: start message
      replied: write 0, plan flush
      looked: answer poll 0
      news: answer poll 0
    held: connected identified writable greeted greetedNode export answered streamEnded linesTaken readCompleted
      readWanted settled pageRead pageRefused pageBroken pageWritten lastWritten roomCame flushDue
      handshakeFired messageFired idleFired writeFired pageFired courtesyFired
      failed: cancel poll, leave poll, cut
      disconnected: cancel poll, leave poll, note followerLeft
      inputClosed: cancel poll, answer poll 0
      drain: cancel poll, answer poll 0
      unwritable: start write, measure unsent
      foreign: note unreadable, cancel poll, answer poll 0
      http: note unreadable, cancel poll, answer poll 0
      unreadable: note unreadable, cancel poll, answer poll 0
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: refused
      goodbye: cancel poll, answer poll 0
      streamBegun: start message
      replied: write 0, plan flush
      looked: hold
      news: cancel poll, answer poll 0
      pollFired: answer poll 0
    ending: connected identified inputClosed drain writable greeted greetedNode foreign http unreadable get ping
      readonly changes export answered goodbye streamBegun streamEnded linesTaken readCompleted readWanted
      settled pageRead pageRefused pageBroken pageWritten lastWritten roomCame flushDue handshakeFired
      messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: leave poll, cut
      disconnected: leave poll, note followerLeft
      unwritable: start write, measure unsent
      replied: write 0, plan flush
      looked: answer poll 0
      news: answer poll 0
    over: connected identified inputClosed drain writable greeted greetedNode export answered goodbye
      streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten
      lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired
      courtesyFired pollFired
      failed: cut
      disconnected: note followerLeft
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: open poll, look
      streamBegun: start message
      replied: write 0, plan flush
    answering: connected identified inputClosed drain writable greeted greetedNode foreign http unreadable get
      ping readonly changes export answered goodbye streamBegun streamEnded linesTaken readCompleted readWanted
      settled pageRead pageRefused pageBroken pageWritten lastWritten looked news roomCame flushDue
      handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      disconnected: note followerLeft
      unwritable: start write, measure unsent
      replied: write 0, plan flush
    """)

  /// - Returns: the session in the state, and the place of the `changes`.
  static func script(in state: State) -> (SessionScript, SessionState.Ticket) {
    var script = SessionScript()
    script.serve()
    script.moment.isCrowded = state == .waitingForRoom
    script.poll()
    script.moment.isCrowded = false
    let ticket = script.state.poll.open?.ticket ?? SessionScript.noTicket
    script.ask()
    switch state {
    case .waitingForRoom, .looking: break
    case .lookingLate: script.moment.now += .seconds(60)
    case .held: script.handle(.looked(hasNews: false))
    case .ending: script.handle(.goodbye)
    case .over: script.handle(.looked(hasNews: true))
    case .answering:
      script.handle(.looked(hasNews: false))
      script.handle(.drain)
    }
    return (script, ticket)
  }

  @Test("does what the table says", arguments: table.cells)
  func cell(cell: StateTable<State, Event>.Cell) {
    var (script, ticket) = Self.script(in: cell.state)
    #expect(script.handle(cell.event.event(for: ticket)) == cell.actions)
  }

  @Test("has every pair of a state and an event in the table, once")
  func complete() {
    #expect(Self.table.isComplete)
  }
}
