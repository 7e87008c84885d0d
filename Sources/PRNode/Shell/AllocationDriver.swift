// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Carries out the actions of an ``AllocationFlow``.
struct AllocationDriver: Sendable {
  let node: Node
  let history: History
  let asker: String?
  let client: ReadClient
  let answer: Node.Answer<Revision>

  typealias Flow = AllocationFlow<NodeError>

  func feed(_ event: Flow.Event, to flow: Flow) {
    var next = flow
    for action in next.handle(event) { carryOut(action, of: next) }
  }

  private func carryOut(_ action: Flow.Action, of flow: Flow) {
    switch action {
    case .look(let result):
      let allocation = allocation(flow)
      read(flow) { reader throws(StoreError) in try allocation.look(result, in: SnapshotRecords(reader)) }
    case .predict(let result, let onMiss):
      let allocation = allocation(flow)
      read(flow) { reader throws(StoreError) in
        try allocation.predict(result, onMiss: onMiss, in: SnapshotRecords(reader))
      }
    case .decide(let result):
      let (node, tuple, history, asker, now) = (node, flow.tuple, history, asker, node.now)
      node.store.write(for: client, about: [tuple]) { context throws(StoreError) in
        let allocation = Allocation(tuple, history, numbering: try node.numbering(in: context))
        return try allocation.decide(result, in: TransactionRecords(context: context, asker: asker, now: now))
      } done: {
        feed(.decided($0), to: flow)
      }
    case .ask: node.ask(.tuple(flow.tuple, history)) { feed(.replied($0), to: flow) }
    case .learn(let level): node.learn(upstreamLevel: level)
    case .keep(let answer): node.keep(answer, of: flow.tuple) { feed(.kept, to: flow) }
    case .count(let reason): node.log.withLock { $0.count(reason) }
    case .countMiss:
      let now = node.now
      node.log.withLock { $0.miss(flow.tuple, asker: asker, at: now) }
    case .countMintedAlone(let isFailure): node.countMintedAlone(isFailure: isFailure)
    case .answer(let result): answer(result)
    }
  }

  private func allocation(_ flow: Flow) -> Allocation { Allocation(flow.tuple, history, numbering: node.numbering) }

  private func read(_ flow: Flow, _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Decision) {
    node.store.read(for: client, body) { feed(.decided($0), to: flow) }
  }
}
