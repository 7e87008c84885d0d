// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import Testing

/// docs/numbering.md, "What always holds under `partitioned`", over random federations.
@Suite("Federations")
struct FederationTests {
  private static let count = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1" ? 50_000 : 5_000
  private static let steps = 50

  private struct Broken: Sendable {
    let seed: Seed
    let violation: Violation
    let story: [Event]
  }

  @Test("the laws hold in thousands of random federations, whatever is cut, late, restarted or restored")
  func laws() async {
    let seeds = Seed.several(Self.count)
    let broken = await Self.live(seeds).sorted { $0.story.count < $1.story.count }
    // The shortest story of each law tells most.
    for (law, some) in Dictionary(grouping: broken, by: \.violation.law) {
      guard let one = some.first else { continue }
      Issue.record(
        """
        \(law.rawValue): broken in \(some.count) of \(seeds.count) federations
        \(one.violation.details)
        repeat with: HEADWATER_SEED=\(one.seed.number) swift test --filter FederationTests/laws
        \(one.story.suffix(60).map { "  \($0)" }.joined(separator: "\n"))
        """)
    }
  }

  /// All of them, on every core.
  private static func live(_ seeds: [Seed]) async -> [Broken] {
    await withTaskGroup(of: [Broken].self) { group in
      let share = 250
      for start in stride(from: 0, to: seeds.count, by: share) {
        group.addTask { seeds[start..<min(start + share, seeds.count)].compactMap { live($0) } }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  private static func live(_ seed: Seed, fault: Fault? = nil) -> Broken? {
    let federation = Federation(seed, fault: fault)
    federation.live(steps: steps)
    return federation.violation.map { Broken(seed: seed, violation: $0, story: federation.story) }
  }

  @Test("the stories have in them what the laws are about")
  func stories() {
    var found: [String: Int] = [:]
    for seed in 0..<100 {
      let federation = Federation(Seed(UInt64(seed)))
      federation.live(steps: Self.steps)
      for event in federation.story { found[event.topic, default: 0] += 1 }
    }
    for topic in Event.topics { #expect(found[topic] ?? 0 >= 20, "\(topic): \(found)") }
  }

  @Test("a node that does wrong is found out", arguments: Fault.allCases)
  func faults(fault: Fault) {
    let seeds = (0..<1_000).map { Seed(UInt64($0)) }
    #expect(seeds.lazy.compactMap { Self.live($0, fault: fault) }.first != nil)
  }
}

extension Event {
  fileprivate static let topics = [
    "asked, reaching the top", "asked, cut off", "answered", "no answer", "refused", "minted or adopted", "imported",
    "copied", "bound", "floor raised", "floor taken over", "restored", "copy dropped", "copy whole",
  ]

  fileprivate var topic: String {
    switch self {
    case .asked(_, _, let circumstances): circumstances.reachesTop ? "asked, reaching the top" : "asked, cut off"
    case .answered(_, _, let value): value == nil ? "no answer" : "answered"
    case .refused: "refused"
    case .stored(_, _, let imported): imported ? "imported" : "minted or adopted"
    case .copied: "copied"
    case .bound: "bound"
    case .floor(_, _, _, let isRaisedHere): isRaisedHere ? "floor raised" : "floor taken over"
    case .restored: "restored"
    case .copyDropped: "copy dropped"
    case .copyIsWhole: "copy whole"
    case .remark: "remark"
    }
  }
}
