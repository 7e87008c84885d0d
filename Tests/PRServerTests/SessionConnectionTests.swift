// SPDX-License-Identifier: Apache-2.0
import PRWire
import TestSeed
import Testing

@testable import PRServer

/// What each event does in each phase of a connection without an export and without a `changes`.
@Suite("The connection of a session")
struct SessionConnectionTests {
  typealias Event = SessionScript.Event

  enum State: String, CaseIterable {
    /// It is open, and nothing has come.
    case handshaking
    /// The same while the server stops.
    case handshakingAtStop
    case greeted, greetedAtStop
    /// No request is in flight.
    case serving
    /// The client has 60 seconds for its next request.
    case servingIdle
    /// A message has come while the server stops, and its lines are being taken up.
    case servingAtStop
    /// A request is in flight.
    case waiting
    /// Two requests are in flight, which is the limit; more lines have come, and a read is held back.
    case full
    /// The same, and the client sends no more.
    case halfClosed
    /// The socket takes no bytes.
    case unwritable
    /// A chunk stream has begun.
    case inStream
    case rejecting
    /// A request is in flight.
    case finishing
    case closing
    case closed
  }

  static let table = StateTable<State, Event>(
    """
    handshaking: connected identified writable get ping readonly changes export answered streamEnded linesTaken
      readCompleted readWanted settled replied pageRead pageRefused pageBroken pageWritten lastWritten looked
      news roomCame flushDue messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cancel handshake, cut
      disconnected: cancel handshake
      inputClosed: cancel handshake, close
      drain: start courtesy
      unwritable: start write, measure unsent
      greeted: cancel handshake, describe
      greetedNode: cancel handshake, introduce
      foreign: note unreadable, cancel handshake
      http: note unreadable, write HTTP, cancel handshake, start courtesy
      unreadable: note unreadable, cancel handshake
      goodbye: cancel handshake
      streamBegun: start message
      handshakeFired: note noHandshake, close
    handshakingAtStop: connected identified drain writable get ping readonly changes export answered streamEnded
      linesTaken readCompleted readWanted settled replied pageRead pageRefused pageBroken pageWritten
      lastWritten looked news roomCame flushDue messageFired idleFired writeFired pageFired pollFired
      failed: cancel handshake, cancel courtesy, cut
      disconnected: cancel handshake, cancel courtesy
      inputClosed: cancel handshake, cancel courtesy, close
      unwritable: start write, measure unsent
      greeted: cancel handshake, describe
      greetedNode: cancel handshake, introduce
      foreign: note unreadable, cancel handshake, cancel courtesy
      http: note unreadable, write HTTP, cancel handshake, cancel courtesy, start courtesy
      unreadable: note unreadable, cancel handshake, cancel courtesy
      goodbye: cancel handshake, cancel courtesy
      streamBegun: start message
      handshakeFired: note noHandshake, cancel courtesy, close
      courtesyFired: cancel handshake, close
    greeted: connected identified disconnected writable greeted greetedNode get ping readonly changes export
      goodbye streamEnded linesTaken readCompleted readWanted settled replied pageRead pageRefused pageBroken
      pageWritten lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired writeFired
      pageFired courtesyFired pollFired
      failed: cut
      inputClosed: close
      drain: start courtesy
      unwritable: start write, measure unsent
      foreign: note unreadable, write error
      http: note unreadable, write error
      unreadable: note unreadable, write error
      answered: write now
      streamBegun: start message
    greetedAtStop: connected identified drain writable greeted greetedNode get ping readonly changes export
      streamEnded linesTaken readCompleted readWanted settled replied pageRead pageRefused pageBroken
      pageWritten lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired writeFired
      pageFired pollFired
      failed: cancel courtesy, cut
      disconnected: cancel courtesy
      inputClosed: cancel courtesy, close
      unwritable: start write, measure unsent
      foreign: note unreadable, write error, cancel courtesy
      http: note unreadable, write error, cancel courtesy
      unreadable: note unreadable, write error, cancel courtesy
      answered: write now
      goodbye: cancel courtesy
      streamBegun: start message
      courtesyFired: close
    serving: connected identified disconnected writable greeted greetedNode goodbye streamEnded linesTaken
      readCompleted readWanted settled replied pageRead pageRefused pageBroken pageWritten lastWritten looked
      news roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      inputClosed: close
      drain: close
      unwritable: start write, measure unsent
      foreign: note unreadable, write error
      http: note unreadable, write error
      unreadable: note unreadable, write error
      get: ask 0
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      export: begin export, read page
      answered: write now
      streamBegun: start message
    servingIdle: connected identified writable greeted greetedNode streamEnded linesTaken readCompleted
      readWanted settled replied pageRead pageRefused pageBroken pageWritten lastWritten looked news roomCame
      flushDue handshakeFired messageFired writeFired pageFired courtesyFired pollFired
      failed: cancel idle, cut
      disconnected: cancel idle
      inputClosed: cancel idle, close
      drain: cancel idle, close
      unwritable: start write, measure unsent
      foreign: note unreadable, write error, cancel idle
      http: note unreadable, write error, cancel idle
      unreadable: note unreadable, write error, cancel idle
      get: ask 0
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      export: begin export, read page
      answered: write now
      goodbye: cancel idle
      streamBegun: start message
      idleFired: start idle
    servingAtStop: connected identified drain writable greeted greetedNode streamEnded readWanted settled
      pageRead pageRefused pageBroken pageWritten lastWritten looked news handshakeFired messageFired idleFired
      writeFired pageFired pollFired
      failed: cancel courtesy, cut
      disconnected: cancel courtesy
      inputClosed: cancel courtesy, close
      unwritable: start write, measure unsent
      foreign: note unreadable, write error, cancel courtesy
      http: note unreadable, write error, cancel courtesy
      unreadable: note unreadable, write error, cancel courtesy
      get: ask 0
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      export: begin export, read page
      answered: write now
      goodbye: cancel courtesy
      streamBegun: start message
      linesTaken: cancel courtesy, close
      readCompleted: cancel courtesy, close
      replied: cancel courtesy, close
      roomCame: cancel courtesy, close
      flushDue: cancel courtesy, close
      courtesyFired: close
    waiting: connected identified disconnected inputClosed drain writable greeted greetedNode export answered
      goodbye streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken
      pageWritten lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired writeFired
      pageFired courtesyFired pollFired
      failed: cut
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 1
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: write 0, flush
    full: connected identified disconnected drain writable greeted greetedNode export answered goodbye
      streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten
      lastWritten looked news handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      inputClosed: take lines
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: write 0, plan flush
      roomCame: take lines
      flushDue: take lines
    halfClosed: connected identified disconnected drain writable greeted greetedNode export answered goodbye
      streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten
      lastWritten looked news handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      inputClosed: take lines
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: write 0, plan flush
      roomCame: take lines
      flushDue: take lines
    unwritable: connected identified inputClosed drain unwritable greeted greetedNode export answered goodbye
      streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten
      lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired pageFired courtesyFired
      pollFired
      failed: cut
      disconnected: cancel write
      writable: cancel write
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 1
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: plan flush
      writeFired: note stalled, cut
    inStream: connected identified writable greeted greetedNode streamBegun linesTaken readCompleted readWanted
      settled replied pageRead pageRefused pageBroken pageWritten lastWritten looked news roomCame flushDue
      handshakeFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cancel message, cut
      disconnected: cancel message
      inputClosed: cancel message, close
      drain: cancel message, close
      unwritable: start write, measure unsent
      foreign: note unreadable, write error, cancel message
      http: note unreadable, write error, cancel message
      unreadable: note unreadable, write error, cancel message
      get: ask 0
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      export: begin export, read page
      answered: write now
      goodbye: cancel message
      streamEnded: cancel message
      messageFired: note unfinishedMessage, close
    rejecting: connected identified writable greeted greetedNode foreign http unreadable get ping readonly
      changes export answered goodbye streamBegun streamEnded linesTaken readCompleted readWanted settled
      replied pageRead pageRefused pageBroken pageWritten lastWritten looked news roomCame flushDue
      handshakeFired messageFired idleFired writeFired pageFired pollFired
      failed: cancel courtesy, cut
      disconnected: cancel courtesy
      inputClosed: cancel courtesy, close
      drain: cancel courtesy, close
      unwritable: start write, measure unsent
      courtesyFired: close
    finishing: connected identified disconnected inputClosed drain writable greeted greetedNode foreign http
      unreadable get ping readonly changes export answered goodbye streamBegun streamEnded linesTaken
      readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten lastWritten looked news
      roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      unwritable: start write, measure unsent
      replied: write 0, flush, close
    closing: connected identified inputClosed drain unwritable greeted greetedNode foreign http unreadable get
      ping readonly changes export answered goodbye streamBegun streamEnded linesTaken readCompleted readWanted
      settled replied pageRead pageRefused pageBroken pageWritten lastWritten looked news roomCame flushDue
      handshakeFired messageFired idleFired pageFired courtesyFired pollFired
      failed: cut
      disconnected: cancel write
      writable: cancel write
      writeFired: note stalled, cut
    closed: connected identified failed disconnected inputClosed drain writable unwritable greeted greetedNode
      foreign http unreadable get ping readonly changes export answered goodbye streamBegun streamEnded
      linesTaken readCompleted readWanted settled replied pageRead pageRefused pageBroken pageWritten
      lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired
      courtesyFired pollFired
    """)

