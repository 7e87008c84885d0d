// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Carries out the actions of a ``GreatestFlow``.
struct GreatestDriver: Sendable {
  let node: Node
  let package: PackageKey
  let client: ReadClient
  let answer: Node.Answer<Revision?>

  typealias Flow = GreatestFlow<NodeError>

  func feed(_ event: Flow.Event, to flow: Flow) {
    var next = flow
    for action in next.handle(event) { carryOut(action, of: next) }
  }

  private func carryOut(_ action: Flow.Action, of flow: Flow) {
    switch action {
    case .read(let includesCopy):
      let package = package
      node.store.read(for: client) { reader throws(StoreError) in
        try SnapshotRecords(reader).greatest(of: package, includesCopy: includesCopy)
      } done: {
        feed(.found($0), to: flow)
      }
    case .ask: node.ask(.package(package)) { feed(.replied($0), to: flow) }
    case .keep(let bound):
      let package = package
      node.store.write { context throws(StoreError) in
        try context.learn(bound: bound, of: package)
      } done: { _ in
        feed(.kept, to: flow)
      }
    case .answer(let result): answer(result)
    }
  }
}
