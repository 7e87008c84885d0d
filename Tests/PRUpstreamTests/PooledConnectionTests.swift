// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRWire
import TestSeed
import Testing

@testable import PRUpstream

/// What each event of a connection does in each of its states. Requests 1 and 2 have come, in this order.
@Suite("A connection of a pool")
struct PooledConnectionTests {
  enum State: String, CaseIterable {
    case dialing, dialingAlone, dialingExamining, dialingProbe, serving, overtaken, isolated, examining, probing, closed
  }

  enum Event: String, CaseIterable {
    case opened, openedOwn, unreachable, answered, refused, nonsense, cut, probeAnswered, probeRefused, probeFailed,
      ended
  }

  static let table = StateTable<State, Event>(
    """
    dialing: answered refused nonsense cut probeAnswered probeRefused probeFailed ended
      opened: greeted, send 1 over 1, send 2 over 1
      openedOwn: close 1, lost, start probe, fail 1: away, fail 2: away
      unreachable: lost, start probe, fail 1: away, fail 2: away
    dialingAlone: answered refused nonsense cut probeAnswered probeRefused probeFailed ended
      opened: send 1 over 3
      openedOwn: send 1 over 3
      unreachable: fail 1: unreachable, cancel doubt, lost, start probe, fail 2: away
    dialingExamining: answered refused nonsense cut probeAnswered probeRefused probeFailed ended
      opened: probe over 2
      openedOwn: close 2, cancel doubt, lost, start probe, fail 1: away, fail 2: away
      unreachable: cancel doubt, lost, start probe, fail 1: away, fail 2: away
    dialingProbe: answered refused nonsense cut probeAnswered probeRefused probeFailed ended
      opened: start probeReply, ping as a probe over 2
      openedOwn: close 2, still away, start probe
      unreachable: start probe
    serving: opened openedOwn unreachable probeAnswered probeRefused probeFailed
      answered: answer 1
      refused: fail 1: refused, refusing
      nonsense: start doubt, dial 2, close 1, fail 1: nonsense
      cut: start doubt, dial 2, close 1, dial 3
      ended: start doubt, dial 2, close 1, dial 3
    overtaken: opened openedOwn unreachable probeAnswered probeRefused probeFailed
      answered: answer 1
      refused: fail 1: refused, refusing
      nonsense: start doubt, dial 3, close 1, fail 1: nonsense
      cut: start doubt, dial 3, close 1, dial 4
      ended: start doubt, dial 3, close 1, dial 4
    isolated: opened openedOwn unreachable probeAnswered probeRefused probeFailed
      answered: answer 1, close 3
      refused: fail 1: refused, close 3, refusing
      nonsense: fail 1: nonsense, close 3
      cut: fail 1: cut, close 3
      ended: fail 1: cut, close 3
    examining: opened openedOwn unreachable answered refused nonsense cut
      probeAnswered: cancel doubt, greeted, send 2 over 2
      probeRefused: cancel doubt, greeted, send 2 over 2
      probeFailed: close 2, cancel doubt, lost, start probe, fail 1: away, fail 2: away
      ended: close 2, cancel doubt, lost, start probe, fail 1: away, fail 2: away
    probing: opened openedOwn unreachable answered refused nonsense cut
      probeAnswered: cancel probeReply, back after 0, greeted
      probeRefused: cancel probeReply, back after 0, greeted
      probeFailed: cancel probeReply, close 2, still away, start probe
      ended: cancel probeReply, close 2, still away, start probe
    closed: opened openedOwn unreachable answered refused nonsense cut probeAnswered probeRefused probeFailed ended
    """)

  /// - Returns: the pool, and the connection that is in the state.
  static func script(in state: State) -> (PoolScript, connection: Int) {
    var script = PoolScript()
    script.handle(.start)
    switch state {
    case .dialing:
      script.ask(1)
      script.ask(2)
      return (script, 1)
    case .dialingProbe, .probing:
      script.handle(.dialed(1, .failure(PoolScript.unreachable)))
      script.handle(.fired(.probe))
      if state == .probing { script.open(2) }
      return (script, 2)
    default: break
    }
    script.open(1)
    script.ask(1)
    script.ask(2)
    switch state {
    case .overtaken: script.handle(.fired(.halfTime(1)))
    case .dialingAlone, .dialingExamining, .isolated, .examining, .closed:
      script.handle(.replied(1, 1, .failure(PoolScript.cut)))
      if state == .isolated { script.open(3) }
      if state == .examining { script.open(2) }
    default: break
    }
    switch state {
    case .dialingAlone, .isolated: return (script, 3)
    case .dialingExamining, .examining: return (script, 2)
    default: return (script, 1)
    }
  }

  static func event(_ event: Event, of id: Int) -> UpstreamPool.Event {
    switch event {
    case .opened: .dialed(id, .success(PeerDescription(store: "other")))
    case .openedOwn: .dialed(id, .success(PeerDescription(store: "own")))
    case .unreachable: .dialed(id, .failure(PoolScript.unreachable))
    case .answered: .replied(id, 1, .success(PoolScript.answer))
    case .refused: .replied(id, 1, .failure(PoolScript.refusal))
    case .nonsense: .replied(id, 1, .failure(PoolScript.nonsense))
    case .cut: .replied(id, 1, .failure(PoolScript.cut))
    case .probeAnswered: .probed(id, nil)
    case .probeRefused: .probed(id, PoolScript.refusal)
    case .probeFailed: .probed(id, PoolScript.cut)
    case .ended: .closed(id, PoolScript.cut)
    }
  }

  @Test("does what the table says", arguments: table.cells)
  func cell(cell: StateTable<State, Event>.Cell) {
    var (script, connection) = Self.script(in: cell.state)
    script.now += .seconds(2)
    #expect(script.handle(Self.event(cell.event, of: connection)) == cell.actions)
  }

  @Test("has every pair of a state and an event in the table, once")
  func complete() {
    #expect(Self.table.isComplete)
  }
}
