// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

/// A farm that is played in virtual time.
///
/// `@unchecked Sendable`: it is used on one thread only.
package final class FarmRun: @unchecked Sendable {
  private let plan: FarmPlan
  private let world: World
  private let network: Network
  private let nodes: [SimulatedNode]
  private let places: [String: Int]
  private var random: SimulationRandom
  private var catalogue: Catalogue
  private var ledger = AnswerLedger(bound: .seconds(120))
  private var tallies: [Tally]
  private var cutTimes: [String: Duration] = [:]
  private var isOver = false
  private let progress: (Double) -> Void

  private struct Tally {
    var requests = 0
    var refused = 0
    var lost = 0
    var latency: Sample
    var staleness: Sample
    var currentAt = Duration.zero
    var rowsByDay: [Int] = []
    var requestsByDay: [Int] = []
  }

  private init(_ plan: FarmPlan, _ progress: @escaping (Double) -> Void) {
    self.plan = plan
    self.progress = progress
    world = World(seed: plan.seed)
    random = SimulationRandom(seed: plan.seed ^ 0x5EED)
    let network = Network(world)
    self.network = network
    nodes = plan.nodes.map { SimulatedNode($0, on: network) }
    places = Dictionary(plan.nodes.enumerated().map { ($1.name, $0) }) { first, _ in first }
    catalogue = Catalogue(recipes: max(plan.load.recipes, 1))
    tallies = plan.nodes.indices.map { index in
      let seed = UInt64(clamping: index)
      return Tally(latency: Sample(seed: seed), staleness: Sample(seed: seed + 1_000_000))
    }
    for link in plan.links { network.link(link.one, link.other, link.settings) }
  }

  /// - Parameter progress: called now and then with the share that is done.
  package static func play(_ plan: FarmPlan, progress: @escaping (Double) -> Void = { _ in }) -> FarmReport {
    FarmRun(plan, progress).play()
  }

  private static let day = Duration.seconds(86_400)

  private func play() -> FarmReport {
    for node in nodes { node.start() }
    world.run(for: .seconds(10))
    let end = world.time + Self.day * plan.days
    change()
    sample()
    for cut in plan.cuts { planCut(cut) }
    if let outage = plan.outage { planOutage(outage) }
    for (index, node) in nodes.enumerated() {
      for number in 0..<(plan.builders[node.plan.name] ?? 0) { planBuild(Builder(index, number)) }
    }
    for day in 0..<plan.days {
      for hour in 0..<24 {
        world.run(for: min(.seconds(3600), max(end - world.time, .zero)))
        progress(Double(day * 24 + hour + 1) / Double(plan.days * 24))
      }
      for index in nodes.indices {
        let before = tallies[index].requestsByDay.reduce(0, +)
        tallies[index].rowsByDay.append(nodes[index].database.ownRowCount)
        tallies[index].requestsByDay.append(tallies[index].requests - before)
      }
    }
    let report = report()
    isOver = true
    for node in nodes { node.kill() }
    world.loop.end()
    return report
  }

  // MARK: What changes

  private func change() {
    guard !isOver, plan.load.changesPerDay > 0 else { return }
    let mean = Self.day / plan.load.changesPerDay
    world.loop.after(random.exponential(mean: mean)) { [self] in
      catalogue.change(&random)
      change()
    }
  }

  private func planCut(_ cut: FarmPlan.Cut) {
    guard !isOver else { return }
    let length = min(cut.time, Self.day)
    let start = random.time(.zero...max(Self.day - length, .milliseconds(1)))
    world.loop.after(start) { [self] in
      setCut(cut.node, true)
      cutTimes[cut.node, default: .zero] += length
      world.loop.after(length) { [self] in setCut(cut.node, false) }
    }
    world.loop.after(Self.day) { [self] in planCut(cut) }
  }

  private func planOutage(_ outage: FarmPlan.Outage) {
    guard let node = places[outage.node].map({ nodes[$0] }) else { return }
    world.loop.after(outage.start) { [self] in
      node.kill(isMachineLost: true)
      world.loop.after(outage.time) { node.start() }
    }
  }

  private func setCut(_ name: String, _ isCut: Bool) {
    guard let node = places[name].map({ nodes[$0] }) else { return }
    for upstream in node.plan.upstreams { network.cutBoth(name, upstream, isCut) }
  }

  /// How old the copies are, every five minutes.
  private func sample() {
    guard !isOver else { return }
    world.loop.after(.seconds(300)) { [self] in
      for (index, node) in nodes.enumerated() where node.plan.syncEvery != nil {
        guard let above = node.plan.upstreams.first.flatMap({ places[$0] }).map({ nodes[$0].database }) else {
          continue
        }
        if node.database.copiedRowCount >= above.distinctRowCount {
          tallies[index].currentAt = world.time
        }
        tallies[index].staleness.add((world.time - tallies[index].currentAt) / .seconds(1))
      }
      sample()
    }
  }

  // MARK: Builders

  private struct Builder {
    let node: Int
    let number: Int

    init(_ node: Int, _ number: Int) { (self.node, self.number) = (node, number) }
  }

  private func planBuild(_ builder: Builder) {
    guard !isOver, plan.load.buildsPerDay > 0 else { return }
    world.loop.after(random.exponential(mean: Self.day / plan.load.buildsPerDay)) { [self] in
      build(builder, left: plan.load.recipesPerBuild)
    }
  }

  /// A machine that is gone costs a builder so long.
  private static let givesUp = Duration.seconds(60)

  /// Packages a recipe, over a connection of its own as BitBake does, and goes on with the next.
  private func build(_ builder: Builder, left: Int) {
    guard left > 0, !isOver else { return planBuild(builder) }
    let node = nodes[builder.node]
    let (package, checksum) = catalogue.recipe(
      &random, at: node.plan.name, isRecent: left.isMultiple(of: 2), localShare: plan.load.localShare)
    let begin = world.time
    let ticket = ledger.ask(
      package, checksum, isKept: false, at: node.plan.name, promise: node.plan.promise, time: begin)
    let client = RawClient(from: "builder", to: node.plan.name, on: network)
    var isOpen = true
    world.loop.after(Self.givesUp) { if isOpen { client.close() } }
    client.get(package, "all", checksum) { [self] answer in
      ledger.take(answer, to: ticket, time: world.time)
      isOpen = false
      tallies[builder.node].requests += 1
      switch answer {
      case .value: tallies[builder.node].latency.add((world.time - begin) / .milliseconds(1))
      case .refused: tallies[builder.node].refused += 1
      case .lost: tallies[builder.node].lost += 1
      }
      client.close()
      world.loop.after(random.exponential(mean: plan.load.pause)) { [self] in build(builder, left: left - 1) }
    }
  }

  // MARK: The report

  private func report() -> FarmReport {
    var report = FarmReport(
      seed: plan.seed, days: plan.days, builders: plan.builders.values.reduce(0, +))
    for (index, node) in nodes.enumerated() { report.nodes.append(row(index, node)) }
    for node in nodes {
      for upstream in node.plan.upstreams {
        let up = network.carried[Network.Direction(from: node.plan.name, to: upstream)] ?? Network.Carried()
        let down = network.carried[Network.Direction(from: upstream, to: node.plan.name)] ?? Network.Carried()
        report.links.append(
          FarmReport.Link(
            from: node.plan.name, to: upstream, bytesUp: up.bytes, bytesDown: down.bytes,
            connections: up.connections, cutSeconds: (cutTimes[node.plan.name] ?? .zero) / .seconds(1)))
      }
    }
    report.violations = ledger.violations
    report.requests = tallies.reduce(0) { $0 + $1.requests }
    let digits = String(world.digest, radix: 16)
    report.digest = String(repeating: "0", count: max(16 - digits.count, 0)) + digits
    return report
  }

  private func row(_ index: Int, _ node: SimulatedNode) -> FarmReport.Node {
    let tally = tallies[index]
    let decisions = node.node?.decisions ?? DecisionLog()
    var row = FarmReport.Node(
      name: node.plan.name, level: node.node?.level ?? 0, builders: plan.builders[node.plan.name] ?? 0)
    (row.requests, row.refused, row.lost) = (tally.requests, tally.refused, tally.lost)
    row.latency = tally.latency.percentiles
    row.staleness = node.plan.syncEvery == nil ? nil : tally.staleness.percentiles
    row.adopted = decisions[.adopted]
    row.minted = decisions.minted - decisions[.adopted]
    row.mintedAlone = decisions.mintedAlone
    (row.ownRows, row.copiedRows) = (node.database.ownRowCount, node.database.copiedRowCount)
    (row.rowsByDay, row.requestsByDay) = (tally.rowsByDay, tally.requestsByDay)
    row.longestValue = node.database.rows.map(\.value).max { Dotted($0).isShorter(than: Dotted($1)) }
    if tally.requests > 0, let counters = node.counters {
      row.hitRatio = Double(counters.answeredAtOnce + decisions.known) / Double(max(tally.requests, 1))
    }
    return row
  }
}

