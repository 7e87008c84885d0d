// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import Testing

@testable import PRNode

@Suite("The flow of a lookup")
struct LookupFlowTests {
  typealias Flow = LookupFlow<FlowFailure>
  typealias Row = Transition<Flow>

  private static let superseded = KnownValues.own("2", beside: "3")
  private static let current = KnownValues.own("2")
  private static let first = Flow.Event.found(.success(superseded))
  private static let asking = [Flow.Event.begun, first]
  private static let keeping = asking + [.replied(.success(.full))]
  private static let rereading = keeping + [.kept]
  private static let answered = rereading + [first]

  private static func flow(_ policy: RequestPolicy = .below(), within time: Duration? = nil) -> Flow {
    Flow(policy, within: time)
  }

  private static func answer(_ known: KnownValues, isComplete: Bool = true) -> Flow.Action {
    .answer(.success(LookupResult(known: known, isComplete: isComplete)))
  }

  static let table: [Row] =
    [
      Row(flow(), [], .begun, [.read(countsCopy: false, answer: nil)], .reading),
      Row(flow(.below(isReadOnly: true)), [], .begun, [.read(countsCopy: true, answer: nil)], .reading),
      .ignored(flow(), [], first),
      .ignored(flow(), [], .replied(.success(.full))),
      .ignored(flow(), [], .kept),

      .ignored(flow(), [.begun], .begun),
      Row(flow(), [.begun], first, [.ask(within: nil)], .asking(superseded)),
      Row(flow(within: .seconds(2)), [.begun], first, [.ask(within: .milliseconds(1500))], .asking(superseded)),
      Row(flow(), [.begun], .found(.success(current)), [answer(current)], .answered),
      Row(flow(), [.begun], .found(.failure(.locked)), [.answer(.failure(.store(.locked)))], .answered),
      Row(flow(.alone), [.begun], first, [answer(superseded)], .answered),
      Row(flow(.below(.offline)), [.begun], first, [answer(superseded, isComplete: false)], .answered),
      Row(flow(.below(numbering: .bitbake)), [.begun], first, [answer(superseded)], .answered),
      .ignored(flow(), [.begun], .replied(.success(.full))),
      .ignored(flow(), [.begun], .kept),

      .ignored(flow(), asking, .begun),
      .ignored(flow(), asking, first),
      Row(
        flow(), asking, .replied(.success(.full)),
        [.learn(level: 4), .keep(.full)], .keeping(.full)),
      Row(
        flow(.below(.strict)), asking, .replied(.success(.partial)),
        [.learn(level: 4), .keep(.partial)], .keeping(.partial)),
      Row(
        flow(), asking, .replied(.success(.nothing)),
        [.learn(level: 4), .read(countsCopy: false, answer: .nothing)], .rereading(isComplete: true)),
      Row(
        flow(.below(isStoreReadOnly: true)), asking, .replied(.success(.full)),
        [.learn(level: 4), .read(countsCopy: true, answer: .full)], .rereading(isComplete: true)),
      Row(flow(), asking, .replied(.failure(.away)), [answer(superseded, isComplete: false)], .answered),
      Row(
        flow(.below(.strict)), asking, .replied(.failure(.away)), [answer(superseded, isComplete: false)], .answered),
      Row(flow(), asking, .replied(.failure(.tooLong)), [.answer(.failure(.beyondUpstream(.tooLong)))], .answered),

      .ignored(flow(), asking, .kept),

      .ignored(flow(), keeping, .begun),
      .ignored(flow(), keeping, first),
      .ignored(flow(), keeping, .replied(.success(.full))),
      Row(flow(), keeping, .kept, [.read(countsCopy: false, answer: .full)], .rereading(isComplete: true)),

      .ignored(flow(), rereading, .kept),
      .ignored(flow(), rereading, .begun),
      .ignored(flow(), rereading, .replied(.success(.full))),
      Row(flow(), rereading, first, [answer(superseded)], .answered),
      Row(
        flow(), asking + [.replied(.success(.partial)), .kept], first, [answer(superseded, isComplete: false)],
        .answered),
      Row(flow(), rereading, .found(.failure(.locked)), [.answer(.failure(.store(.locked)))], .answered),
    ] + [Flow.Event.begun, first, .replied(.success(.full)), .kept].map { .ignored(flow(), answered, $0) }

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = ["idle", "reading", "asking", "keeping", "rereading", "answered"]
    #expect(missing(in: Self.table, states: states, events: ["begun", "found", "replied", "kept"]) == [])
  }
}
