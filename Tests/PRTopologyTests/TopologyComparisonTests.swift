// SPDX-License-Identifier: Apache-2.0
import PRFederation
import Testing

@testable import PRTopology

@Suite("A plan and the federation that runs")
struct TopologyComparisonTests {
  /// The authority, `pune` and `oslo` below it, `kernel` below `pune`, and a mirror.
  static func report() -> FederationReport {
    typealias Entry = FederationReport.Entry
    func entry(
      _ name: String, _ parent: String?, _ kind: FederationReport.Kind, _ level: Int, _ lane: String?,
      _ addresses: [String] = []
    ) -> Entry {
      var entry = Entry(name: name, parent: parent, kind: kind, state: .joined)
      (entry.level, entry.lane, entry.addresses) = (level, lane, addresses)
      return entry
    }
    var top = entry("authority", nil, .authority, 0, nil, ["hq.example:8586"])
    top.isHere = true
    return FederationReport(
      name: "hq.example", addresses: ["hq.example:8586"], lanes: 256,
      members: [
        top, entry("oslo", "authority", .site, 1, "1/256"),
        entry("pune", "authority", .site, 1, "0/256", ["pune.example:8586", "[fd00::1]:8586"]),
        entry("kernel", "pune", .site, 2, "0/256"), entry("lab", "authority", .mirror, 0, nil),
      ])
  }

  /// The same with one change.
  private static func report(_ name: String, _ change: (inout FederationReport.Entry) -> Void) -> FederationReport {
    var report = report()
    guard let index = report.members.firstIndex(where: { $0.name == name }) else { return report }
    change(&report.members[index])
    return report
  }

  private static func plan(_ text: String) throws -> Topology {
    let reading = Topology.read(text.utf8, file: "plan.yaml")
    return try #require(reading.topology, "\(reading.diagnostics)")
  }

  private static let file = """
    federation: managed
    nodes:
      hq:
        host: hq.example
        listen: tls://0.0.0.0:8586
      pune:
        upstream: hq
        host: pune.example
        listen: ['tls://0.0.0.0:8586', 'tls://[fd00::1]:8586', 'tcp://0.0.0.0:8585']
      oslo: {upstream: hq, host: oslo.example}
      kernel: {upstream: pune, host: kernel.example}
      lab: {upstream: hq, role: mirror, host: lab.example}

    """

  private static func differences(_ text: String, _ report: FederationReport = report()) throws -> [String] {
    TopologyComparison(try plan(text), report).differences.map(\.description)
  }

  // MARK: The file that is written

