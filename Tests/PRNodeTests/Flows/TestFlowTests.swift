// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import Testing

@testable import PRNode

@Suite("The flow of a test-pr")
struct TestFlowTests {
  typealias Flow = TestFlow<FlowFailure>
  typealias Row = Transition<Flow>

  private static let empty = KnownValues.own(nil)
  private static let known = KnownValues.own("2")
  private static let first = Flow.Event.found(.success(empty))
  private static let asking = [Flow.Event.begun, first]
  private static let keeping = asking + [.replied(.success(.full))]
  private static let rereading = keeping + [.kept]
  private static let answered = rereading + [.found(.success(known))]

  private static func flow(_ policy: RequestPolicy = .below()) -> Flow { Flow(.none, policy) }

  private static let strict = flow(.below(.strict))

  static let events: [Flow.Event] = [.begun, .found(.success(known)), .replied(.success(.full)), .kept]

  static let table: [Row] =
    [
      Row(flow(), [], .begun, [.read(countsCopy: false, answer: nil)], .reading),
      Row(flow(.below(isReadOnly: true)), [], .begun, [.read(countsCopy: true, answer: nil)], .reading),
      .ignored(flow(), [], first),
      .ignored(flow(), [], .replied(.success(.full))),
      .ignored(flow(), [], .kept),

      .ignored(flow(), [.begun], .begun),
      Row(flow(), [.begun], first, [.ask], .asking(empty)),
      Row(flow(), [.begun], .found(.success(known)), [.answer(.success(revision("2")))], .answered),
      Row(flow(), [.begun], .found(.failure(.locked)), [.answer(.failure(.store(.locked)))], .answered),
      Row(flow(.alone), [.begun], first, [.answer(.success(nil))], .answered),
      Row(flow(.below(.offline)), [.begun], first, [.answer(.success(nil))], .answered),
      Row(flow(.below(numbering: .bitbake)), [.begun], first, [.answer(.success(nil))], .answered),
      .ignored(flow(), [.begun], .replied(.success(.full))),
      .ignored(flow(), [.begun], .kept),

      .ignored(flow(), asking, .begun),
      .ignored(flow(), asking, first),
      .ignored(flow(), asking, .kept),
      Row(flow(), asking, .replied(.success(.full)), [.learn(level: 4), .keep(.full)], .keeping(.full)),
      Row(
        flow(), asking, .replied(.success(.nothing)),
        [.learn(level: 4), .read(countsCopy: false, answer: .nothing)], .rereading(isComplete: true)),
      Row(
        flow(.below(isStoreReadOnly: true)), asking, .replied(.success(.full)),
        [.learn(level: 4), .read(countsCopy: true, answer: .full)], .rereading(isComplete: true)),
      Row(flow(), asking, .replied(.failure(.away)), [.answer(.success(nil))], .answered),
      Row(flow(), asking, .replied(.failure(.tooLong)), [.answer(.failure(.beyondUpstream(.tooLong)))], .answered),
      Row(strict, asking, .replied(.failure(.away)), [.answer(.failure(.upstreamAway(.away)))], .answered),

      .ignored(flow(), keeping, .begun),
      .ignored(flow(), keeping, first),
      .ignored(flow(), keeping, .replied(.success(.full))),
      Row(flow(), keeping, .kept, [.read(countsCopy: false, answer: .full)], .rereading(isComplete: true)),

      .ignored(flow(), rereading, .begun),
      .ignored(flow(), rereading, .replied(.success(.full))),
      .ignored(flow(), rereading, .kept),
      Row(flow(), rereading, .found(.success(known)), [.answer(.success(revision("2")))], .answered),
      Row(flow(), rereading, first, [.answer(.success(nil))], .answered),
      Row(flow(), rereading, .found(.failure(.locked)), [.answer(.failure(.store(.locked)))], .answered),
      Row(
        strict, asking + [.replied(.success(.partial)), .kept], first, [.answer(.failure(.upstreamIncomplete))],
        .answered),
      Row(strict, rereading, first, [.answer(.success(nil))], .answered),
    ] + events.map { .ignored(flow(), answered, $0) }

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = ["idle", "reading", "asking", "keeping", "rereading", "answered"]
    #expect(missing(in: Self.table, states: states, events: ["begun", "found", "replied", "kept"]) == [])
  }
}
