// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@Suite("Recorded answers of BitBake's own server", .ownThreads)
struct RecordedAnswersTests {
  private func play(_ steps: ArraySlice<Scenario.Step>, on nodes: ScenarioNodes) throws {
    for (index, step) in zip(steps.indices, steps) {
      let response = try nodes.ask(step).comparable
      guard response != step.response.comparable else { continue }
      // One difference makes others: the first one tells.
      Issue.record("step \(index), \(step.node): \(try step.request.text): \(try response.text)")
      return
    }
  }

  @Test("are given in the numbering bitbake, hierarchies included", arguments: try Scenario.all)
  func bitbake(scenario: Scenario) throws {
    let nodes = try ScenarioNodes(scenario, numbering: "bitbake")
    try play(scenario.steps[...], on: nodes)
    try nodes.stop()
  }

  /// A node that stores nothing refuses what it does not know, where BitBake's predicts.
  @Test("are given in the numbering partitioned, until something is imported", arguments: try Scenario.withoutUpstream)
  func partitioned(scenario: Scenario) throws {
    let nodes = try ScenarioNodes(scenario, numbering: "partitioned")
    let steps = scenario.stepsBeforeImports.filter { step in
      !(step.asks("get-pr") && scenario.nodes[step.node]?.readOnly == true)
    }
    #expect(!steps.isEmpty)
    try play(steps[...], on: nodes)
    try nodes.stop()
  }

  @Test("there are as many as were recorded")
  func count() throws {
    let scenarios = try Scenario.all
    #expect(scenarios.count == 36)
    #expect(try Scenario.withoutUpstream.count == 12)
    #expect(scenarios.contains { $0.nodes.count == 3 && $0.nodes.values.contains { $0.upstream == "site" } })
    #expect(scenarios.contains { $0.nodes.values.contains { $0.shares != nil } })
    #expect(scenarios.allSatisfy { $0.steps.count == 120 })
  }
}