  @Test("the file of a federation that runs is good, has its levels and lanes, and differs in nothing")
  func export() throws {
    let text = TopologyText(Self.report(), comments: ["as it was"]).text
    #expect(
      text == """
        # as it was
        title: hq.example
        federation: managed

        nodes:
          authority:
            host: hq.example
            listen: ['tls://hq.example:8586', 'tcp://127.0.0.1:0']

          pune:
            description: level 1, lane 0/256
            host: pune.example
            upstream: authority
            listen: ['tls://pune.example:8586', 'tls://[fd00::1]:8586', 'tcp://127.0.0.1:0']

          oslo:
            description: level 1, lane 1/256
            upstream: authority
            listen: ['tcp://127.0.0.1:0']

          kernel:
            description: level 2, lane 0/256
            upstream: pune
            listen: ['tcp://127.0.0.1:0']

          lab:
            role: mirror
            upstream: authority
            listen: ['tcp://127.0.0.1:0']

        """)
    let plan = try Self.plan(text)
    #expect(TopologyComparison(plan, Self.report()).differences == [])
    for (node, lane) in [("pune", "0/256"), ("oslo", "1/256"), ("kernel", "0/256")] {
      #expect(plan.lane(of: try #require(plan[node]))?.description == lane, "what a simulation would give")
    }
  }

  @Test("what has left, what has not come and the authority's machines are named below the nodes, and are none")
  func left() throws {
    var report = Self.report("kernel") { $0.state = .retired }
    report.members.append(.init(name: "delhi", parent: "authority", kind: .site, state: .invited))
    report.members.append(.init(name: "hq-b", parent: "authority", kind: .machine, state: .joined))
    let text = TopologyText(report).text
    #expect(
      text.hasSuffix(
        "\n# Not among the nodes:\n# kernel: retired\n# delhi: invited\n# hq-b: a machine of the authority\n"))
    #expect(try Self.plan(text).names == ["authority", "pune", "oslo", "lab"])
  }

  @Test("a word of YAML is a name all the same")
  func words() throws {
    var report = Self.report()
    report.name = "null"
    for index in report.members.indices {
      if report.members[index].name == "pune" { report.members[index].name = "null" }
      if report.members[index].parent == "pune" { report.members[index].parent = "null" }
    }
    let plan = try Self.plan(TopologyText(report).text)
    #expect(plan.title == "null" && plan["kernel"]?.upstreams.first?.node == "null")
    #expect(TopologyComparison(plan, report).differences == [])
  }

  // MARK: Differences

  @Test(
    "a plan with other names for the authority, other listeners for builders and the hosts of nodes does not differ")
  func same() throws { #expect(try Self.differences(Self.file) == []) }

  @Test(
    "a change of the plan is named",
    arguments: [
      (
        "  oslo: {", "  rome: {",
        ["rome: the plan has it below hq, and the federation has no member of that name"]
          + ["oslo: it is a member below hq, and the plan has no such node"]
      ),
      (
        "kernel: {upstream: pune,", "kernel: {upstream: hq,", ["kernel: the plan has it below hq, and it is below pune"]
      ),
      ("upstream: hq, role: mirror,", "upstream: hq,", ["lab: the plan has a site, and it is a mirror"]),
      ("oslo: {upstream: hq,", "oslo: {upstream: hq, role: mirror,", ["oslo: the plan has a mirror, and it is a site"]),
      (
        "host: pune.example\n    listen: ['tls://0.0.0.0:8586', ",
        "host: pune.example\n    listen: ['tls://0.0.0.0:8686', ",
        [
          "pune: the plan has tls://0.0.0.0:8686, tls://[fd00::1]:8586, and members reach it at pune.example:8586, "
            + "[fd00::1]:8586"
        ]
      ),
      (
        "host: hq.example", "host: hq2.example",
        ["hq: the plan has tls://0.0.0.0:8586, and members reach it at hq.example:8586"]
      ),
    ])
  func planned(old: String, new: String, expected: [String]) throws {
    #expect(Self.file.contains(old))
    #expect(try Self.differences(Self.file.replacing(old, with: new)) == expected)
  }

  @Test(
    "a member that is not in order is named, and one that has left stands nowhere",
    arguments: [
      (.absent, "it has not reported for an hour"), (.retired, "it has retired"), (.revoked, "it is revoked"),
      (.stopped, "its database was cloned or restored, and it mints nothing"),
      (.retiring, "it is retiring, and mints nothing more"), (.invited, "it is invited, and has not joined"),
    ] as [(FederationReport.State, String)])
  func states(state: FederationReport.State, words: String) throws {
    let report = Self.report("oslo") { entry in
      entry.state = state
      if state == .retired || state == .revoked { (entry.parent, entry.lane) = ("pune", nil) }
    }
    #expect(try Self.differences(Self.file, report) == ["oslo: \(words)"])
  }

  @Test("who has left, and is in no plan, is no difference; who is invited is one")
  func unplanned() throws {
    var report = Self.report()
    var entry = FederationReport.Entry(name: "rome", parent: "pune", kind: .site, state: .retired)
    report.members.append(entry)
    #expect(try Self.differences(Self.file, report) == [])
    entry.state = .invited
    report.members[report.members.count - 1] = entry
    #expect(
      try Self.differences(Self.file, report) == ["rome: it is invited below pune, and the plan has no such node"])
  }

  @Test("lanes and levels are compared where the plan has them, and once where a whole branch has moved")
  func byHand() throws {
    let file = """
      nodes:
        hq: {listen: 'tls://0.0.0.0:8586', host: hq.example, tls: {certificate: a, key: b, trust: c}}
        pune: {upstream: hq, lane: 0/2, listen: 'tls://pune.example:8586', host: pune.example, tls: {certificate: a, key: b, trust: c}}
        oslo: {upstream: hq, lane: 1/2, host: oslo.example}
        kernel: {upstream: pune, host: kernel.example, lane: 0/256}
        lab: {upstream: hq, role: mirror, host: lab.example}
      """
    var report = Self.report("pune") { $0.addresses = ["pune.example:8586"] }
    for index in report.members.indices where ["pune", "kernel"].contains(report.members[index].name) {
      report.members[index].level = (report.members[index].level ?? 0) + 1
    }
    #expect(
      try Self.differences(file, report) == [
        "pune: the plan has it at level 1, and its lease says 2",
        "pune: the plan gives it the lane 0/2, and it mints in 0/256",
        "oslo: the plan gives it the lane 1/2, and it mints in 1/256",
      ])
  }

  @Test("an address that is missing counts where the plan has nodes below")
  func noAddress() throws {
    let report = Self.report("pune") { $0.addresses = [] }
    #expect(
      try Self.differences(Self.file, report) == [
        "pune: the plan has tls://0.0.0.0:8586, tls://[fd00::1]:8586, and members reach it at no address of TLS"
      ])
    let other = Self.file.replacing("kernel: {upstream: pune", with: "kernel: {upstream: hq")
    #expect(
      try Self.differences(other, report) == ["kernel: the plan has it below hq, and it is below pune"])
  }

  @Test("nodes with the authority's database are its machines, and a second top is none")
  func machines() throws {
    let file = """
      nodes:
        hq-1: {database: 'postgresql://db/h', host: hq.example, listen: 'tls://0.0.0.0:8586', tls: {certificate: a, key: b, trust: c}, position-file: a}
        hq-2: {database: 'postgresql://db/h', host: hq-b.example, listen: 'tls://0.0.0.0:8586', tls: {certificate: a, key: b, trust: c}, position-file: b}
        site: {upstream: [hq-2, hq-1], host: site.example}
        other: {host: other.example}
      """
    var report = Self.report()
    report.members = [report.members[0]]
    report.members[0].addresses.append("hq-b.example:8586")
    report.members.append(.init(name: "hq-2", parent: "authority", kind: .machine, state: .joined))
    report.members.append(.init(name: "site", parent: "authority", kind: .site, state: .joined))
    report.members[2].level = 1
    #expect(
      try Self.differences(file, report) == [
        "other: the plan gives it no upstream, and the authority of the federation is hq-1"
      ])
  }
}
