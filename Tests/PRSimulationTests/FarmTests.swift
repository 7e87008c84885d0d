// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRSimulation
import Testing

@Suite("A simulated farm")
struct FarmTests {
  private static func plan(_ change: (inout FarmPlan) -> Void = { _ in }) -> FarmPlan {
    var policy = NodePolicy(numbering: .partitioned(Partition(level: 1, lane: .only)))
    policy.isLaneGiven = true
    var plan = FarmPlan([
      NodePlan("hq", NodePolicy()), NodePlan("site", policy, upstreams: ["hq"], syncEvery: .seconds(60)),
    ])
    plan.links = [FarmPlan.Link("site", "hq", LinkSettings(delay: .milliseconds(40)))]
    plan.builders = ["hq": 2, "site": 2]
    plan.load.recipes = 50
    plan.load.changesPerDay = 40
    plan.load.buildsPerDay = 2
    change(&plan)
    return plan
  }

  @Test("is the same for the same seed, and another one for another")
  func seeds() {
    let report = FarmRun.play(Self.plan())
    #expect(FarmRun.play(Self.plan()) == report)
    #expect(FarmRun.play(Self.plan { $0.seed = 2 }).digest != report.digest)
  }

  @Test("tells what was asked, numbered, adopted and copied")
  func figures() throws {
    let report = FarmRun.play(Self.plan { $0.days = 2 })
    #expect(report.violations.isEmpty)
    let (hq, site) = (report.nodes[0], report.nodes[1])
    #expect(hq.requests > 50 && site.requests > 50 && report.requests == hq.requests + site.requests)
    #expect(hq.ownRows == hq.minted && site.adopted > 0 && site.minted > 0)
    #expect(site.copiedRows == hq.ownRows && site.rowsByDay.count == 2)
    let (near, far) = (try #require(hq.latency), try #require(site.latency))
    #expect(near.p99 < 10 && far.p99 > 80)
    #expect(report.links.first?.bytesDown ?? 0 > 1000)
  }

  @Test("numbers alone while its line is cut, and the copy grows old")
  func cuts() throws {
    let report = FarmRun.play(Self.plan { $0.cuts = [FarmPlan.Cut("site", for: .seconds(12 * 3600))] })
    #expect(report.violations.isEmpty)
    #expect(report.nodes[1].mintedAlone > 0)
    #expect(try #require(report.nodes[1].staleness).max > 3600)
    #expect(report.links[0].cutSeconds == 12 * 3600)
  }

  @Test("an outage of a machine costs its own builders, and the nodes below number alone")
  func outages() {
    let outages = FarmRun.outages(of: Self.plan { $0.load.buildsPerDay = 12 })
    #expect(outages.map(\.node) == ["hq", "site"])
    #expect(outages[0].lost > 0 && outages[0].mintedAlone > 0 && outages[0].refusedElsewhere == 0)
    #expect(outages[1].lost > 0 && outages[1].mintedAlone == 0)
  }
}
