// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRSimulation
import Testing

@Suite("A simulated node")
struct SimulatedNodeTests {
  @Test("answers clients by its node's rule")
  func one() {
    let world = World(seed: 1)
    let network = Network(world)
    let node = SimulatedNode(NodePlan("hq", NodePolicy()), on: network)
    node.start()
    var answers: [RawClient.Answer] = []
    world.run(for: .seconds(1))
    let client = RawClient(from: "pc", to: "hq", on: network)
    for checksum in ["a", "b", "a"] { client.get("p-1-r0", "all", checksum) { answers.append($0) } }
    world.run(for: .seconds(5))
    #expect(answers == [.value("0"), .value("1"), .value("2")])
  }

  @Test("adopts what the upstream has, numbers below it, and copies it")
  func two() {
    let world = World(seed: 1)
    let network = Network(world)
    let hq = SimulatedNode(NodePlan("hq", NodePolicy()), on: network)
    var policy = NodePolicy(numbering: .partitioned(Partition(level: 1, lane: .only)))
    policy.isLaneGiven = true
    let site = SimulatedNode(NodePlan("site", policy, upstreams: ["hq"], syncEvery: .seconds(60)), on: network)
    hq.start()
    site.start()
    var answers: [RawClient.Answer] = []
    world.run(for: .seconds(1))
    let client = RawClient(from: "pc", to: "hq", on: network)
    client.get("p-1-r0", "all", "a") { answers.append($0) }
    world.run(for: .seconds(5))
    let other = RawClient(from: "pc", to: "site", on: network)
    for checksum in ["a", "b", "a"] { other.get("p-1-r0", "all", checksum) { answers.append($0) } }
    world.run(for: .seconds(5))
    #expect(answers == [.value("0"), .value("0"), .value("0.0"), .value("0.1")])
    #expect(site.database.copiedRowCount == 1)
  }
}
