// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Carries out the actions of a ``PredictionFlow``.
struct PredictionDriver: Sendable {
  let node: Node
  let history: History
  let answer: Node.Answer<Revision>

  typealias Flow = PredictionFlow<NodeError>

  func feed(_ event: Flow.Event, to flow: Flow) {
    var next = flow
    for action in next.handle(event) { carryOut(action, of: next) }
  }

  private func carryOut(_ action: Flow.Action, of flow: Flow) {
    switch action {
    case .look(let result):
      let allocation = allocation(flow)
      node.store.read { reader throws(StoreError) in
        try allocation.look(result, in: SnapshotRecords(reader))
      } done: {
        feed(.decided($0), to: flow)
      }
    case .predict(let result):
      let allocation = allocation(flow)
      node.store.read { reader throws(StoreError) in
        try allocation.predict(result, onMiss: .predict, in: SnapshotRecords(reader))
      } done: {
        feed(.decided($0), to: flow)
      }
    case .ask: node.ask(.tuple(flow.tuple, history)) { feed(.replied($0), to: flow) }
    case .learn(let level): node.learn(upstreamLevel: level)
    case .count(let reason): node.log.withLock { $0.count(reason) }
    case .answer(let result): answer(result)
    }
  }

  private func allocation(_ flow: Flow) -> Allocation { Allocation(flow.tuple, history, numbering: node.numbering) }
}
