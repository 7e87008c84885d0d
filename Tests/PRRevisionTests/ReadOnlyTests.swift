// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@Suite("What a read-only node answers")
struct ReadOnlyTests {
  static let child = Numbering.partitioned(Partition(level: 1, lane: .only))
  static let root = Numbering.partitioned(.root)

  @Test("a partitioned node answers the recorded value, superseded or not", arguments: OnMiss.allCases)
  func recorded(onMiss: OnMiss) {
    let facts = LocalFacts.superseded("5", least: "1")
    for numbering in [Self.root, Self.child] {
      let greatest = numbering.decideReadOnly(
        .none, recorded: revision("03"), local: facts, upstream: .unasked, onMiss: onMiss)
      #expect(greatest == .answer("3", .current))
      #expect(greatest.value?.text == "03")
      let least = numbering.decideReadOnly(
        .kept, recorded: revision("1"), local: facts, upstream: .unasked, onMiss: onMiss)
      #expect(least == .answer("1", .kept))
    }
  }

  @Test("a partitioned node refuses what is on record neither here nor further up, once it has asked")
  func refuses() {
    let outcomes: [(UpstreamView, Decision)] = [
      (.none, .refuse(.unrecorded)), (.unasked, .askUpstream), (.knows("3"), .refuse(.unrecorded)),
      (.knowsNothing, .refuse(.unrecorded)), (.knows("3", value: "3"), .answer("3", .adopted)),
      (.knows("3", value: "1"), .answer("1", .adopted)),
    ]
    for history in [History.none, .kept] {
      for (upstream, outcome) in outcomes {
        let decision = Self.child.decideReadOnly(
          history, recorded: nil, local: .unknown("2.0"), upstream: upstream, onMiss: .refuse)
        #expect(decision == outcome, "\(history), \(upstream)")
      }
    }
  }

  @Test("a partitioned node says why it has nothing to answer")
  func reason() {
    let taken = Refusal.taken(revision("3"), holder: "b")
    let decision = Self.child.decideReadOnly(
      .none, recorded: nil, local: .empty, upstream: .knows("3"), onMiss: .refuse, refusal: taken)
    #expect(decision == .refuse(taken))
  }

  static let predictions: [DecisionCase] = [
    .init("the upstream must be asked", .none, .unknown("2.0"), .unasked, .askUpstream),
    .init("what is on record further up", .none, .unknown("2.0"), .knows("3", value: "3"), .answer("3", .adopted)),
    .init("what would be minted", .none, .unknown("2.0"), .knows("3"), .answer("3.0", .predicted)),
    .init("what would be minted, history", .kept, .unknown("2.0"), .knows("2"), .answer("2.1", .predicted)),
    .init("the first of a package", .none, .empty, .knowsNothing, .answer("0.0", .predicted)),
    .init("overflow", .none, .unknown("2." + greatestNumber), .knows("2"), .overflow("2." + greatestNumber)),
  ]

  @Test("a partitioned node that predicts says what would be minted", arguments: predictions)
  func predicts(line: DecisionCase) {
    line.check(
      Self.child.decideReadOnly(
        line.history, recorded: nil, local: line.local, upstream: line.upstream, onMiss: .predict))
  }

  @Test("BitBake's numbering computes the same and stores nothing", arguments: BitBakeNumberingTests.alone)
  func bitbakeAlone(line: DecisionCase) { checkBitBake(line) }

  @Test("BitBake's numbering computes the same below an upstream", arguments: BitBakeNumberingTests.below)
  func bitbakeBelow(line: DecisionCase) { checkBitBake(line) }

  private func checkBitBake(_ line: DecisionCase) {
    for onMiss in OnMiss.allCases {
      for recorded in [nil, line.local.least] {
        let decision = Numbering.bitbake.decideReadOnly(
          line.history, recorded: recorded, local: line.local, upstream: line.upstream, onMiss: onMiss)
        if case .record(let value, _) = line.expected {
          #expect(decision == .answer(value, .predicted), "\(line.rule)")
          #expect(decision.value?.text == value.text, "\(line.rule)")
        } else {
          line.check(decision)
        }
      }
    }
  }
}
