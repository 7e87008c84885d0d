// SPDX-License-Identifier: Apache-2.0
import PRWire
import TestSeed
import Testing

@testable import PRServer

/// What each event does while an export is at the front of the replies. A request waits behind it.
@Suite("An export of a session")
struct SessionExportTests {
  typealias Event = SessionScript.Event

  enum State: String, CaseIterable {
    /// All sessions together hold too much, and no page was read.
    case awaitingRoom
    case reading, writing, resting
    /// The socket takes no bytes, or all sessions together hold too much.
    case betweenUnwritable, betweenCrowded
    /// Its last page is read while the client sends no more.
    case finishing
    /// Half of it was written.
    case closing
  }

  static let table = StateTable<State, Event>(
    """
    awaitingRoom: connected identified disconnected drain writable greeted greetedNode goodbye streamEnded
      linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten lastWritten looked
      news handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      inputClosed: begin export, read page
      unwritable: start write, measure unsent
      foreign: note unreadable, begin export, read page
      http: note unreadable, begin export, read page
      unreadable: note unreadable, begin export, read page
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      export: begin export, read page
      answered: begin export, read page
      streamBegun: start message
      replied: begin export, read page, plan flush
      roomCame: begin export, read page
      flushDue: begin export, read page
    reading: connected identified disconnected inputClosed drain writable greeted greetedNode export answered
      goodbye streamEnded linesTaken readCompleted readWanted settled pageWritten lastWritten looked news
      roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: plan flush
      pageRead: write page
      pageRefused: write error, plan flush
      pageBroken: close
    writing: connected identified disconnected inputClosed drain writable greeted greetedNode export answered
      goodbye streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken looked
      news roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: plan flush
      pageWritten: read page
      lastWritten: plan flush
    resting: connected identified inputClosed drain writable greeted greetedNode export answered goodbye
      streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten
      lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired writeFired courtesyFired
      pollFired
      failed: cancel page, cut
      disconnected: cancel page
      unwritable: start write, measure unsent
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: plan flush
      pageFired: read page
    betweenUnwritable: connected identified inputClosed drain unwritable greeted greetedNode export answered
      goodbye streamEnded linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken
      pageWritten lastWritten looked news roomCame flushDue handshakeFired messageFired idleFired pageFired
      courtesyFired pollFired
      failed: cut
      disconnected: cancel write
      writable: cancel write, read page
      foreign: note unreadable
      http: note unreadable
      unreadable: note unreadable
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      streamBegun: start message
      replied: plan flush
      writeFired: note stalled, cut
    betweenCrowded: connected identified disconnected drain writable greeted greetedNode goodbye streamEnded
      linesTaken readCompleted readWanted settled pageRead pageRefused pageBroken pageWritten lastWritten looked
      news handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      inputClosed: read page
      unwritable: start write, measure unsent
      foreign: note unreadable, read page
      http: note unreadable, read page
      unreadable: note unreadable, read page
      get: ask 2
      ping: answer ping
      readonly: answer is-readonly
      changes: note followerCame, open poll, look
      export: read page
      answered: read page
      streamBegun: start message
      replied: read page, plan flush
      roomCame: read page
      flushDue: read page
    finishing: connected identified disconnected inputClosed drain writable greeted greetedNode foreign http
      unreadable get ping readonly changes export answered goodbye streamBegun streamEnded linesTaken
      readCompleted readWanted settled pageWritten lastWritten looked news roomCame flushDue handshakeFired
      messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      unwritable: start write, measure unsent
      replied: plan flush
      pageRead: write page
      pageRefused: write error, plan flush
      pageBroken: close
    closing: connected identified disconnected inputClosed drain writable greeted greetedNode foreign http
      unreadable get ping readonly changes export answered goodbye streamBegun streamEnded linesTaken
      readCompleted readWanted settled replied pageRead pageRefused pageBroken pageWritten lastWritten looked
      news roomCame flushDue handshakeFired messageFired idleFired writeFired pageFired courtesyFired pollFired
      failed: cut
      unwritable: start write, measure unsent
    """)

  /// - Returns: the session in the state, and the place of the request behind the export.
  static func script(in state: State) -> (SessionScript, SessionState.Ticket) {
    var script = SessionScript()
    script.serve()
    script.moment.isCrowded = state == .awaitingRoom
    script.export()
    let ticket = script.ask() ?? SessionScript.noTicket
    script.moment.isCrowded = false
    switch state {
    case .awaitingRoom, .reading: break
    case .writing: script.handle(.pageRead)
    case .resting:
      script.handle(.pageRead)
      script.moment.answers += 1
      script.moment.now += .milliseconds(2)
      script.handle(.pageWritten(isLast: false))
    case .betweenUnwritable:
      script.handle(.pageRead)
      script.handle(.writable(false))
      script.handle(.pageWritten(isLast: false))
    case .betweenCrowded:
      script.handle(.pageRead)
      script.moment.isCrowded = true
      script.handle(.pageWritten(isLast: false))
      script.moment.isCrowded = false
    case .finishing: script.handle(.inputClosed)
    case .closing: script.handle(.pageFailed(hasBegun: true, .error("e")))
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
