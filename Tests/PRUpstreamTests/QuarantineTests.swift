// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRUpstream

@Suite("A question that costs its connection")
struct QuarantineTests {
  private let start = ContinuousClock.now

  private func question(_ name: String) -> UpstreamQuestion {
    .tuple(TupleKey(version: name, pkgarch: "p", checksum: "c"), .none)
  }

  @Test("is set aside by itself, at the first failure where no other cause is possible, else at the second")
  func enough() {
    var quarantine = Quarantine()
    #expect(quarantine.strike(question("a"), reason: "why", isCertain: false, at: start) == nil)
    #expect(quarantine.reason(against: question("a"), at: start) == nil)
    #expect(quarantine.strike(question("a"), reason: "why", isCertain: false, at: start) == .seconds(30))
    #expect(quarantine.strike(question("b"), reason: "other", isCertain: true, at: start) == .seconds(30))
    #expect(quarantine.reason(against: question("a"), at: start) == "why")
    #expect(quarantine.reason(against: question("b"), at: start) == "other")
    #expect(quarantine.reason(against: question("c"), at: start) == nil)
    #expect(quarantine.reason(against: .package(PackageKey(version: "a", pkgarch: "p")), at: start) == nil)
  }

  @Test("is asked again when its time is over, and set aside for longer when it fails again")
  func longer() {
    var quarantine = Quarantine()
    var now = start
    #expect(quarantine.strike(question("a"), reason: "why", isCertain: false, at: now) == nil)
    for seconds in [30, 60, 120, 240, 480, 480, 480] {
      #expect(quarantine.strike(question("a"), reason: "why", isCertain: false, at: now) == .seconds(seconds))
      #expect(quarantine.reason(against: question("a"), at: now + .seconds(seconds) - .milliseconds(1)) != nil)
      now += .seconds(seconds)
      #expect(quarantine.reason(against: question("a"), at: now) == nil)
    }
  }

  @Test("is like any other once it has had an answer")
  func acquitted() {
    var quarantine = Quarantine()
    _ = quarantine.strike(question("a"), reason: "why", isCertain: true, at: start)
    quarantine.acquit(question("a"))
    #expect(quarantine.reason(against: question("a"), at: start) == nil && quarantine.count == 0)
    #expect(quarantine.strike(question("a"), reason: "why", isCertain: false, at: start) == nil)
  }

  @Test("makes room for others: so many are remembered, the latest")
  func bounded() {
    var quarantine = Quarantine()
    for number in 0..<1000 {
      _ = quarantine.strike(question("\(number)"), reason: "why", isCertain: true, at: start)
      if number.isMultiple(of: 3) { quarantine.acquit(question("\(number)")) }
      #expect(quarantine.count <= Quarantine.maximum)
    }
    #expect(quarantine.reason(against: question("998"), at: start) == "why")
    #expect(quarantine.reason(against: question("1"), at: start) == nil)
  }

  @Test("is not the one that finds out whether the server is there")
  func probe() {
    for asked in [question("a"), .tuple(TupleKey(version: "a", pkgarch: "p", checksum: "c"), .kept)] {
      #expect(asked.probe != asked)
      guard case .tuple(_, let history) = asked, case .tuple(_, let probed) = asked.probe else {
        Issue.record("another kind")
        continue
      }
      #expect(history == probed)
    }
    guard case .package = UpstreamQuestion.package(PackageKey(version: "a", pkgarch: "p")).probe else {
      Issue.record("another kind")
      return
    }
  }
}
