// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore

@testable import PRNode

/// A flow that a test can run with random results.
protocol RunnableFlow: RequestFlow {
  static var begun: Event { get }
  /// The flows of all policies.
  static var all: [Self] { get }

  /// An event that an action has as its result; nil where none follows.
  static func result(of action: Action, _ numbers: inout SeededNumbers) -> Event?
  /// Any event that the world could feed at any time, as an answer that comes twice.
  static func stray(_ numbers: inout SeededNumbers) -> Event
  static func isAnswer(_ action: Action) -> Bool
}

enum RandomResult {
  static let answers: [UpstreamAnswer] = [.full, .partial, .nothing]
  static let known: [KnownValues] = [.own(nil), .own("2"), .own("2", beside: "3")]

  static func reply(_ numbers: inout SeededNumbers) -> Result<UpstreamAnswer, Unanswered> {
    switch Int.random(in: 0..<5, using: &numbers) {
    case 0: .failure(.away)
    case 1: .failure(.tooLong)
    default: .success(pick(answers, &numbers))
    }
  }

  static func decision(_ result: UpstreamResult, _ numbers: inout SeededNumbers) -> Result<Decision, Locked> {
    if result == .notAsked, Bool.random(using: &numbers) { return .success(.askUpstream) }
    return decision(&numbers)
  }

  /// The rule of a node that stores no answers writes nothing.
  static func prediction(_ result: UpstreamResult, _ numbers: inout SeededNumbers) -> Result<Decision, Locked> {
    decision(result, &numbers).map { decision in
      guard case .record(let value, _) = decision else { return decision }
      return .answer(value, .predicted)
    }
  }

  static func decision(_ numbers: inout SeededNumbers) -> Result<Decision, Locked> {
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0: .failure(.locked)
    case 1: .success(.refuse(.unrecorded))
    case 2: .success(.refuse(.overflow(revision("3"))))
    case 3, 4: .success(.record(revision("4"), pick(Reason.minting, &numbers)))
    default: .success(.answer(revision("4"), pick(Reason.allCases, &numbers)))
    }
  }

  static func values(_ numbers: inout SeededNumbers) -> Result<KnownValues, Locked> {
    Int.random(in: 0..<8, using: &numbers) == 0 ? .failure(.locked) : .success(pick(known, &numbers))
  }

  static func greatest(_ numbers: inout SeededNumbers) -> Result<Revision?, Locked> {
    Int.random(in: 0..<8, using: &numbers) == 0 ? .failure(.locked) : .success(pick([nil, revision("3")], &numbers))
  }

  static func pick<Value>(_ some: [Value], _ numbers: inout SeededNumbers) -> Value {
    some[Int.random(in: some.indices, using: &numbers)]
  }
}

extension AllocationFlow<FlowFailure>: RunnableFlow {
  static var begun: Event { .begun }
  static var all: [Self] { RequestPolicy.all.map { Self(.checksum("a"), $0) } }

  static func result(of action: Action, _ numbers: inout SeededNumbers) -> Event? {
    switch action {
    case .look(let result), .decide(let result): .decided(RandomResult.decision(result, &numbers))
    case .predict(let result, _): .decided(RandomResult.prediction(result, &numbers))
    case .ask: .replied(RandomResult.reply(&numbers))
    case .keep: .kept
    case .learn, .count, .countMiss, .countMintedAlone, .answer: nil
    }
  }

  static func stray(_ numbers: inout SeededNumbers) -> Event {
    RandomResult.pick(
      [.begun, .kept, .decided(RandomResult.decision(&numbers)), .replied(RandomResult.reply(&numbers))], &numbers)
  }

  static func isAnswer(_ action: Action) -> Bool { if case .answer = action { true } else { false } }
}

extension PredictionFlow<FlowFailure>: RunnableFlow {
  static var begun: Event { .begun }
  static var all: [Self] { RequestPolicy.all.map { Self(.checksum("a"), $0) } }

  static func result(of action: Action, _ numbers: inout SeededNumbers) -> Event? {
    switch action {
    case .look(let result): .decided(RandomResult.decision(result, &numbers))
    case .predict(let result): .decided(RandomResult.prediction(result, &numbers))
    case .ask: .replied(RandomResult.reply(&numbers))
    case .learn, .count, .answer: nil
    }
  }

  static func stray(_ numbers: inout SeededNumbers) -> Event {
    RandomResult.pick(
      [.begun, .decided(RandomResult.decision(&numbers)), .replied(RandomResult.reply(&numbers))], &numbers)
  }

  static func isAnswer(_ action: Action) -> Bool { if case .answer = action { true } else { false } }
}

extension TestFlow<FlowFailure>: RunnableFlow {
  static var begun: Event { .begun }
  static var all: [Self] { RequestPolicy.all.flatMap { [Self(.none, $0), Self(.kept, $0)] } }

  static func result(of action: Action, _ numbers: inout SeededNumbers) -> Event? {
    switch action {
    case .read: .found(RandomResult.values(&numbers))
    case .ask: .replied(RandomResult.reply(&numbers))
    case .keep: .kept
    case .learn, .answer: nil
    }
  }

  static func stray(_ numbers: inout SeededNumbers) -> Event {
    RandomResult.pick(
      [.begun, .kept, .found(RandomResult.values(&numbers)), .replied(RandomResult.reply(&numbers))], &numbers)
  }

  static func isAnswer(_ action: Action) -> Bool { if case .answer = action { true } else { false } }
}

extension LookupFlow<FlowFailure>: RunnableFlow {
  static var begun: Event { .begun }
  static var all: [Self] { RequestPolicy.all.flatMap { [Self($0, within: nil), Self($0, within: .seconds(2))] } }

  static func result(of action: Action, _ numbers: inout SeededNumbers) -> Event? {
    switch action {
    case .read: .found(RandomResult.values(&numbers))
    case .ask: .replied(RandomResult.reply(&numbers))
    case .keep: .kept
    case .learn, .answer: nil
    }
  }

  static func stray(_ numbers: inout SeededNumbers) -> Event {
    RandomResult.pick(
      [.begun, .kept, .found(RandomResult.values(&numbers)), .replied(RandomResult.reply(&numbers))], &numbers)
  }

  static func isAnswer(_ action: Action) -> Bool { if case .answer = action { true } else { false } }
}

extension GreatestFlow<FlowFailure>: RunnableFlow {
  static var begun: Event { .begun }
  static var all: [Self] { RequestPolicy.all.map { Self($0) } }

  static func result(of action: Action, _ numbers: inout SeededNumbers) -> Event? {
    switch action {
    case .read: .found(RandomResult.greatest(&numbers))
    case .ask: .replied(RandomResult.reply(&numbers))
    case .keep: .kept
    case .answer: nil
    }
  }

  static func stray(_ numbers: inout SeededNumbers) -> Event {
    RandomResult.pick(
      [.begun, .kept, .found(RandomResult.greatest(&numbers)), .replied(RandomResult.reply(&numbers))], &numbers)
  }

  static func isAnswer(_ action: Action) -> Bool { if case .answer = action { true } else { false } }
}