/// What there is to build: recipes, each with the number of its latest content.
private struct Catalogue {
  private var contents: [Int]
  private var recent: [Int] = []

  init(recipes: Int) { contents = Array(repeating: 0, count: recipes) }

  mutating func change(_ random: inout SimulationRandom) {
    // Some recipes change much more often than others.
    let recipe = random.below(2) == 0 ? random.below(max(contents.count / 20, 1)) : random.below(contents.count)
    contents[recipe] += 1
    recent.append(recipe)
    if recent.count > 200 { recent.removeFirst(100) }
  }

  /// Something that a build packages.
  func recipe(
    _ random: inout SimulationRandom, at node: String, isRecent: Bool, localShare: Double
  ) -> (package: String, checksum: String) {
    let recipe = isRecent && !recent.isEmpty ? recent[random.below(recent.count)] : random.below(contents.count)
    let checksum = "content-\(contents[recipe])"
    return ("recipe\(recipe)-1.0-r0", random.chance(localShare) ? "\(checksum)-\(node)-\(random.below(4))" : checksum)
  }
}

extension Dotted {
  /// With fewer components, or the same number of them and lesser ones.
  fileprivate func isShorter(than other: Dotted) -> Bool {
    parts.count == other.parts.count ? self < other : parts.count < other.parts.count
  }
}
