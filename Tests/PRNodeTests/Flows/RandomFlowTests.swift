// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import Testing

@testable import PRNode

@Suite("Flows with random results")
struct RandomFlowTests {
  private static let rounds = 20

  /// Runs the flows of all policies, each several times.
  ///
  /// - Parameter check: gets the flow as it began, and all its actions.
  private func run<Flow: RunnableFlow>(
    _ type: Flow.Type, _ seed: Seed, check: (Flow, [Flow.Action], Comment) -> Void = { _, _, _ in }
  ) {
    var numbers = seed.numbers
    for flow in Flow.all {
      for _ in 0..<Self.rounds {
        let actions = drive(flow, &numbers, "\(seed)")
        check(flow, actions, "\(seed): \(flow)")
      }
    }
  }

  /// Feeds the result of each action until there is none.
  private func drive<Flow: RunnableFlow>(_ start: Flow, _ numbers: inout SeededNumbers, _ seed: Comment) -> [Flow
    .Action]
  {
    var flow = start
    var all: [Flow.Action] = []
    var next: Flow.Event? = Flow.begun
    var steps = 0
    while let event = next, steps < 10 {
      steps += 1
      let actions = flow.handle(event)
      all += actions
      next = nil
      for (index, action) in actions.enumerated() {
        guard let result = Flow.result(of: action, &numbers) else { continue }
        #expect(index == actions.count - 1, "\(seed): an action whose result is awaited is the last one: \(start)")
        next = result
      }
    }
    #expect(next == nil && all.filter(Flow.isAnswer).count == 1, "\(seed): a request has one answer: \(start)")
    #expect(all.last.map(Flow.isAnswer) == true, "\(seed): the answer is the last action: \(start)")
    return all
  }

  /// Feeds events that nothing has caused.
  private func confuse<Flow: RunnableFlow>(_ type: Flow.Type, _ seed: Seed) {
    var numbers = seed.numbers
    for start in Flow.all {
      var flow = start
      var answers = 0
      for _ in 0..<30 {
        let actions = flow.handle(Flow.stray(&numbers))
        #expect(answers == 0 || actions.isEmpty, "\(seed): nothing follows the answer: \(start)")
        answers += actions.filter(Flow.isAnswer).count
      }
      #expect(answers <= 1, "\(seed): a request has one answer: \(start)")
    }
  }

  @Test("each request has one answer, and it is the last action", arguments: Seed.several(3))
  func oneAnswer(seed: Seed) {
    run(AllocationFlow<FlowFailure>.self, seed)
    run(PredictionFlow<FlowFailure>.self, seed)
    run(TestFlow<FlowFailure>.self, seed)
    run(LookupFlow<FlowFailure>.self, seed)
    run(GreatestFlow<FlowFailure>.self, seed)
  }

  @Test("events in any order make no second answer, and nothing follows the first", arguments: Seed.several(3))
  func anyOrder(seed: Seed) {
    confuse(AllocationFlow<FlowFailure>.self, seed)
    confuse(PredictionFlow<FlowFailure>.self, seed)
    confuse(TestFlow<FlowFailure>.self, seed)
    confuse(LookupFlow<FlowFailure>.self, seed)
    confuse(GreatestFlow<FlowFailure>.self, seed)
  }

  @Test("a new value is answered by the one transaction that writes it", arguments: Seed.several(3))
  func allocations(seed: Seed) {
    for policy in RequestPolicy.all {
      var numbers = seed.numbers
      for _ in 0..<Self.rounds {
        let actions = drive(AllocationFlow<FlowFailure>(.checksum("a"), policy), &numbers, "\(seed)")
        let writes = actions.compactMap { if case .decide(let result) = $0 { result } else { nil } }
        #expect(writes.count <= (policy.isReadOnly ? 0 : 1) && !writes.contains(.notAsked), "\(seed): \(policy)")
        #expect(!actions.contains(.ask) || policy.asksUpstream, "\(seed): \(policy)")
        let keeps = actions.contains { if case .keep = $0 { true } else { false } }
        #expect(!keeps || (policy.isReadOnly && policy.keepsAnswers), "\(seed): \(policy)")
        let minted = actions.contains { if case .countMintedAlone = $0 { true } else { false } }
        #expect(!minted || writes == [.unavailable], "\(seed): \(policy)")
        guard policy.isStrict, policy.asksUpstream else { continue }
        let isHeard = writes.allSatisfy { if case .answered(let answer) = $0 { answer.isComplete } else { false } }
        #expect(isHeard && !minted, "a strict node decides on a complete answer only; \(seed): \(policy)")
      }
    }
  }

  @Test(
    "a prediction is made by reads alone, after the upstream's answer where there is one", arguments: Seed.several(3))
  func predictions(seed: Seed) {
    run(PredictionFlow<FlowFailure>.self, seed) { flow, actions, comment in
      let reads = actions.filter {
        switch $0 {
        case .look, .predict: true
        case .ask, .learn, .count, .answer: false
        }
      }
      #expect((1...2).contains(reads.count), comment)
      #expect(reads.count == 1 || actions.contains(.ask), comment)
    }
  }

  @Test("the upstream is asked once, by a recursive node that may ask", arguments: Seed.several(3))
  func asking(seed: Seed) {
    var numbers = seed.numbers
    for policy in RequestPolicy.all {
      for _ in 0..<Self.rounds {
        let tests = drive(TestFlow<FlowFailure>(.none, policy), &numbers, "\(seed)").filter { $0 == .ask }.count
        let lookups = drive(LookupFlow<FlowFailure>(policy, within: nil), &numbers, "\(seed)")
          .filter { $0 == .ask(within: nil) }.count
        let greatest = drive(GreatestFlow<FlowFailure>(policy), &numbers, "\(seed)").filter { $0 == .ask }.count
        let maximum = policy.isRecursive && policy.asksUpstream ? 1 : 0
        #expect(max(tests, lookups, greatest) <= maximum, "\(seed): \(policy)")
      }
    }
  }

  @Test("a lookup is never refused because the upstream is away", arguments: Seed.several(3))
  func lookups(seed: Seed) {
    run(LookupFlow<FlowFailure>.self, seed) { _, actions, comment in
      #expect(
        !actions.contains(.answer(.failure(.upstreamAway(.away))))
          && !actions.contains(.answer(.failure(.upstreamIncomplete))), comment)
    }
  }
}
