// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import Testing

@testable import PRNode

@Suite("The flow of an allocation")
struct AllocationFlowTests {
  typealias Flow = AllocationFlow<FlowFailure>
  typealias Row = Transition<Flow>

  private static let tuple = TupleKey.checksum("a")
  private static let value = revision("2")
  private static let found = Flow.Event.decided(.success(.answer(value, .current)))
  private static let minted = Flow.Event.decided(.success(.record(value, .derived)))
  private static let needsUpstream = Flow.Event.decided(.success(.askUpstream))
  private static let unrecorded = Flow.Event.decided(.success(.refuse(.unrecorded)))
  private static let locked = Flow.Event.decided(.failure(.locked))
  private static let asking = [Flow.Event.begun, needsUpstream]
  /// At a node that stores no answers.
  private static let keeping = asking + [.replied(.success(.full))]
  private static let deciding = asking + [.replied(.success(.full))]

  private static func flow(_ policy: RequestPolicy = .below()) -> Flow { Flow(tuple, policy) }

  private static let readOnly = flow(.below(isReadOnly: true))
  private static let strict = flow(.below(.strict))

  static let table: [Row] =
    [
      Row(flow(), [], .begun, [.look(.notAsked)], .looking),
      Row(flow(.alone), [], .begun, [.decide(.standalone)], .deciding(.standalone)),
      Row(flow(.below(.offline)), [], .begun, [.decide(.unavailable)], .deciding(.unavailable)),
      Row(readOnly, [], .begun, [.predict(.notAsked, .refuse)], .looking),
      .ignored(flow(), [], found),
      .ignored(flow(), [], .replied(.success(.full))),
      .ignored(flow(), [], .kept),

      .ignored(flow(), [.begun], .begun),
      Row(flow(), [.begun], needsUpstream, [.ask], .asking),
      Row(flow(), [.begun], minted, [.ask], .asking),
      Row(flow(), [.begun], found, [.count(.current), .answer(.success(value))], .answered),
      Row(flow(), [.begun], locked, [.answer(.failure(.store(.locked)))], .answered),
      .ignored(flow(), [.begun], .replied(.success(.full))),
      .ignored(flow(), [.begun], .kept),

      .ignored(flow(), asking, .begun),
      .ignored(flow(), asking, found),
      Row(
        flow(), asking, .replied(.success(.full)), [.learn(level: 4), .decide(.answered(.full))],
        .deciding(.answered(.full))),
      Row(
        flow(), asking, .replied(.success(.partial)), [.learn(level: 4), .decide(.answered(.partial))],
        .deciding(.answered(.partial))),
      Row(flow(), asking, .replied(.failure(.away)), [.decide(.unavailable)], .deciding(.unavailable)),
      Row(flow(), asking, .replied(.failure(.tooLong)), [.answer(.failure(.beyondUpstream(.tooLong)))], .answered),
      Row(strict, asking, .replied(.failure(.away)), [.answer(.failure(.upstreamAway(.away)))], .answered),
      Row(
        strict, asking, .replied(.success(.partial)), [.learn(level: 4), .answer(.failure(.upstreamIncomplete))],
        .answered),
      Row(
        readOnly, asking, .replied(.success(.full)),
        [.learn(level: 4), .keep(.full)], .keeping(.full)),
      Row(
        flow(.below(isStoreReadOnly: true)), asking, .replied(.success(.full)),
        [.learn(level: 4), .predict(.answered(.full), .refuse)], .deciding(.answered(.full))),

      .ignored(flow(), asking, .kept),

      Row(
        readOnly, keeping, .kept, [.predict(.answered(.full), .refuse)], .deciding(.answered(.full))),
      .ignored(readOnly, keeping, .begun),
      .ignored(readOnly, keeping, found),
      .ignored(readOnly, keeping, .replied(.failure(.away))),

      .ignored(flow(), deciding, .begun),
      .ignored(flow(), deciding, .kept),
      .ignored(flow(), deciding, .replied(.failure(.away))),
      Row(flow(), deciding, minted, [.count(.derived), .answer(.success(value))], .answered),
      Row(
        flow(), deciding, .decided(.success(.refuse(.overflow(value)))),
        [.answer(.failure(.refused(.overflow(value), tuple)))], .answered),
      Row(flow(), deciding, locked, [.answer(.failure(.store(.locked)))], .answered),
      Row(
        flow(), asking + [.replied(.failure(.away))], minted,
        [.countMintedAlone(isFailure: true), .count(.derived), .answer(.success(value))], .answered),
      Row(
        flow(), asking + [.replied(.failure(.away))], .decided(.success(.record(value, .adopted))),
        [.count(.adopted), .answer(.success(value))], .answered),
      Row(
        flow(.below(.offline)), [.begun], minted,
        [.countMintedAlone(isFailure: false), .count(.derived), .answer(.success(value))], .answered),
      Row(
        readOnly, keeping + [.kept], .decided(.success(.answer(value, .predicted))),
        [.count(.predicted), .countMiss, .answer(.success(value))], .answered),
      Row(
        readOnly, keeping + [.kept], unrecorded, [.countMiss, .answer(.failure(.refused(.unrecorded, tuple)))],
        .answered),
      Row(
        flow(.below(isStoreReadOnly: true, isFrozen: true)), deciding, unrecorded,
        [.countMiss, .answer(.failure(.notFrozen(tuple)))], .answered),
    ]
    + [Flow.Event.begun, found, minted, .replied(.success(.full)), .kept].map {
      .ignored(flow(), deciding + [minted], $0)
    }

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = ["idle", "looking", "asking", "keeping", "deciding", "answered"]
    #expect(missing(in: Self.table, states: states, events: ["begun", "decided", "replied", "kept"]) == [])
  }
}
