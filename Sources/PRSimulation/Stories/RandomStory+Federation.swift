// SPDX-License-Identifier: Apache-2.0

extension Story {
  /// A federation that keeps its own rules, in which anything may happen: nodes join, lines are cut, processes and machines end,
  /// databases are copied and restored, members are given other lanes, retire and are shut out, clocks are set.
  package static func randomFederation(seed: UInt64, actions: Int = 60, burst: Int = 4) -> Story {
    var author = FederationAuthor(seed: seed, burst: burst)
    return author.story(of: actions)
  }
}

/// Writes a random story of a federation.
private struct FederationAuthor {
  private var random: SimulationRandom
  private var story = Story()
  private var time = Duration.milliseconds(500)
  private let burst: Int
  /// The node above each, for those that join.
  private var parents: [(name: String, parent: String)] = []
  private var down: Set<String> = []
  private var kept: Set<String> = []
  private var gone: Set<String> = []
  /// A machine that databases are copied to.
  private static let spare = "spare"

  init(seed: UInt64, burst: Int) {
    random = SimulationRandom(seed: seed ^ 0x4D4D_4D4D_4D4D_4D4D)
    story.seed = seed
    story.isWatched = true
    self.burst = burst
  }

  private mutating func add(_ action: Story.Action) {
    story.actions.append(Story.TimedAction(time: time, action: action))
  }

  private mutating func add(_ action: Story.Membership) { add(.membership(action)) }

  private mutating func pass(_ milliseconds: Int) { time += .milliseconds(milliseconds) }

  private mutating func one<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[random.below(elements.count)]
  }

  mutating func story(of actions: Int) -> Story {
    addNodes()
    add(.create("hq", lanes: [4, 16, 256][random.below(3)], lifetime: [nil, nil, .seconds(600)][random.below(3)]))
    pass(1_000)
    // Some join later.
    let late = parents.filter { one in !parents.contains { $0.parent == one.name } && random.below(5) == 0 }
    for (name, parent) in parents where !late.contains(where: { $0.name == name }) {
      join(name, below: parent)
      pass(8_000 + random.below(4_000))
    }
    var waiting = late
    for _ in 0..<Int.random(in: actions / 3...actions, using: &random) {
      pass(random.below(random.below(3) == 0 ? 5_000 : 60))
      if random.below(12) == 0 { pass(20_000 + random.below(40_000)) }
      if random.below(60) == 0 { pass(600_000) }
      if !waiting.isEmpty, random.below(8) == 0 {
        let (name, parent) = waiting.removeFirst()
        join(name, below: parent)
        continue
      }
      addAction()
    }
    return story
  }

  private mutating func addNodes() {
    story.nodes.append(Story.Node(name: "hq"))
    let sites = 1 + random.below(3)
    for index in 0..<sites { addNode("site\(index)", below: "hq") }
    for index in 0..<random.below(3) { addNode("team\(index)", below: "site\(random.below(sites))") }
    guard random.below(2) == 0 else { return }
    story.nodes.append(Story.Node(name: Self.spare))
    for node in story.nodes where node.name != Self.spare {
      story.links.append(Story.Link(one: Self.spare, other: node.name, settings: LinkSettings(delay: .milliseconds(5))))
    }
  }

  private mutating func addNode(_ name: String, below parent: String) {
    var node = Story.Node(name: name)
    node.away = [.fallback, .fallback, .fallback, .strict][random.below(4)]
    node.syncEvery = [nil, .seconds(5), .seconds(30)][random.below(3)]
    node.deadline = .seconds([1, 3, 10][random.below(3)])
    story.nodes.append(node)
    parents.append((name, parent))
    for above in Set([parent, "hq"]).sorted() {
      let settings = LinkSettings(
        delay: .milliseconds([0, 1, 20, 150][random.below(4)]), jitter: .milliseconds(random.below(30)),
        bytesPerSecond: [100_000, 10_000_000][random.below(2)], loss: [0, 0, 0, 0.02][random.below(4)],
        splits: random.below(3) == 0)
      story.links.append(Story.Link(one: name, other: above, settings: settings))
    }
  }

  private mutating func join(_ name: String, below parent: String) {
    let isLeaf = !parents.contains { $0.parent == name }
    add(.join(name, below: parent, isMirror: isLeaf && random.below(8) == 0, isAgain: false))
  }

  private mutating func addAction() {
    guard let node = one(of: story.nodes.filter { $0.name != Self.spare || kept.contains(Self.spare) }) else { return }
    let name = node.name
    switch random.below(100) {
    case ..<60: ask(name)
    case ..<70: cut(name)
    case ..<78:
      if down.remove(name) != nil { return add(.start(name)) }
      down.insert(name)
      add(random.below(4) == 0 ? .lose(name) : .kill(name))
    case ..<80: add(.reload(name))
    case ..<91: changeMembers(name)
    case ..<95: keepOrRestore(name)
    case ..<97: add(.setClock(name, by: .seconds(random.below(120) - 60)))
    case ..<98: add(.setClock(by: .seconds(random.below(7_200) - 3_600)))
    default: copy()
    }
  }

  private mutating func ask(_ name: String) {
    add(
      .ask(
        Story.Question(
          node: name, package: "p\(random.below(2))", checksum: "c\(random.below(12))", isKept: random.below(4) == 0,
          times: 1 + random.below(burst))))
  }

  private mutating func cut(_ name: String) {
    guard let parent = parents.first(where: { $0.name == name })?.parent else { return }
    let isFromHere = random.below(2) == 0
    let (from, to) = isFromHere ? (name, parent) : (parent, name)
    let isCut = random.below(2) == 0
    add(isCut ? .cut(from: from, to: to) : .heal(from: from, to: to))
    if random.below(2) == 0 { add(isCut ? .cut(from: to, to: from) : .heal(from: to, to: from)) }
  }

  private mutating func changeMembers(_ name: String) {
    guard let (_, parent) = parents.first(where: { $0.name == name }) else { return add(.afterRestore("hq")) }
    let hasNoneBelow = !parents.contains { $0.parent == name }
    switch random.below(8) {
    case ..<4: add(.relane(name))
    case ..<5 where hasNoneBelow && random.below(2) == 0:
      gone.insert(name)
      add(.revoke(name))
    case ..<7 where hasNoneBelow: add(.retire(name))
    default: if !gone.contains(name) { add(.join(name, below: parent, isMirror: false, isAgain: true)) }
    }
  }

  private mutating func keepOrRestore(_ name: String) {
    // What was kept before a node joined would not be a member's.
    guard time > .seconds(90) else { return }
    if kept.insert(name).inserted || random.below(3) == 0 { return add(.backUp(name)) }
    down.remove(name)
    add(.restore(name))
  }

  private mutating func copy() {
    guard time > .seconds(90), story.nodes.contains(where: { $0.name == Self.spare }),
      let original = one(of: parents.map(\.name))
    else { return }
    kept.insert(Self.spare)
    down.remove(Self.spare)
    add(.clone(original, to: Self.spare))
  }
}
