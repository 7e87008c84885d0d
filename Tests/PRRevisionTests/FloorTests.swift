// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import Testing

/// docs/numbering.md, "Floors", rule by rule.
@Suite("Floors")
struct FloorTests {
  private static func node(_ level: Int) -> Numbering { .partitioned(Partition(level: level, lane: .only)) }

  private static let rootCases: [DecisionCase] = [
    .init("an unknown package begins above the floor", .none, .empty.with("7"), .none, .record("8", .aboveFloor)),
    .init("of a dotted floor the next number", .none, .empty.with("7.2"), .none, .record("8", .aboveFloor)),
    .init("with history too", .kept, .empty.with("7"), .none, .record("8", .aboveFloor)),
    .init(
      "a holder below the floor is current no more", .none, .current("3", least: "3").with("7"), .none,
      .record("8", .aboveFloor)),
    .init(
      "a holder at the floor is current", .none, .current("7", least: "7").with("7"), .none, .answer("7", .current)),
    .init(
      "a holder above the floor is current", .none, .current("8", least: "8").with("7.9"), .none,
      .answer("8", .current)),
    .init(
      "history keeps what is below the floor", .kept, .current("3", least: "2").with("7"), .none, .answer("2", .kept)),
    .init("a floor below the rows changes nothing", .none, .unknown("9").with("7"), .none, .record("10", .next)),
    .init(
      "a floor that the rows have reached changes nothing", .none, .unknown("7").with("7"), .none, .record("8", .next)),
    .init("a floor without a next number", .none, .empty.with(greatestNumber), .none, .overflow(greatestNumber)),
  ]

  private static let siteCases: [DecisionCase] = [
    .init(
      "a floor of the site's own numbers", .none, .empty.with("7.2"), .knowsNothing, .record("7.3", .aboveFloor)),
    .init("a floor of the root's numbers", .none, .empty.with("7"), .knowsNothing, .record("7.0", .aboveFloor)),
    .init("the upstream is above the floor", .none, .empty.with("7.2"), .knows("9"), .record("9.0", .derived)),
    .init("the upstream is below the floor", .none, .empty.with("7.2"), .knows("5"), .record("7.3", .aboveFloor)),
    .init(
      "a value of the upstream below the floor is not adopted", .none, .empty.with("7"), .knows("9", value: "6"),
      .record("9.0", .derived)),
    .init(
      "a value of the upstream at the floor is adopted", .none, .empty.with("7"), .knows("9", value: "7"),
      .record("7", .adopted)),
    .init(
      "with history a value below the floor is adopted", .kept, .empty.with("7"), .knows("9", value: "6"),
      .record("6", .adopted)),
    .init(
      "a holder below the floor asks the upstream", .none, .current("3.4", least: "3.4").with("7"), .unasked,
      .askUpstream),
  ]

  private static let bitbakeCases: [DecisionCase] = [
    .init("alone: an unknown package", .none, .empty.with("7.2"), .none, .record("7.3", .aboveFloor)),
    .init("alone: a holder below", .none, .current("3", least: "3").with("7"), .none, .record("8", .aboveFloor)),
    .init("alone: a holder at the floor", .none, .current("7", least: "7").with("7"), .none, .answer("7", .current)),
    .init("alone: history", .kept, .current("3", least: "3").with("7"), .none, .answer("3", .kept)),
    .init("a value above below the floor", .none, .empty.with("7"), .knows("9", value: "3"), .record("9.0", .derived)),
    .init(
      "a number under the upstream's is below the floor", .none, .empty.with("7"), .knows("5"),
      .record("8", .aboveFloor)),
    .init(
      "a floor under the upstream's number", .none, .empty.with("5.3"), .knows("5"), .record("5.4", .aboveFloor)),
    .init(
      "own rows above the floor are passed too", .none, .unknown("9").with("7"), .knows("5"),
      .record("10", .aboveFloor)),
  ]

  @Test("at the root", arguments: Self.rootCases)
  func root(example: DecisionCase) {
    example.check(Self.node(0).decide(example.history, local: example.local, upstream: example.upstream))
  }

  @Test("at a site", arguments: Self.siteCases)
  func site(example: DecisionCase) {
    example.check(Self.node(1).decide(example.history, local: example.local, upstream: example.upstream))
  }

  @Test("as BitBake numbers", arguments: Self.bitbakeCases)
  func bitbake(example: DecisionCase) {
    example.check(Numbering.bitbake.decide(example.history, local: example.local, upstream: example.upstream))
  }

  @Test("a read-only node answers what is on record, and predicts above the floor")
  func readOnly() {
    let numbering = Self.node(1)
    let recorded = numbering.decideReadOnly(
      .none, recorded: revision("3"), local: .empty.with("7"), upstream: .none, onMiss: .refuse)
    #expect(recorded == .answer("3", .current))
    let predicted = numbering.decideReadOnly(
      .none, recorded: nil, local: .empty.with("7"), upstream: .none, onMiss: .predict)
    #expect(predicted == .answer("7.0", .predicted))
  }

  @Test("nothing that is minted is at or below the floor, and nothing is answered below it without history")
  func law() {
    for seed in Seed.several(2_000) {
      var numbers = seed.numbers
      func value() -> Revision {
        Revision(
          components: (0..<Int.random(in: 1...3, using: &numbers)).map { _ in .random(in: 0...4, using: &numbers) })
      }
      let (own, floor) = (Bool.random(using: &numbers) ? value() : nil, value())
      let standing = own.map { Bool.random(using: &numbers) ? LocalFacts.Standing.current($0) : .superseded }
      let local = LocalFacts(greatest: own, standing: standing ?? .unknown, least: own, floor: floor)
      let upstream = UpstreamView.facts(
        UpstreamFacts(greatest: value(), value: Bool.random(using: &numbers) ? value() : nil))
      for numbering in [Numbering.bitbake, Self.node(0), Self.node(1), Self.node(2)] {
        switch numbering.decide(.none, local: local, upstream: upstream) {
        case .record(let value, .adopted), .answer(let value, _): #expect(value >= floor, "\(seed)")
        case .record(let value, _): #expect(value > floor, "\(seed)")
        case .askUpstream, .refuse: Issue.record("\(seed): no value")
        }
      }
    }
  }
}

extension LocalFacts {
  fileprivate func with(_ floor: String) -> LocalFacts {
    var facts = self
    facts.floor = revision(floor)
    return facts
  }
}