  /// - Returns: the session in the state, and the place of its first request.
  static func script(in state: State) -> (SessionScript, SessionState.Ticket) {
    var script = SessionScript(idle: state == .servingIdle ? .seconds(60) : nil)
    var ticket = SessionScript.noTicket
    switch state {
    case .handshaking: script.handle(.connected)
    case .handshakingAtStop:
      script.handle(.connected)
      script.handle(.drain)
    case .greeted: script.greet()
    case .greetedAtStop:
      script.greet()
      script.handle(.drain)
    case .serving: script.serve()
    case .servingIdle:
      script.serve()
      script.handle(.readCompleted)
      script.moment.now += .seconds(20)
    case .servingAtStop:
      script.greet()
      script.handle(.drain)
      script.state.noteMessageLine()
    case .waiting, .full, .halfClosed, .finishing:
      script.serve()
      ticket = script.ask() ?? ticket
      guard state != .waiting else { break }
      guard state != .finishing else {
        script.handle(.goodbye)
        break
      }
      script.ask()
      script.state.noteLines(pending: 30, behind: 0, isCrowded: false)
      script.handle(.readWanted)
      if state == .halfClosed { script.handle(.inputClosed) }
    case .unwritable:
      script.serve()
      ticket = script.ask() ?? ticket
      script.handle(.writable(false))
    case .inStream:
      script.serve()
      script.handle(.messageOpen(true))
    case .rejecting:
      script.handle(.connected)
      script.handle(.unreadable(.foreignProtocol(.http)))
    case .closing, .closed:
      script.serve()
      ticket = script.ask() ?? ticket
      script.handle(.writable(false))
      script.handle(.messageOpen(true))
      script.handle(.fired(.message))
      if state == .closed { script.handle(.disconnected) }
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
