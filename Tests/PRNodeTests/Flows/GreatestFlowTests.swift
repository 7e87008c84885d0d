// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import Testing

@testable import PRNode

@Suite("The flow of a max-package-pr")
struct GreatestFlowTests {
  typealias Flow = GreatestFlow<FlowFailure>
  typealias Row = Transition<Flow>

  private static let value = revision("3")
  private static let found = Flow.Event.found(.success(value))
  private static let empty = Flow.Event.found(.success(nil))
  private static let asking = [Flow.Event.begun, empty]
  private static let keeping = asking + [.replied(.success(.full))]

  private static func flow(_ policy: RequestPolicy = .below()) -> Flow { Flow(policy) }

  static let table: [Row] =
    [
      Row(flow(), [], .begun, [.read(includesCopy: true)], .reading),
      Row(flow(.alone), [], .begun, [.read(includesCopy: false)], .reading),
      Row(flow(.below(.offline)), [], .begun, [.read(includesCopy: true)], .reading),
      Row(flow(.below(numbering: .bitbake)), [], .begun, [.read(includesCopy: false)], .reading),
      .ignored(flow(), [], found),
      .ignored(flow(), [], .replied(.success(.full))),
      .ignored(flow(), [], .kept),

      .ignored(flow(), [.begun], .begun),
      Row(flow(), [.begun], empty, [.ask], .asking),
      Row(flow(), [.begun], found, [.answer(.success(value))], .answered),
      Row(flow(), [.begun], .found(.failure(.locked)), [.answer(.failure(.store(.locked)))], .answered),
      Row(flow(.alone), [.begun], empty, [.answer(.success(nil))], .answered),
      Row(flow(.below(.offline)), [.begun], empty, [.answer(.success(nil))], .answered),
      Row(flow(.below(numbering: .bitbake)), [.begun], empty, [.answer(.success(nil))], .answered),
      .ignored(flow(), [.begun], .replied(.success(.full))),
      .ignored(flow(), [.begun], .kept),

      .ignored(flow(), asking, .begun),
      .ignored(flow(), asking, found),
      .ignored(flow(), asking, .kept),
      Row(flow(), asking, .replied(.success(.full)), [.keep(bound: value)], .keeping(value)),
      Row(flow(), asking, .replied(.success(.nothing)), [.answer(.success(nil))], .answered),
      Row(
        flow(.below(isStoreReadOnly: true)), asking, .replied(.success(.full)), [.answer(.success(value))], .answered),
      Row(flow(), asking, .replied(.failure(.away)), [.answer(.success(nil))], .answered),
      Row(flow(), asking, .replied(.failure(.tooLong)), [.answer(.failure(.beyondUpstream(.tooLong)))], .answered),
      Row(
        flow(.below(.strict)), asking, .replied(.failure(.away)), [.answer(.failure(.upstreamAway(.away)))], .answered),

      .ignored(flow(), keeping, .begun),
      .ignored(flow(), keeping, found),
      .ignored(flow(), keeping, .replied(.success(.full))),
      Row(flow(), keeping, .kept, [.answer(.success(value))], .answered),
    ] + [Flow.Event.begun, found, .replied(.success(.full)), .kept].map { .ignored(flow(), keeping + [.kept], $0) }

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = ["idle", "reading", "asking", "keeping", "answered"]
    #expect(missing(in: Self.table, states: states, events: ["begun", "found", "replied", "kept"]) == [])
  }
}
