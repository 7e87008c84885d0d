// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRUpstream

@Suite("The breaker of an upstream")
struct BreakerTests {
  enum State: String, CaseIterable { case closed, doubtful, open, probing, stopped }

  enum Event: String, CaseIterable { case raise, keep, endDoubt, open, beginProbe, failProbe, close, stop }

  /// What each event makes of each state; a dot where nothing changes.
  static let table = """
             raise     keep      endDoubt  open  beginProbe  failProbe  close   stop
    closed   doubtful  .         .         open  .           .          .       stopped
    doubtful .         .         closed    open  .           .          .       stopped
    open     .         .         .         .     probing     .          .       stopped
    probing  .         .         .         .     .           open       closed  stopped
    stopped  .         .         .         .     .           .          .       .
    """

  struct Cell: Sendable, CustomTestStringConvertible {
    let state: State
    let event: Event
    let next: State
    var testDescription: String { "\(state), \(event)" }
  }

  static let cells: [Cell] = {
    let rows = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    return rows.dropFirst().flatMap { row in
      zip(rows[0], row.dropFirst()).compactMap { event, next -> Cell? in
        guard let state = State(rawValue: row[0]), let event = Event(rawValue: event) else { return nil }
        return State(rawValue: next == "." ? row[0] : next).map { Cell(state: state, event: event, next: $0) }
      }
    }
  }()

  private static let question = UpstreamQuestion.package(PackageKey(version: "v", pkgarch: "p"))

  private static func apply(_ event: Event, to breaker: inout Breaker) {
    switch event {
    case .raise: _ = breaker.raise(Breaker.Doubt(error: .stopped, question: question, connection: 7))
    case .keep: _ = breaker.keep(Breaker.Accusation(question: question, error: .stopped, isCertain: true))
    case .endDoubt: _ = breaker.endDoubt()
    case .open: _ = breaker.open(probing: question, jitter: 0.5)
    case .beginProbe: _ = breaker.beginProbe(on: 8)
    case .failProbe: _ = breaker.failProbe(jitter: 0.5)
    case .close: breaker.close()
    case .stop: breaker.stop()
    }
  }

  private static func breaker(in state: State) -> Breaker {
    var breaker = Breaker()
    let course: [Event] =
      switch state {
      case .closed: []
      case .doubtful: [.raise]
      case .open: [.open]
      case .probing: [.open, .beginProbe]
      case .stopped: [.stop]
      }
    for event in course { apply(event, to: &breaker) }
    return breaker
  }

  private static func state(of breaker: Breaker) -> State {
    switch breaker.state {
    case .closed: .closed
    case .doubtful: .doubtful
    case .open: .open
    case .probing: .probing
    case .stopped: .stopped
    }
  }

  @Test("becomes what the table says", arguments: cells)
  func transition(cell: Cell) {
    var breaker = Self.breaker(in: cell.state)
    #expect(Self.state(of: breaker) == cell.state)
    Self.apply(cell.event, to: &breaker)
    #expect(Self.state(of: breaker) == cell.next)
    #expect(breaker.isClosed == (cell.next == .closed || cell.next == .doubtful))
  }

  @Test("has every pair of a state and an event in the table")
  func complete() { #expect(Self.cells.count == State.allCases.count * Event.allCases.count) }

  @Test("keeps accusations while it is in doubt, and gives them back once the server has answered")
  func accusations() {
    var breaker = Breaker()
    let accusation = Breaker.Accusation(question: Self.question, error: .stopped, isCertain: true)
    #expect(breaker.keep(accusation) == false)
    Self.apply(.raise, to: &breaker)
    #expect(breaker.keep(accusation) == true)
    #expect(breaker.keep(accusation) == true)
    #expect(breaker.endDoubt().count == 2)
    Self.apply(.raise, to: &breaker)
    #expect(breaker.endDoubt().count == 0)
  }

  @Test("waits twice as long after each failed probe, up to 15 s on average, and begins anew after an answer")
  func backOff() {
    var breaker = Breaker()
    #expect(breaker.open(probing: nil, jitter: 0.5) == .milliseconds(250))
    for pause in [500, 1000, 2000, 4000, 8000, 15_000, 15_000] {
      #expect(breaker.beginProbe(on: 1) == true)
      #expect(breaker.beginProbe(on: 2) == false)
      #expect(breaker.failProbe(jitter: 0.5) == .milliseconds(pause))
    }
    #expect(breaker.beginProbe(on: 3) == true)
    breaker.close()
    #expect(breaker.open(probing: nil, jitter: 0) == .milliseconds(125))
    #expect(BackOff().pause(after: .max, jitter: 1) == .seconds(22.5))
  }
}
