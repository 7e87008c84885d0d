// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import Testing

@testable import PRNode

@Suite("The flow of a prediction")
struct PredictionFlowTests {
  typealias Flow = PredictionFlow<FlowFailure>
  typealias Row = Transition<Flow>

  private static let tuple = TupleKey.checksum("a")
  private static let value = revision("2")
  private static let found = Flow.Event.decided(.success(.answer(value, .current)))
  private static let minted = Flow.Event.decided(.success(.record(value, .derived)))
  private static let needsUpstream = Flow.Event.decided(.success(.askUpstream))
  private static let asking = [Flow.Event.begun, needsUpstream]
  private static let deciding = asking + [.replied(.success(.full))]

  private static func flow(_ policy: RequestPolicy = .below()) -> Flow { Flow(tuple, policy) }

  private static let readOnly = flow(.below(isReadOnly: true))
  private static let strict = flow(.below(.strict))

  static let table: [Row] =
    [
      Row(flow(), [], .begun, [.look(.notAsked)], .looking),
      Row(flow(.alone), [], .begun, [.look(.standalone)], .deciding),
      Row(flow(.below(.offline)), [], .begun, [.look(.unavailable)], .deciding),
      Row(readOnly, [], .begun, [.predict(.notAsked)], .looking),
      .ignored(flow(), [], found),
      .ignored(flow(), [], .replied(.success(.full))),

      .ignored(flow(), [.begun], .begun),
      Row(flow(), [.begun], needsUpstream, [.ask], .asking),
      Row(flow(), [.begun], found, [.count(.current), .answer(.success(value))], .answered),
      Row(flow(), [.begun], .decided(.failure(.locked)), [.answer(.failure(.store(.locked)))], .answered),
      .ignored(flow(), [.begun], .replied(.success(.full))),

      .ignored(flow(), asking, .begun),
      .ignored(flow(), asking, found),
      Row(flow(), asking, .replied(.success(.full)), [.learn(level: 4), .look(.answered(.full))], .deciding),
      Row(readOnly, asking, .replied(.success(.full)), [.learn(level: 4), .predict(.answered(.full))], .deciding),
      Row(flow(), asking, .replied(.failure(.away)), [.look(.unavailable)], .deciding),
      Row(flow(), asking, .replied(.failure(.tooLong)), [.answer(.failure(.beyondUpstream(.tooLong)))], .answered),
      Row(strict, asking, .replied(.failure(.away)), [.answer(.failure(.upstreamAway(.away)))], .answered),
      Row(
        strict, asking, .replied(.success(.partial)), [.learn(level: 4), .answer(.failure(.upstreamIncomplete))],
        .answered),

      .ignored(flow(), deciding, .begun),
      .ignored(flow(), deciding, .replied(.failure(.away))),
      Row(flow(), deciding, minted, [.count(.predicted), .answer(.success(value))], .answered),
      Row(
        flow(), deciding, .decided(.success(.refuse(.unrecorded))),
        [.answer(.failure(.refused(.unrecorded, tuple)))], .answered),
    ]
    + [Flow.Event.begun, found, minted, .replied(.success(.full))].map { .ignored(flow(), deciding + [minted], $0) }

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = ["idle", "looking", "asking", "deciding", "answered"]
    #expect(missing(in: Self.table, states: states, events: ["begun", "decided", "replied"]) == [])
  }
}
