// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRWire
import TestSeed
import Testing

@testable import PRUpstream

/// What each event does to a request in each of its states. The request is number 1, or number 2 where it stands behind
/// another.
@Suite("A request to one upstream")
struct PendingRequestTests {
  enum State: String, CaseIterable {
    /// No connection is open.
    case waiting
    /// No connection is open, and the server is in doubt.
    case waitingInDoubt
    /// It is the next to be answered; request 2 stands behind it.
    case first
    /// It stands behind request 1.
    case behind
    /// Its own connection is being opened.
    case isolating
    /// Its own connection is open.
    case isolated
    /// Its time is over, and it still has its place on a connection, behind request 1.
    case expired
    case settled
  }

  enum Event: String, CaseIterable {
    case halfTime, deadline, answered, refused, tooLong, nonsense, cut, lost, stop
  }

  static let table = StateTable<State, Event>(
    """
    waiting: halfTime answered refused tooLong nonsense cut
      deadline: fail 1: timed out, lost, start probe
      lost: lost, start probe, fail 1: away
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 1: stopped
    waitingInDoubt: halfTime answered refused tooLong nonsense cut
      deadline: fail 2: timed out
      lost: cancel doubt, lost, start probe, fail 1: away, fail 2: away
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 1: stopped, fail 2: stopped
    first:
      halfTime: dial 2
      deadline: fail 1: timed out, start doubt, dial 2, close 1
      answered: answer 1
      refused: fail 1: refused, refusing
      tooLong: fail 1: too long
      nonsense: start doubt, dial 2, close 1, fail 1: nonsense
      cut: start doubt, dial 2, close 1, dial 3
      lost: lost, start probe, fail 1: away, fail 2: away, close 1
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 1: stopped, fail 2: stopped, close 1
    behind: halfTime
      deadline: fail 2: timed out
      answered: answer 2
      refused: fail 2: refused, refusing
      tooLong: fail 2: too long
      nonsense: start doubt, dial 2, close 1, fail 2: nonsense
      cut: start doubt, dial 2, close 1, dial 3
      lost: lost, start probe, fail 1: away, fail 2: away, close 1
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 1: stopped, fail 2: stopped, close 1
    isolating: halfTime answered refused tooLong nonsense cut
      deadline: fail 1: timed out
      lost: cancel doubt, lost, start probe, fail 1: away, fail 2: away
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 1: stopped, fail 2: stopped
    isolated: halfTime
      deadline: fail 1: timed out, close 3
      answered: answer 1, close 3
      refused: fail 1: refused, close 3, refusing
      tooLong: fail 1: too long, close 3
      nonsense: fail 1: nonsense, close 3
      cut: fail 1: cut, close 3
      lost: cancel doubt, lost, start probe, fail 1: away, close 3, fail 2: away
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 1: stopped, close 3, fail 2: stopped
    expired: halfTime deadline answered tooLong
      refused: refusing
      nonsense: start doubt, dial 2, close 1
      cut: start doubt, dial 2, close 1
      lost: lost, start probe, fail 1: away, close 1
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 1: stopped, close 1
    settled: halfTime deadline answered refused tooLong nonsense cut
      lost: lost, start probe, fail 2: away, close 1
      stop: cancel keepAlive, cancel doubt, cancel probe, cancel probeReply, fail 2: stopped, close 1
    """)

  static func request(of state: State) -> Int {
    switch state {
    case .behind, .expired, .waitingInDoubt: 2
    case .waiting, .first, .isolating, .isolated, .settled: 1
    }
  }

  static func connection(of state: State) -> Int { state == .isolating || state == .isolated ? 3 : 1 }

  static func script(in state: State) -> PoolScript {
    var script = PoolScript()
    script.handle(.start)
    if state != .waiting { script.open(1) }
    script.ask(1)
    guard state != .waiting else { return script }
    script.ask(2)
    switch state {
    case .waitingInDoubt, .isolating, .isolated:
      script.handle(.replied(1, 1, .failure(PoolScript.cut)))
      if state == .isolated { script.open(3) }
    case .expired: script.handle(.fired(.deadline(2)))
    case .settled: script.handle(.replied(1, 1, .success(PoolScript.answer)))
    case .waiting, .first, .behind: break
    }
    return script
  }

  static func event(_ event: Event, in state: State) -> UpstreamPool.Event {
    let (request, connection) = (request(of: state), connection(of: state))
    switch event {
    case .halfTime: return .fired(.halfTime(request))
    case .deadline: return .fired(.deadline(request))
    case .answered: return .replied(connection, request, .success(PoolScript.answer))
    case .refused: return .replied(connection, request, .failure(PoolScript.refusal))
    case .tooLong:
      let exceeded = MessageLimits.Exceeded(option: "--max-line", limit: 1, bytes: 2)
      return .replied(connection, request, .failure(.beyondLimit(PoolScript.server, exceeded)))
    case .nonsense: return .replied(connection, request, .failure(PoolScript.nonsense))
    case .cut: return .replied(connection, request, .failure(PoolScript.cut))
    case .lost: return .fired(.ping(9))
    case .stop: return .stop
    }
  }

  @Test("does what the table says", arguments: table.cells)
  func cell(cell: StateTable<State, Event>.Cell) {
    var script = Self.script(in: cell.state)
    let event = Self.event(cell.event, in: cell.state)
    #expect(script.handle(event) == cell.actions)
  }

  @Test("has every pair of a state and an event in the table, once")
  func complete() {
    #expect(Self.table.isComplete)
  }
}
