// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Carries out the actions of a ``LookupFlow``.
struct LookupDriver: Sendable {
  let node: Node
  let tuple: TupleKey
  let path: QuestionPath
  let client: ReadClient
  let answer: Node.Answer<UpstreamAnswer>

  typealias Flow = LookupFlow<NodeError>

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
    case .ask(let time): node.ask(.tuple(tuple, .none), within: time, via: path) { feed(.replied($0), to: flow) }
    case .learn(let level): node.learn(upstreamLevel: level)
    case .keep(let answer): node.keep(answer, of: tuple) { feed(.kept, to: flow) }
    case .answer(let result): answer(result.map { $0.answer(at: node.knownLevel) })
    }
  }
}
