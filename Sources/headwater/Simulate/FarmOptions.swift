// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRNode
import PRRevision
import PRSimulation
import PRTopology
import PRWire

/// The options of a simulated farm, put together with its topology.
struct FarmOptions {
  private let command: SimulateFarm

  init(_ command: SimulateFarm) { self.command = command }

  func plan(of topology: Topology) throws -> FarmPlan {
    if let frozen = topology.nodes.first(where: { $0.role == .frozen }) {
      throw UserFacingError(
        "the node \(frozen.name.value) serves a frozen file, whose rows are not in the topology: leave it out of a copy of the file"
      )
    }
    if let authority = topology.authorities.first(where: { $0.nodes.count > 1 }) {
      let names = authority.nodes.map { topology.nodes[$0].name.value }.joined(separator: ", ")
      throw UserFacingError(
        "the nodes \(names) share the database \(authority.database), and a simulated node has a store of its own: leave one of "
          + "them in a copy of the file")
    }
    var plan = FarmPlan(try topology.nodes.map { try Self.node($0, lane: topology.lane(of: $0)) })
    plan.links = try links(topology)
    plan.builders = try builders(topology)
    (plan.days, plan.seed) = (command.days, command.seed)
    plan.load.recipes = command.recipes
    plan.load.changesPerDay = command.changes
    plan.load.buildsPerDay = command.builds
    plan.load.recipesPerBuild = command.recipesPerBuild
    plan.load.localShare = command.localShare
    plan.cuts = try command.cut.map { text in
      guard text.hasSuffix("/day") else {
        throw ValidationError("--cut '\(text)' is to be such as pune=2h/day: a node and a time each day")
      }
      let (name, time) = try Self.time(String(text.dropLast(4)), of: "--cut", in: topology)
      return FarmPlan.Cut(name, for: time)
    }
    return plan
  }

  /// - Parameter lane: the one that the authority would give; nil for that of the file.
  private static func node(_ node: TopologyNode, lane: Lane?) throws -> NodePlan {
    let options = node.options
    var policy = try NodePolicy(options)
    policy.isReadOnly = node.isReadOnly
    policy.isMirror = node.role == .mirror
    if case .partitioned(let partition) = policy.numbering {
      // As operators give it to nodes that start while the upstream is away.
      policy.numbering = .partitioned(Partition(level: node.level, lane: lane ?? partition.lane))
    }
    return NodePlan(
      node.name.value, policy, upstreams: node.upstreams.compactMap(\.node),
      upstreamDeadline: options.upstreamDeadline.duration,
      syncEvery: node.upstreams.isEmpty ? nil : options.syncTime ?? (node.role == .mirror ? .seconds(60) : nil))
  }

  // MARK: Lines

  private func links(_ topology: Topology) throws -> [FarmPlan.Link] {
    let delays = Dictionary(
      try command.delay.map { try Self.time($0, of: "--delay", in: topology) }.map { ($0.name, $0.time) }
    ) { _, last in last }
    return topology.nodes.flatMap { node in
      node.upstreams.compactMap(\.node).map { upstream in
        let isNear = node.host?.value == topology[upstream]?.host?.value && node.host != nil
        var settings = LinkSettings.local
        if !isNear || delays[node.name.value] != nil {
          let delay = delays[node.name.value] ?? .milliseconds(40)
          settings = LinkSettings(delay: delay, jitter: delay / 10, bytesPerSecond: command.bandwidth * 125_000)
        }
        return FarmPlan.Link(node.name.value, upstream, settings)
      }
    }
  }

  private static func time(
    _ text: String, of option: String, in topology: Topology
  ) throws -> (name: String, time: Duration) {
    let (name, value) = try pair(text, of: option, in: topology)
    guard let time = TimeSpan(value) else {
      throw ValidationError("\(option) '\(text)': '\(value)' is no time such as 90s, 150ms or 2h")
    }
    return (name, time.duration)
  }

  /// A node and what is said of it.
  private static func pair(
    _ text: String, of option: String, in topology: Topology
  ) throws -> (name: String, value: String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw ValidationError("\(option) '\(text)' is to be NAME=VALUE") }
    guard topology[parts[0]] != nil else {
      let advice = topology.nearest(to: parts[0]).map { "; did you mean '\($0)'?" } ?? ""
      throw ValidationError("\(option) '\(text)': the topology has no node '\(parts[0])'\(advice)")
    }
    return (parts[0], parts[1])
  }

  // MARK: Builders

  private func builders(_ topology: Topology) throws -> [String: Int] {
    var builders: [String: Int] = [:]
    for text in command.buildersAt {
      let (name, value) = try Self.pair(text, of: "--builders-at", in: topology)
      guard let count = Int(value), (0...1_000_000).contains(count) else {
        throw ValidationError("--builders-at '\(text)': '\(value)' is no number of builders")
      }
      builders[name] = count
    }
    guard builders.isEmpty else { return builders }
    let asked = topology.names
    for (index, name) in asked.enumerated() {
      builders[name] = command.builders / asked.count + (index < command.builders % asked.count ? 1 : 0)
    }
    return builders
  }
}
