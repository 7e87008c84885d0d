// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

extension Story {
  /// Any federation, in which anything may happen that keeps its promises: a hierarchy of one to eight nodes with a lane
  /// each; lines that are slow, lossy, cut one way or both; processes and machines that end at any moment.
  ///
  /// - Parameter actions: how many, at most.
  package static func random(seed: UInt64, actions: Int = 60, burst: Int = 4) -> Story {
    var random = SimulationRandom(seed: seed)
    var story = Story()
    story.seed = seed
    story.addNodes(&random)
    if random.below(6) == 0 { story.nodes[0].isStock = true }
    if random.below(4) == 0 { story.addMate(&random) }
    let hasLongNames = random.below(8) == 0
    if hasLongNames { story.quickenLinks() }
    let suffix = String(repeating: "-long", count: hasLongNames ? 300 : 0)
    story.addActions(.random(in: actions / 3...actions, using: &random), burst: burst, suffix, &random)
    return story
  }

  private mutating func addNodes(_ random: inout SimulationRandom) {
    var levels: [[String]] = [["hq"]]
    nodes.append(Node(name: "hq"))
    let depth = [1, 2, 2, 2, 3, 3][random.below(6)]
    for level in 1..<max(depth, 1) {
      var names: [String] = []
      let count = 1 + random.below(level == 1 ? 3 : 4)
      let lanes = count + random.below(2)
      for index in 0..<count {
        let name = level == 1 ? "site\(index)" : "team\(index)"
        let parent = levels[level - 1][random.below(levels[level - 1].count)]
        var node = Node(name: name, upstreams: [parent])
        node.lane = Lane(index: UInt64(clamping: index), count: UInt64(clamping: lanes))
        node.away = [.fallback, .fallback, .fallback, .strict, .offline][random.below(5)]
        node.syncEvery = [nil, .seconds(5), .seconds(30)][random.below(3)]
        node.deadline = .seconds([1, 3, 10][random.below(3)])
        if random.below(4) == 0 { node.page = [1, 3, 10][random.below(3)] }
        names.append(name)
        nodes.append(node)
        let settings = LinkSettings(
          delay: .milliseconds([0, 1, 20, 150][random.below(4)]), jitter: .milliseconds(random.below(30)),
          bytesPerSecond: [2_000, 100_000, 10_000_000][random.below(3)], loss: [0, 0, 0.02, 0.1][random.below(4)],
          splits: random.below(3) == 0)
        links.append(Link(one: name, other: parent, settings: settings))
      }
      levels.append(names)
    }
    // A mirror stores no answers.
    for index in nodes.indices.dropFirst() where !nodes.contains(where: { $0.upstreams == [nodes[index].name] }) {
      guard random.below(6) == 0 else { continue }
      nodes[index].isReadOnly = true
      nodes[index].onMiss = OnMiss.allCases[random.below(OnMiss.allCases.count)]
      nodes[index].syncEvery = nodes[index].syncEvery ?? .seconds(10)
    }
  }

  /// Another process on the database of a node.
  private mutating func addMate(_ random: inout SimulationRandom) {
    var node = nodes[random.below(nodes.count)]
    guard !node.isStock else { return }
    let name = "\(node.name)-beside"
    for link in links where link.one == node.name || link.other == node.name {
      let (one, other) = (link.one == node.name ? name : link.one, link.other == node.name ? name : link.other)
      links.append(Link(one: one, other: other, settings: link.settings))
    }
    (node.mate, node.name) = (node.name, name)
    nodes.append(node)
    // Half of the nodes below ask it.
    for index in nodes.indices where nodes[index].upstreams == [node.mate ?? ""] && random.below(2) == 0 {
      nodes[index].upstreams = [name]
    }
  }

  /// No line is so slow that a page of long names takes minutes.
  private mutating func quickenLinks() {
    for index in links.indices {
      links[index].settings.bytesPerSecond = max(links[index].settings.bytesPerSecond, 100_000)
    }
  }

  /// - Parameter suffix: of the names of packages.
  private mutating func addActions(_ count: Int, burst: Int, _ suffix: String, _ random: inout SimulationRandom) {
    var time = Duration.milliseconds(500)
    var down: Set<String> = []
    let (packages, checksums) = (1 + random.below(3), 2 + random.below(6))
    let package = { (random: inout SimulationRandom) in "p\(random.below(packages))\(suffix)" }
    // A node that is restored from backups.
    let loser = random.below(5) == 0 ? nodes.filter { !$0.isStock }.randomElement(using: &random)?.name : nil
    for _ in 0..<count {
      time += .milliseconds(random.below(random.below(3) == 0 ? 5_000 : 60))
      if random.below(50) == 0 { time += .seconds(20 + random.below(180)) }
      if let loser, random.below(8) == 0 {
        down.remove(loser)
        add(random.below(3) == 0 ? .backUp(loser) : .restore(loser), at: time)
        continue
      }
      let node = nodes[random.below(nodes.count)]
      let action: Action
      switch random.below(100) {
      case ..<78:
        var question = Question(
          node: node.name, package: package(&random), checksum: "c\(random.below(checksums))",
          isKept: random.below(4) == 0, times: 1 + random.below(burst))
        action = .ask(question)
        guard random.below(3) == 0 else { break }
        // A client that has several questions under way.
        add(action, at: time)
        for _ in 0..<1 + random.below(4) {
          question.package = package(&random)
          question.checksum = "c\(random.below(checksums))"
          (question.isTogether, question.isKept) = (true, random.below(4) == 0)
          add(.ask(question), at: time)
        }
        continue
      case ..<86:
        guard let upstream = node.upstreams.first else { continue }
        let isFromHere = random.below(2) == 0
        let (from, to) = isFromHere ? (node.name, upstream) : (upstream, node.name)
        let isCut = random.below(2) == 0
        add(isCut ? .cut(from: from, to: to) : .heal(from: from, to: to), at: time)
        // Half of the cuts are half-open.
        guard random.below(2) == 0 else { continue }
        action = isCut ? .cut(from: to, to: from) : .heal(from: to, to: from)
      case ..<94:
        let isDown = down.contains(node.name)
        if isDown { down.remove(node.name) } else { down.insert(node.name) }
        action = isDown ? .start(node.name) : random.below(4) == 0 ? .lose(node.name) : .kill(node.name)
      case ..<95: action = .reload(node.name)
      case ..<97:
        let parts = (0...random.below(3)).map { _ in "\(random.below(6))" }
        action = .raise(node: node.name, package: package(&random), value: parts.joined(separator: "."))
      case ..<98:
        // A node below another one of the same level, which is not of its own database.
        let others = nodes.filter { $0.mate == nil && !$0.isReadOnly && $0.upstreams == upstreams(of: node.upstreams) }
        guard let upstream = node.upstreams.first, let other = others.filter({ $0.name != upstream }).first else {
          continue
        }
        if !links.contains(where: { $0.one == node.name && $0.other == other.name }) {
          links.append(Link(one: node.name, other: other.name, settings: LinkSettings(delay: .milliseconds(20))))
        }
        action = .move(node.name, below: other.name)
      default: action = .setClock(by: .seconds(random.below(7_200) - 3_600))
      }
      add(action, at: time)
    }
  }

  /// Those of the first of some nodes.
  private func upstreams(of names: [String]) -> [String] { nodes.first { $0.name == names.first }?.upstreams ?? [] }

  private mutating func add(_ action: Action, at time: Duration) {
    actions.append(TimedAction(time: time, action: action))
  }
}
