// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Carries out the actions of a ``TestFlow``.
struct TestDriver: Sendable {
  let node: Node
  let tuple: TupleKey
  let history: History
  let client: ReadClient
  let answer: Node.Answer<Revision?>

  typealias Flow = TestFlow<NodeError>

  func feed(_ event: Flow.Event, to flow: Flow) {
    var next = flow
    for action in next.handle(event) { carryOut(action, of: next) }
  }

  private func carryOut(_ action: Flow.Action, of flow: Flow) {
    switch action {
    case .read(let countsCopy, let answer):
      node.readKnownValues(of: tuple, countsCopy: countsCopy, answer: answer, for: client) {
        feed(.found($0), to: flow)
      }
    case .ask: node.ask(.tuple(tuple, history)) { feed(.replied($0), to: flow) }
    case .learn(let level): node.learn(upstreamLevel: level)
    case .keep(let answer): node.keep(answer, of: tuple) { feed(.kept, to: flow) }
    case .answer(let result): answer(result)
    }
  }
}

extension Node {
  func readKnownValues(
    of tuple: TupleKey, countsCopy: Bool, answer: UpstreamAnswer?, for client: ReadClient,
    _ done: @escaping @Sendable (Result<KnownValues, StoreError>) -> Void
  ) {
    let numbering = numbering
    store.read(for: client) { reader throws(StoreError) in
      try KnownValues(of: tuple, numbering, countsCopy: countsCopy, answer: answer, in: SnapshotRecords(reader))
    } done: {
      done($0)
    }
  }
}
